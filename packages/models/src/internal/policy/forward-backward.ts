import { BridgeError, type ForwardBackwardOptions, type Loss, type LossRow, type TrainingRow } from "@bridge-rl/spec";
import type { Dropout } from "./dropout.js";
import { lossRows } from "./run-values.js";

/** The two passes that `forwardBackward` is made of, wherever they run. */
export interface Passes {
  score(batch: readonly TrainingRow[], options: ScoreOptions): Promise<LossRow[]>;
  /**
   * Adds the gradient for given derivatives of the loss, and returns what `score` would, with entropies where these have derivatives. Rows whose
   * derivative is zero may be left out; their numbers are zeros then.
   */
  differentiate(
    batch: readonly TrainingRow[],
    weights: readonly Float32Array[],
    selected: readonly number[],
    options: DifferentiateOptions,
  ): Promise<LossRow[]>;
}

interface PassOptions extends Omit<ForwardBackwardOptions, "knownLogProbabilities"> {
  /** Where the rows stand in the batch that they are part of, which decides what dropout drops. @defaultValue 0, 1, … */
  readonly places?: readonly number[];
}

export interface ScoreOptions extends PassOptions {
  /** Masks of the adapters' inputs, where the pass belongs to training. @defaultValue none */
  readonly dropout?: Dropout;
  /** @defaultValue false */
  readonly entropies?: boolean;
}

export interface DifferentiateOptions extends PassOptions {
  /** As in `ScoreOptions`. */
  readonly dropout?: Dropout;
  /** d loss / d entropy, over completion tokens. @defaultValue zeros */
  readonly entropyWeights?: readonly Float32Array[];
}

/**
 * Evaluates a loss and adds its gradient: one pass where the derivative is constant or the log-probabilities are known (and no derivative
 * depends on entropies, which nobody knows beforehand), else two.
 *
 * @throws BridgeError `shape-mismatch` or `non-finite` where the loss's derivative doesn't fit the batch
 */
export async function forwardBackward(
  passes: Passes,
  batch: readonly TrainingRow[],
  loss: Loss,
  options: ForwardBackwardOptions,
): Promise<{ loss: number; metrics: Record<string, number> }> {
  const { knownLogProbabilities, ...pass } = options;
  const every = [...batch.keys()];
  const usesEntropies = loss.usesEntropies === true;
  const zeros = batch.map(({ completionIds }) => new Float32Array(completionIds.length));
  if (loss.derivative === "constant" && knownLogProbabilities === undefined && !usesEntropies) {
    const { gradients } = loss.evaluate(lossRows(zeros));
    checkDerivative(batch, gradients);
    return summary(loss.evaluate(await passes.differentiate(batch, gradients, every, pass)));
  }
  if (knownLogProbabilities) checkLengths(batch, knownLogProbabilities, "knownLogProbabilities");
  if (knownLogProbabilities && usesEntropies && loss.entropyDerivative === "constant") {
    // any entropies will do for the derivative; the pass gives the true ones for the value
    const { gradients, entropyGradients = zeros } = loss.evaluate(lossRows(knownLogProbabilities, zeros));
    checkDerivative(batch, gradients);
    checkDerivative(batch, entropyGradients);
    const rows = await passes.differentiate(batch, gradients, every, { ...pass, entropyWeights: entropyGradients });
    const entropies = rows.map((row, index) => row.entropies ?? (zeros[index] as Float32Array));
    return summary(loss.evaluate(lossRows(knownLogProbabilities, entropies)));
  }
  const rows =
    knownLogProbabilities && !usesEntropies
      ? lossRows(knownLogProbabilities)
      : await passes.score(batch, usesEntropies ? { ...pass, entropies: true } : pass);
  const result = loss.evaluate(rows);
  checkDerivative(batch, result.gradients);
  const { gradients, entropyGradients } = result;
  if (entropyGradients) checkDerivative(batch, entropyGradients);
  const matters = (row: number): boolean => [gradients, entropyGradients].some((each) => each?.[row]?.some((value) => value !== 0));
  await passes.differentiate(batch, gradients, every.filter(matters), {
    ...pass,
    ...(entropyGradients && { entropyWeights: entropyGradients }),
  });
  return summary(result);
}

function summary({ loss, metrics }: { loss: number; metrics: Readonly<Record<string, number>> }): {
  loss: number;
  metrics: Record<string, number>;
} {
  return { loss, metrics: { ...metrics } };
}

function checkDerivative(batch: readonly TrainingRow[], derivative: readonly Float32Array[]): void {
  checkLengths(batch, derivative, "the loss's derivative");
  for (const [index, row] of derivative.entries()) {
    if (!row.every(Number.isFinite)) throw new BridgeError("non-finite", `the loss's derivative of row ${index} is not finite`);
  }
}

function checkLengths(batch: readonly TrainingRow[], arrays: readonly Float32Array[], what: string): void {
  for (const [index, { completionIds }] of batch.entries()) {
    const length = arrays[index]?.length;
    if (length !== completionIds.length) {
      throw new BridgeError(
        "shape-mismatch",
        `${what} of row ${index} has ${length ?? "no"} elements; its completion has ${completionIds.length}`,
      );
    }
  }
}
