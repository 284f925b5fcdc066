import type { DeviceTensor, LossRow, TensorValue, TrainingRow } from "@bridge-rl/spec";
import { Graph, scatterAddRows, zeros } from "@bridge-rl/tensor";
import type { DecoderConfig } from "../../decoder-config.js";
import type { DecoderParameter } from "../../decoder-parameters.js";
import type { DifferentiateOptions, ScoreOptions } from "../policy/forward-backward.js";
import { checkRows, type MicroBatch, planMicroBatches } from "../policy/micro-batches.js";
import { embeddedGradient, embeddingName, gradientName, type ModelParts, policyGraph } from "../policy/programs.js";
import { breathe, checkTemperature, distribute, emptyRows, floats, gathered, lossRows } from "../policy/run-values.js";
import type { DevicePrograms } from "./device-programs.js";
import { addGraph } from "./optimizer-graphs.js";
import type { SharedTensors } from "./shared-tensors.js";

const gradientPrefix = gradientName("");

/** Runs batches on a device: parameters and gradients stay there, token ids and log-probabilities cross. */
export class DeviceScorer {
  readonly #config: DecoderConfig;
  readonly #declarations: readonly DecoderParameter[];
  readonly #programs: DevicePrograms;
  readonly #tokensPerRun: number;
  readonly #parts: ModelParts;

  /** @param declarations  the parameters that are trained */
  constructor(
    config: DecoderConfig,
    declarations: readonly DecoderParameter[],
    programs: DevicePrograms,
    tokensPerRun: number,
    parts: ModelParts = {},
  ) {
    this.#parts = parts;
    this.#config = config;
    this.#declarations = declarations;
    this.#programs = programs;
    this.#tokensPerRun = tokensPerRun;
  }

  /** Log-probabilities, and entropies if asked for, of every completion token. */
  async score(parameters: SharedTensors, batch: readonly TrainingRow[], options: ScoreOptions = {}): Promise<LossRow[]> {
    const { temperature = 1, entropies = false, signal, dropout } = options;
    checkRows(batch, this.#config);
    checkTemperature(temperature);
    const logProbabilities = emptyRows(batch);
    const perTokenEntropies = emptyRows(batch);
    const kind = entropies ? "score-with-entropy" : "score";
    for (const microBatch of planMicroBatches(batch, [...batch.keys()], this.#config, this.#tokensPerRun)) {
      await breathe(signal);
      const { shape } = microBatch;
      const program = await this.#programs.get(
        `${kind} ${shapeKey(microBatch)} ${dropout !== undefined}`,
        () => policyGraph(this.#config, kind, shape, "float32", { ...this.#parts, dropout: dropout !== undefined }),
        () => false,
      );
      const { values } = program.run({ ...parameters.feeds(), ...feeds(microBatch, temperature), ...dropout?.feeds(microBatch) });
      distribute(microBatch, floats(values, "logProbabilities"), logProbabilities);
      if (entropies) distribute(microBatch, floats(values, "entropies"), perTokenEntropies);
    }
    return lossRows(logProbabilities, entropies ? perTokenEntropies : undefined);
  }

  /** Adds Σ weight · d log-probability / d parameter to `gradient`, as `Scorer.differentiate` does. */
  async differentiate(
    parameters: SharedTensors,
    gradient: SharedTensors,
    batch: readonly TrainingRow[],
    weights: readonly Float32Array[],
    selected: readonly number[],
    options: DifferentiateOptions = {},
  ): Promise<LossRow[]> {
    const { temperature = 1, signal, entropyWeights, dropout } = options;
    checkRows(batch, this.#config);
    checkTemperature(temperature);
    const logProbabilities = emptyRows(batch);
    const entropies = entropyWeights && emptyRows(batch);
    const kind = entropyWeights ? "gradient-with-entropy" : "gradient";
    for (const microBatch of planMicroBatches(batch, selected, this.#config, this.#tokensPerRun)) {
      await breathe(signal);
      const { shape, targetOf, tokenIds } = microBatch;
      const program = await this.#programs.get(
        `${kind} ${shapeKey(microBatch)} ${dropout !== undefined}`,
        () => policyGraph(this.#config, kind, shape, "float32", { ...this.#parts, dropout: dropout !== undefined }),
        (output) => output.startsWith(gradientPrefix),
      );
      const { values, resident } = program.run({
        ...parameters.feeds(),
        ...feeds(microBatch, temperature),
        ...dropout?.feeds(microBatch),
        targetOf: { data: targetOf, shape: [targetOf.length] },
        weights: gathered(microBatch, weights),
        ...(entropyWeights && { entropyWeights: gathered(microBatch, entropyWeights) }),
      });
      distribute(microBatch, floats(values, "logProbabilities"), logProbabilities);
      if (entropies) distribute(microBatch, floats(values, "entropies"), entropies);
      for (const { name, shape: dimensions } of this.#declarations) {
        const part = resident[gradientName(name)];
        if (part !== undefined) await this.#add(gradient, name, dimensions, part);
      }
      const embedded = resident[embeddedGradient];
      if (embedded !== undefined) await this.#addEmbedded(gradient, tokenIds, embedded);
    }
    return lossRows(logProbabilities, entropies);
  }

  async #add(gradient: SharedTensors, name: string, shape: readonly number[], part: DeviceTensor): Promise<void> {
    if (!gradient.has(name)) {
      gradient.replace(name, part);
      return;
    }
    const program = await this.#programs.get(
      `add ${shape.join()}`,
      () => addGraph(shape),
      () => true,
    );
    const one: TensorValue = { data: Float32Array.of(1), shape: [] };
    const { resident } = program.run({ total: gradient.get(name), addend: part, scale: one });
    part.dispose();
    gradient.replace(name, resident.sum as DeviceTensor);
  }

  /** Adds the gradient of each looked-up row to its row of the table. */
  async #addEmbedded(gradient: SharedTensors, tokenIds: Int32Array, rows: DeviceTensor): Promise<void> {
    const table = this.#declarations.find(({ name }) => name === embeddingName)?.shape ?? [];
    const known = gradient.has(embeddingName);
    const program = await this.#programs.get(
      `embedded ${tokenIds.length} ${known}`,
      () => embeddedGraph(table, rows.shape, known),
      () => true,
    );
    const { resident } = program.run({
      rows,
      tokenIds: { data: tokenIds, shape: [tokenIds.length] },
      ...(known ? { total: gradient.get(embeddingName) } : {}),
    });
    rows.dispose();
    gradient.replace(embeddingName, resident.sum as DeviceTensor);
  }
}

function embeddedGraph(table: readonly number[], rows: readonly number[], known: boolean): Graph {
  const graph = new Graph();
  const updates = graph.input("rows", rows);
  const tokenIds = graph.input("tokenIds", rows.slice(0, 1), "int32");
  const total = known ? graph.input("total", table) : zeros(updates, table);
  graph.output("sum", scatterAddRows(total, tokenIds, updates));
  return graph;
}

function shapeKey({ shape }: MicroBatch): string {
  return `${shape.rows} ${shape.tokens} ${shape.targets}`;
}

function feeds({ shape, tokenIds, sources, targetIds }: MicroBatch, temperature: number): Record<string, TensorValue> {
  return {
    tokenIds: { data: tokenIds, shape: [shape.rows * shape.tokens] },
    sources: { data: sources, shape: [shape.targets] },
    targetIds: { data: targetIds, shape: [shape.targets] },
    inverseTemperature: { data: Float32Array.of(1 / temperature), shape: [] },
  };
}
