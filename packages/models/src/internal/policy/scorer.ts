import { setImmediate } from "node:timers/promises";
import { BridgeError, type LogProbabilityOptions, type LossRow, type TensorValue, type TrainingRow } from "@bridge-rl/spec";
import type { DecoderConfig } from "../../decoder-config.js";
import type { DifferentiateOptions } from "./forward-backward.js";
import { checkRows, type MicroBatch, planMicroBatches } from "./micro-batches.js";
import type { ParameterSet } from "./parameter-set.js";
import { differentiated, embeddedGradient, embeddingName, gradientName, type ProgramCache } from "./programs.js";

/** Runs batches through the programs of one model. It holds no parameters; they come with each call. */
export class Scorer {
  readonly config: DecoderConfig;
  readonly #programs: ProgramCache;
  readonly #tokensPerRun: number;

  constructor(config: DecoderConfig, programs: ProgramCache, tokensPerRun: number) {
    this.config = config;
    this.#programs = programs;
    this.#tokensPerRun = tokensPerRun;
  }

  /** Log-probabilities, and entropies if asked for, of every completion token. */
  async score(
    parameters: ParameterSet,
    batch: readonly TrainingRow[],
    options: Omit<LogProbabilityOptions, "direction"> = {},
  ): Promise<LossRow[]> {
    const { temperature = 1, entropies = false, signal } = options;
    checkRows(batch, this.config);
    checkTemperature(temperature);
    const logProbabilities = emptyRows(batch);
    const perTokenEntropies = emptyRows(batch);
    for (const microBatch of planMicroBatches(batch, [...batch.keys()], this.config, this.#tokensPerRun)) {
      await breathe(signal);
      const program = await this.#programs.get(entropies ? "score-with-entropy" : "score", microBatch.shape);
      const results = program.run(feeds(parameters, microBatch, temperature));
      distribute(microBatch, floats(results, "logProbabilities"), logProbabilities);
      if (entropies) distribute(microBatch, floats(results, "entropies"), perTokenEntropies);
    }
    return logProbabilities.map((row, index) => {
      const rowEntropies = perTokenEntropies[index];
      return entropies && rowEntropies ? { logProbabilities: row, entropies: rowEntropies } : { logProbabilities: row };
    });
  }

  /**
   * Adds Σ weight · d log-probability / d parameter to `gradient`, and the same of entropies where they have weights.
   *
   * @param weights   d loss / d log-probability, over completion tokens
   * @param selected  the rows that take part
   * @returns log-probabilities of those rows, zeros for the others
   */
  async differentiate(
    parameters: ParameterSet,
    gradient: ParameterSet,
    batch: readonly TrainingRow[],
    weights: readonly Float32Array[],
    selected: readonly number[],
    options: DifferentiateOptions = {},
  ): Promise<Float32Array[]> {
    const { temperature = 1, signal, entropyWeights } = options;
    const logProbabilities = emptyRows(batch);
    const names = differentiated(
      this.config,
      gradient.declarations.map(({ name }) => name),
    );
    for (const microBatch of planMicroBatches(batch, selected, this.config, this.#tokensPerRun)) {
      await breathe(signal);
      const program = await this.#programs.get(entropyWeights ? "gradient-with-entropy" : "gradient", microBatch.shape);
      const results = program.run({
        ...feeds(parameters, microBatch, temperature),
        targetOf: { data: microBatch.targetOf, shape: [microBatch.targetOf.length] },
        weights: gathered(microBatch, weights),
        ...(entropyWeights && { entropyWeights: gathered(microBatch, entropyWeights) }),
      });
      distribute(microBatch, floats(results, "logProbabilities"), logProbabilities);
      for (const name of names) gradient.add(name, floats(results, gradientName(name)));
      addRows(gradient.view(embeddingName), microBatch.tokenIds, floats(results, embeddedGradient));
    }
    return logProbabilities;
  }
}

function checkTemperature(temperature: number): void {
  if (!(temperature > 0 && Number.isFinite(temperature))) {
    throw new BridgeError("invalid-option", `temperature is ${temperature}; log-probabilities need a positive one`);
  }
}

/** Lets other work of the process run between two programs, and stops where the caller gave up. */
async function breathe(signal: AbortSignal | undefined): Promise<void> {
  await setImmediate();
  if (signal?.aborted) throw new BridgeError("cancelled", "the batch was cancelled", { cause: signal.reason });
}

function emptyRows(batch: readonly TrainingRow[]): Float32Array[] {
  return batch.map(({ completionIds }) => new Float32Array(completionIds.length));
}

function feeds(parameters: ParameterSet, microBatch: MicroBatch, temperature: number): Record<string, TensorValue> {
  const { shape, tokenIds, sources, targetIds } = microBatch;
  return {
    ...Object.fromEntries(parameters.tensors()),
    tokenIds: { data: tokenIds, shape: [shape.rows * shape.tokens] },
    sources: { data: sources, shape: [shape.targets] },
    targetIds: { data: targetIds, shape: [shape.targets] },
    inverseTemperature: { data: Float32Array.of(1 / temperature), shape: [] },
  };
}

/** The numbers of a run's targets, zeros for its padding. */
function gathered({ shape, parts }: MicroBatch, rows: readonly Float32Array[]): TensorValue {
  const data = new Float32Array(shape.targets);
  for (const { row, start } of parts) data.set(rows[row] ?? [], start);
  return { data, shape: [data.length] };
}

function distribute(microBatch: MicroBatch, values: Float32Array, rows: readonly Float32Array[]): void {
  for (const { row, start, length } of microBatch.parts) rows[row]?.set(values.subarray(start, start + length));
}

/** Adds row i of `updates` to row `indices[i]` of the table. */
function addRows(table: Float32Array, indices: Int32Array, updates: Float32Array): void {
  const width = updates.length / indices.length;
  for (let row = 0; row < indices.length; row++) {
    const target = (indices[row] as number) * width;
    const source = row * width;
    for (let column = 0; column < width; column++) {
      table[target + column] = (table[target + column] as number) + (updates[source + column] as number);
    }
  }
}

function floats(results: Readonly<Record<string, TensorValue>>, name: string): Float32Array {
  const data = results[name]?.data;
  if (!(data instanceof Float32Array)) throw new BridgeError("internal", `the program gave no float32 output "${name}"`);
  return data;
}
