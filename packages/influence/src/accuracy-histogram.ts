import { BridgeError } from "@bridge-rl/spec";
import { expectedSignal } from "./expected-signal.js";
import { signalCoefficient } from "./signal-coefficient.js";

/** Queries with k of N rollouts right. */
export interface AccuracyBin {
  /** k. */
  readonly correct: number;
  /** k/N. */
  readonly accuracy: number;
  readonly count: number;
  readonly share: number;
  /** √(α(1−α)) at α = k/N, what these queries are weighted by in this step. */
  readonly coefficient: number;
  /** w_N(k/N), what a fresh group would be worth if k/N were the true accuracy. */
  readonly expectedSignal: number;
}

/** How accurate the rollouts of each query are. */
export interface AccuracyHistogram {
  /** N. */
  readonly groupSize: number;
  readonly queries: number;
  /** N + 1 of them, at 0, 1/N, …, 1; all equally wide. */
  readonly bins: readonly AccuracyBin[];
  readonly meanAccuracy: number;
  /** Mean of √(α(1−α)) over all queries. */
  readonly meanCoefficient: number;
  /** Shares of queries with every rollout wrong, some right, all right. */
  readonly shares: { readonly never: number; readonly mixed: number; readonly always: number };
}

/**
 * Counts queries by rollout accuracy, with one bin at every k/N.
 *
 * @param correct    correct rollouts of each query, 0 … groupSize
 * @param groupSize  N
 * @throws BridgeError `invalid-input` without queries or for a count that is not a whole number from 0 to N
 */
export function accuracyHistogram(correct: readonly number[], groupSize: number): AccuracyHistogram {
  if (correct.length === 0) throw new BridgeError("invalid-input", "a histogram needs at least one query");
  const wrong = correct.findIndex((count) => !Number.isInteger(count) || count < 0 || count > groupSize);
  if (wrong >= 0) {
    throw new BridgeError(
      "invalid-input",
      `query ${wrong} has ${correct[wrong]} correct rollouts of ${groupSize}; groups must have the same size`,
    );
  }
  const bins = Array.from({ length: groupSize + 1 }, (_, k): AccuracyBin => {
    const count = correct.filter((value) => value === k).length;
    return {
      correct: k,
      accuracy: k / groupSize,
      count,
      share: count / correct.length,
      coefficient: signalCoefficient(k / groupSize),
      expectedSignal: expectedSignal(groupSize, k / groupSize),
    };
  });
  const shareWhere = (test: (bin: AccuracyBin) => boolean): number => bins.filter(test).reduce((total, bin) => total + bin.share, 0);
  return {
    groupSize,
    queries: correct.length,
    bins,
    meanAccuracy: bins.reduce((total, bin) => total + bin.share * bin.accuracy, 0),
    meanCoefficient: bins.reduce((total, bin) => total + bin.share * bin.coefficient, 0),
    shares: {
      never: shareWhere((bin) => bin.correct === 0),
      mixed: shareWhere((bin) => bin.correct > 0 && bin.correct < groupSize),
      always: shareWhere((bin) => bin.correct === groupSize),
    },
  };
}
