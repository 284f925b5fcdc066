import type { Program, Runtime } from "@bridge-rl/spec";
import { entropy, Graph, gatherRows, gradients, multiply, reshape, type Tensor, tokenLogProbability } from "@bridge-rl/tensor";
import { causalAttention, type Decoder, declareDecoder, decoderLayer, embedTokens, headLogits } from "../../decoder.js";
import type { DecoderConfig } from "../../decoder-config.js";
import type { RunShape } from "./micro-batches.js";

/** What a run gives besides log-probabilities. */
export type ProgramKind = "score" | "score-with-entropy" | "gradient";

/** Output name of a parameter's gradient. */
export function gradientName(parameter: string): string {
  return `gradient of ${parameter}`;
}

export interface PolicyGraphOptions {
  /** @defaultValue "float32" */
  readonly dataType?: "float32" | "float64";
}

/**
 * The graph that scores rows and, for `gradient`, differentiates Σ weight · log-probability with respect to every parameter.
 *
 * Inputs besides the parameters: `tokenIds` `[rows · tokens]`, `sources` and `targetIds` `[targets]`, `inverseTemperature` `[]`, `weights` `[targets]`.
 */
export function policyGraph(config: DecoderConfig, kind: ProgramKind, shape: RunShape, options: PolicyGraphOptions = {}): Graph {
  const { dataType = "float32" } = options;
  const { rows, tokens, targets } = shape;
  const graph = new Graph();
  const decoder = declareDecoder(graph, config, { positions: tokens, dataType });
  const tokenIds = graph.input("tokenIds", [rows * tokens], "int32");
  const sources = graph.input("sources", [targets], "int32");
  const targetIds = graph.input("targetIds", [targets], "int32");
  const inverseTemperature = graph.input("inverseTemperature", [], dataType);
  const logits = scoredLogits(decoder, shape, tokenIds, sources, inverseTemperature);
  const logProbabilities = tokenLogProbability(logits, targetIds);
  graph.output("logProbabilities", logProbabilities);
  if (kind === "score-with-entropy") graph.output("entropies", entropy(logits));
  if (kind === "gradient") {
    const weights = graph.input("weights", [targets], dataType);
    const names = [...decoder.parameters.keys()];
    const results = gradients([{ output: logProbabilities, gradient: weights }], [...decoder.parameters.values()]);
    for (const [index, name] of names.entries()) graph.output(gradientName(name), results[index] as Tensor);
  }
  return graph;
}

function scoredLogits(decoder: Decoder, { rows, tokens }: RunShape, tokenIds: Tensor, sources: Tensor, inverseTemperature: Tensor): Tensor {
  const { graph, config } = decoder;
  const everyPosition = BigInt64Array.from({ length: rows * tokens }, (_, index) => BigInt(index % tokens));
  const positions = graph.constant(everyPosition, [rows, tokens], "int64");
  let hidden = embedTokens(decoder, tokenIds);
  for (let layer = 0; layer < config.layers; layer++) {
    hidden = decoderLayer(decoder, layer, hidden, { positions, attend: (heads) => causalAttention(decoder, heads) });
  }
  return headLogits(decoder, gatherRows(hidden, sources), (normed) => multiply(normed, reshape(inverseTemperature, [1, 1])));
}

/** Compiled programs by kind and shape, the least recently used dropped first: each keeps the memory of its largest run. */
export class ProgramCache {
  readonly #runtime: Runtime<Graph>;
  readonly #config: DecoderConfig;
  readonly #limit: number;
  readonly #programs = new Map<string, Program>();

  constructor(runtime: Runtime<Graph>, config: DecoderConfig, limit: number) {
    this.#runtime = runtime;
    this.#config = config;
    this.#limit = limit;
  }

  async get(kind: ProgramKind, shape: RunShape): Promise<Program> {
    const key = `${kind} ${shape.rows} ${shape.tokens} ${shape.targets}`;
    const program = this.#programs.get(key) ?? (await this.#runtime.compile(policyGraph(this.#config, kind, shape)));
    this.#programs.delete(key);
    this.#programs.set(key, program);
    for (const [oldest, old] of this.#programs) {
      if (this.#programs.size <= this.#limit) break;
      old.dispose();
      this.#programs.delete(oldest);
    }
    return program;
  }

  dispose(): void {
    for (const program of this.#programs.values()) program.dispose();
    this.#programs.clear();
  }
}
