import { BridgeError } from "@bridge-rl/spec";
import { binomialProbabilities } from "./internal/binomial.js";
import { signalCoefficient } from "./signal-coefficient.js";

/**
 * w_N(p) = E √(α(1−α)) over groups of N rollouts that are right with probability p: what the coefficient is worth on average.
 * By Jensen it is below s(p), the more so the smaller the group; E[ĝ] = w_N(p) / (p(1−p)) ∇p.
 *
 * @param size         N, rollouts of a group
 * @param probability  p in [0, 1]
 * @throws BridgeError `invalid-input` for a size that is not a positive whole number or a probability outside [0, 1]
 */
export function expectedSignal(size: number, probability: number): number {
  requireGroup(size, probability);
  let total = 0;
  for (const [correct, weight] of binomialProbabilities(size, probability).entries()) {
    total += weight * signalCoefficient(correct / size);
  }
  return total;
}

/** p^N + (1−p)^N: the share of groups that teach nothing. @throws BridgeError `invalid-input` as `expectedSignal` does */
export function zeroSignalProbability(size: number, probability: number): number {
  requireGroup(size, probability);
  return probability ** size + (1 - probability) ** size;
}

/**
 * n(N−n) / (N(N−1)), the unbiased estimate of p(1−p) from n correct of N rollouts.
 *
 * @throws BridgeError `invalid-input` below two rollouts, where none exists
 */
export function unbiasedRewardVariance(correct: number, size: number): number {
  if (!Number.isInteger(size) || size < 2 || !Number.isInteger(correct) || correct < 0 || correct > size) {
    throw new BridgeError("invalid-input", `p(1−p) cannot be estimated from ${correct} of ${size} rollouts; it takes at least two`);
  }
  return (correct * (size - correct)) / (size * (size - 1));
}

function requireGroup(size: number, probability: number): void {
  if (!Number.isInteger(size) || size < 1) {
    throw new BridgeError("invalid-input", `a group of ${size} rollouts does not exist; pass a positive whole number`);
  }
  if (!(probability >= 0 && probability <= 1)) {
    throw new BridgeError("invalid-input", `a probability of ${probability} is outside [0, 1]`);
  }
}
