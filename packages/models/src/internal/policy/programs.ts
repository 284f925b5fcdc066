import type { CompileOptions, Program, Runtime } from "@bridge-rl/spec";
import {
  entropy,
  Graph,
  gatherRows,
  gradients,
  multiply,
  pad,
  reshape,
  type Seed,
  type Tensor,
  tokenLogProbability,
} from "@bridge-rl/tensor";
import { causalAttention, type Decoder, declareDecoder, decoderLayer, embedTokens, headLogits, parameter } from "../../decoder.js";
import type { DecoderConfig } from "../../decoder-config.js";
import type { LoraConfig } from "../../lora.js";
import { ProgramStore } from "../program-store.js";
import type { RunShape } from "./micro-batches.js";

/** What of a model is in its programs, besides the decoder itself. */
export interface ModelParts {
  /** @defaultValue none */
  readonly lora?: LoraConfig;
  /** The parameters that gradient programs differentiate by. @defaultValue all */
  readonly trainable?: ReadonlySet<string>;
}

/** What a run gives besides log-probabilities. */
export type ProgramKind = "score" | "score-with-entropy" | "gradient" | "gradient-with-entropy";

/** Output name of a parameter's gradient. */
export function gradientName(parameter: string): string {
  return `gradient of ${parameter}`;
}

/** Output name of the gradient with respect to the looked-up embeddings, `[rows · tokens, hiddenSize]`: one addend per token. */
export const embeddedGradient = "gradient of the embeddings of tokenIds";

export const embeddingName = "model.embed_tokens.weight";

/** Which parameters a gradient program gives itself. An untied embedding gets all of its gradient from the looked-up rows. */
export function differentiated(config: DecoderConfig, names: readonly string[]): string[] {
  return names.filter((name) => name !== embeddingName || config.tieEmbeddings);
}

/**
 * The graph that scores rows and, for `gradient`, differentiates Σ weight · log-probability with respect to every parameter.
 *
 * Inputs besides the parameters: `tokenIds` `[rows · tokens]`, `sources` and `targetIds` `[targets]`, `inverseTemperature` `[]`; for
 * `gradient` also `weights` `[targets]` and `targetOf` `[rows · tokens]`, the inverse of `sources`. `gradient-with-entropy` adds
 * Σ entropyWeight · entropy to what is differentiated, with `entropyWeights` `[targets]`, and outputs `entropies` too. With `dropout`, also every mask of `dropoutMasks`.
 */
export function policyGraph(
  config: DecoderConfig,
  kind: ProgramKind,
  shape: RunShape,
  dataType: "float32" | "float64" = "float32",
  options: ModelParts & { readonly dropout?: boolean; readonly layers?: LayersOfGraph } = {},
): Graph {
  const { lora, trainable, dropout = false, layers = transformerLayers } = options;
  const { rows, tokens, targets } = shape;
  const graph = new Graph();
  const adapters = lora === undefined ? {} : { lora, ...(dropout ? { dropoutRows: rows * tokens } : {}) };
  const decoder = declareDecoder(graph, config, { positions: tokens, dataType, ...adapters });
  const tokenIds = graph.input("tokenIds", [rows * tokens], "int32");
  const sources = graph.input("sources", [targets], "int32");
  const targetIds = graph.input("targetIds", [targets], "int32");
  const inverseTemperature = graph.input("inverseTemperature", [], dataType);
  // what flows back into the table is added up outside, row by row
  const embedded = graph.detach(embedTokens(decoder, tokenIds));
  const hidden = layers(decoder, shape, embedded);
  const differentiates = kind === "gradient" || kind === "gradient-with-entropy";
  const scored = differentiates
    ? gatherScored(hidden, sources, graph.input("targetOf", [rows * tokens], "int32"))
    : gatherRows(hidden, sources);
  const logits = headLogits(decoder, scored, (normed) => multiply(normed, reshape(inverseTemperature, [1, 1])));
  const logProbabilities = tokenLogProbability(logits, targetIds);
  graph.output("logProbabilities", logProbabilities);
  const entropies = kind === "score-with-entropy" || kind === "gradient-with-entropy" ? entropy(logits) : undefined;
  if (entropies !== undefined) graph.output("entropies", entropies);
  if (differentiates) {
    const seeds: Seed[] = [{ output: logProbabilities, gradient: graph.input("weights", [targets], dataType) }];
    if (entropies !== undefined) seeds.push({ output: entropies, gradient: graph.input("entropyWeights", [targets], dataType) });
    const isTrained = (name: string): boolean => trainable?.has(name) ?? true;
    const names = differentiated(config, [...decoder.parameters.keys()]).filter(isTrained);
    const wanted = new Map(names.map((name) => [gradientName(name), parameter(decoder, name)]));
    if (isTrained(embeddingName)) wanted.set(embeddedGradient, embedded);
    const results = gradients(seeds, [...wanted.values()]);
    for (const [index, name] of [...wanted.keys()].entries()) graph.output(name, results[index] as Tensor);
  }
  return graph;
}

/** From embeddings `[rows · tokens, hiddenSize]` to the last layer's output. */
export type LayersOfGraph = (decoder: Decoder, shape: RunShape, embedded: Tensor) => Tensor;

function transformerLayers(decoder: Decoder, { rows, tokens }: RunShape, embedded: Tensor): Tensor {
  const everyPosition = BigInt64Array.from({ length: rows * tokens }, (_, index) => BigInt(index % tokens));
  const positions = decoder.graph.constant(everyPosition, [rows, tokens], "int64");
  let hidden = embedded;
  for (let layer = 0; layer < decoder.config.layers; layer++) {
    hidden = decoderLayer(decoder, layer, hidden, { positions, attend: (heads) => causalAttention(decoder, heads) });
  }
  return hidden;
}

/**
 * The hidden rows that are scored. No row is scored twice, so the gradient of each is one row or none: looked up through the inverse of
 * `sources`, where the number of sources stands for none, instead of added up one by one.
 */
function gatherScored(hidden: Tensor, sources: Tensor, targetOf: Tensor): Tensor {
  return hidden.graph.withDerivative(gatherRows(hidden, sources), {
    inputs: [hidden],
    pull: (gradient) => [gatherRows(pad(gradient, 0, 0, 1), targetOf)],
  });
}

/** Compiled programs of a model by kind and shape. */
export class ProgramCache {
  readonly #runtime: Runtime<Graph>;
  readonly #config: DecoderConfig;
  readonly #parts: ModelParts;
  readonly #programs: ProgramStore<Program>;

  /** @param limit  programs that are kept */
  constructor(runtime: Runtime<Graph>, config: DecoderConfig, limit: number, parts: ModelParts = {}) {
    this.#runtime = runtime;
    this.#config = config;
    this.#parts = parts;
    this.#programs = new ProgramStore(limit);
  }

  get(kind: ProgramKind, shape: RunShape, dropout = false): Promise<Program> {
    return this.compiled(`${kind} ${shape.rows} ${shape.tokens} ${shape.targets} ${dropout}`, () =>
      policyGraph(this.#config, kind, shape, "float32", { ...this.#parts, dropout }),
    );
  }

  /** The program of a graph, made once for each key for as long as it is among the latest. */
  compiled(key: string, graph: () => Graph, options: CompileOptions = { keepMemory: false }): Promise<Program> {
    return this.#programs.get(key, () => this.#runtime.compile(graph(), options));
  }

  dispose(): void {
    this.#programs.dispose();
  }
}
