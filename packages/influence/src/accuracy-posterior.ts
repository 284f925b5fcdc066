import { BridgeError } from "@bridge-rl/spec";
import { expectedSignal } from "./expected-signal.js";
import { betaBinomialProbabilities } from "./internal/binomial.js";
import { bisect, logBeta, regularizedIncompleteBeta } from "./internal/special-functions.js";
import { signalCoefficient } from "./signal-coefficient.js";

/** A mean with an interval of given probability. */
export interface Estimate {
  readonly mean: number;
  readonly low: number;
  readonly high: number;
}

/** What n correct of N rollouts say about the true accuracy p and about the signal that p stands for. */
export interface AccuracyPosterior {
  readonly accuracy: Estimate;
  /** s(p) = √(p(1−p)). */
  readonly coefficient: Estimate;
  /** w_N(p), what a fresh group of the same size is worth on average. */
  readonly expectedSignal: Estimate;
}

/**
 * Jeffreys' posterior Beta(n + ½, N − n + ½) of a query's accuracy, pushed through s and w_N.
 *
 * Unlike s(n/N), it leaves a query that was always right in N rollouts a chance to teach something. Intervals are equal-tailed; both
 * s and w_N rise towards p = ½ from either side, so theirs come from the distribution of min(p, 1−p).
 *
 * @param correct  n
 * @param size     N
 * @throws BridgeError `invalid-input` where n is not a whole number from 0 to N
 */
export function accuracyPosterior(
  correct: number,
  size: number,
  options: {
    /** Probability that an interval holds. @defaultValue 0.95 */
    readonly level?: number;
  } = {},
): AccuracyPosterior {
  const { level = 0.95 } = options;
  if (!Number.isInteger(size) || !Number.isInteger(correct) || size < 1 || correct < 0 || correct > size) {
    throw new BridgeError("invalid-input", `${correct} of ${size} rollouts cannot be correct; pass whole numbers with 0 ≤ correct ≤ size`);
  }
  const a = correct + 0.5;
  const b = size - correct + 0.5;
  const tail = (1 - level) / 2;
  const below = (x: number): number => regularizedIncompleteBeta(x, a, b);
  const nearerEnd = (x: number): number => below(x) + regularizedIncompleteBeta(x, b, a);
  const ends = [tail, 1 - tail].map((probability) => bisect((x) => nearerEnd(x) - probability, 0, 0.5)) as [number, number];
  const sizes = betaBinomialProbabilities(size, a, b);
  return {
    accuracy: {
      mean: a / (a + b),
      low: bisect((x) => below(x) - tail, 0, 1),
      high: bisect((x) => below(x) - (1 - tail), 0, 1),
    },
    coefficient: {
      mean: Math.exp(logBeta(a + 0.5, b + 0.5) - logBeta(a, b)),
      low: signalCoefficient(ends[0]),
      high: signalCoefficient(ends[1]),
    },
    expectedSignal: {
      mean: sizes.reduce((total, weight, n) => total + weight * signalCoefficient(n / size), 0),
      low: expectedSignal(size, ends[0]),
      high: expectedSignal(size, ends[1]),
    },
  };
}
