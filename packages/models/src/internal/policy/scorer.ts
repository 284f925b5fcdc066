import type { LossRow, TensorValue, TrainingRow } from "@bridge-rl/spec";
import type { DecoderConfig } from "../../decoder-config.js";
import type { DifferentiateOptions, ScoreOptions } from "./forward-backward.js";
import { checkRows, type MicroBatch, planMicroBatches } from "./micro-batches.js";
import type { ParameterSet } from "./parameter-set.js";
import { differentiated, embeddedGradient, embeddingName, gradientName, type ProgramCache } from "./programs.js";
import { addRows, breathe, checkTemperature, distribute, emptyRows, floats, gathered, lossRows } from "./run-values.js";

/** Where parameters are read from. */
export type ParameterSource = Pick<ParameterSet, "tensors">;

/** Runs batches through the programs of one model. It holds no parameters; they come with each call. */
export interface Executor {
  /** Log-probabilities, and entropies if asked for, of every completion token. */
  score(parameters: ParameterSource, batch: readonly TrainingRow[], options?: ScoreOptions): Promise<LossRow[]>;
  /**
   * Adds Σ weight · d log-probability / d parameter to `gradient`, and the same of entropies where they have weights.
   *
   * @param weights   d loss / d log-probability, over completion tokens
   * @param selected  the rows that take part
   * @returns log-probabilities of those rows, and entropies where they have weights; zeros for the others
   */
  differentiate(
    parameters: ParameterSource,
    gradient: ParameterSet,
    batch: readonly TrainingRow[],
    weights: readonly Float32Array[],
    selected: readonly number[],
    options?: DifferentiateOptions,
  ): Promise<LossRow[]>;
}

/** Runs all layers as one program, whose activations are kept for the backward pass: fastest, for models whose activations fit. */
export class Scorer implements Executor {
  readonly config: DecoderConfig;
  readonly #programs: ProgramCache;
  readonly #tokensPerRun: number;

  constructor(config: DecoderConfig, programs: ProgramCache, tokensPerRun: number) {
    this.config = config;
    this.#programs = programs;
    this.#tokensPerRun = tokensPerRun;
  }

  async score(parameters: ParameterSource, batch: readonly TrainingRow[], options: ScoreOptions = {}): Promise<LossRow[]> {
    const { temperature = 1, entropies = false, signal, dropout } = options;
    checkRows(batch, this.config);
    checkTemperature(temperature);
    const logProbabilities = emptyRows(batch);
    const perTokenEntropies = emptyRows(batch);
    for (const microBatch of planMicroBatches(batch, [...batch.keys()], this.config, this.#tokensPerRun)) {
      await breathe(signal);
      const program = await this.#programs.get(entropies ? "score-with-entropy" : "score", microBatch.shape, dropout !== undefined);
      const results = program.run({ ...feeds(parameters, microBatch, temperature), ...dropout?.feeds(microBatch) });
      distribute(microBatch, floats(results, "logProbabilities"), logProbabilities);
      if (entropies) distribute(microBatch, floats(results, "entropies"), perTokenEntropies);
    }
    return lossRows(logProbabilities, entropies ? perTokenEntropies : undefined);
  }

  async differentiate(
    parameters: ParameterSource,
    gradient: ParameterSet,
    batch: readonly TrainingRow[],
    weights: readonly Float32Array[],
    selected: readonly number[],
    options: DifferentiateOptions = {},
  ): Promise<LossRow[]> {
    const { temperature = 1, signal, entropyWeights, dropout } = options;
    const logProbabilities = emptyRows(batch);
    const entropies = entropyWeights && emptyRows(batch);
    const names = differentiated(
      this.config,
      gradient.declarations.map(({ name }) => name),
    );
    for (const microBatch of planMicroBatches(batch, selected, this.config, this.#tokensPerRun)) {
      await breathe(signal);
      const program = await this.#programs.get(
        entropyWeights ? "gradient-with-entropy" : "gradient",
        microBatch.shape,
        dropout !== undefined,
      );
      const results = program.run({
        ...feeds(parameters, microBatch, temperature),
        ...dropout?.feeds(microBatch),
        targetOf: { data: microBatch.targetOf, shape: [microBatch.targetOf.length] },
        weights: gathered(microBatch, weights),
        ...(entropyWeights && { entropyWeights: gathered(microBatch, entropyWeights) }),
      });
      distribute(microBatch, floats(results, "logProbabilities"), logProbabilities);
      if (entropies) distribute(microBatch, floats(results, "entropies"), entropies);
      for (const name of names) gradient.add(name, floats(results, gradientName(name)));
      if (gradient.has(embeddingName)) addRows(gradient.view(embeddingName), microBatch.tokenIds, floats(results, embeddedGradient));
    }
    return lossRows(logProbabilities, entropies);
  }
}

function feeds(parameters: ParameterSource, microBatch: MicroBatch, temperature: number): Record<string, TensorValue> {
  const { shape, tokenIds, sources, targetIds } = microBatch;
  return {
    ...Object.fromEntries(parameters.tensors()),
    tokenIds: { data: tokenIds, shape: [shape.rows * shape.tokens] },
    sources: { data: sources, shape: [shape.targets] },
    targetIds: { data: targetIds, shape: [shape.targets] },
    inverseTemperature: { data: Float32Array.of(1 / temperature), shape: [] },
  };
}
