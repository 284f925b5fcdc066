import type { LossRow, Program, TensorValue, TrainingRow } from "@bridge-rl/spec";
import type { DecoderConfig } from "../../decoder-config.js";
import type { Dropout } from "./dropout.js";
import type { DifferentiateOptions, ScoreOptions } from "./forward-backward.js";
import { checkRows, type MicroBatch } from "./micro-batches.js";
import type { ParameterSet } from "./parameter-set.js";
import { differentiated, embeddedGradient, embeddingName, gradientName, type ProgramKind } from "./programs.js";
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

/** A run of some rows, as a layout places them. */
interface LaidOutRun {
  readonly microBatch: MicroBatch;
  program(kind: ProgramKind): Promise<Program>;
  /** Inputs of the program beyond those of every run. */
  feeds(): Record<string, TensorValue>;
}

/**
 * Divides rows into runs and places their tokens in each.
 *
 * @param selected  positions in `batch`; rows without completion are left out
 */
export type RowLayout = (batch: readonly TrainingRow[], selected: readonly number[], dropout: Dropout | undefined) => LaidOutRun[];

/** Runs all layers as one program, whose activations are kept for the backward pass: fastest, for models whose activations fit. */
export class Scorer implements Executor {
  readonly config: DecoderConfig;
  readonly #layout: RowLayout;

  constructor(config: DecoderConfig, layout: RowLayout) {
    this.config = config;
    this.#layout = layout;
  }

  async score(parameters: ParameterSource, batch: readonly TrainingRow[], options: ScoreOptions = {}): Promise<LossRow[]> {
    const { temperature = 1, entropies = false, signal, dropout } = options;
    checkRows(batch, this.config);
    checkTemperature(temperature);
    const logProbabilities = emptyRows(batch);
    const perTokenEntropies = emptyRows(batch);
    for (const run of this.#layout(batch, [...batch.keys()], dropout)) {
      await breathe(signal);
      const { microBatch } = run;
      const program = await run.program(entropies ? "score-with-entropy" : "score");
      const results = program.run({ ...feeds(parameters, microBatch, temperature), ...run.feeds() });
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
    for (const run of this.#layout(batch, selected, dropout)) {
      await breathe(signal);
      const { microBatch } = run;
      const program = await run.program(entropyWeights ? "gradient-with-entropy" : "gradient");
      const results = program.run({
        ...feeds(parameters, microBatch, temperature),
        ...run.feeds(),
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
