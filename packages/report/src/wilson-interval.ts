import { BridgeError } from "@bridge-rl/spec";
import type { Accuracy } from "./run-files.js";

/** The 97.5 % quantile of the standard normal distribution. */
const z = 1.959963984540054;

/**
 * Gives the share of right answers with its 95 % score interval (Wilson 1927; Newcombe 1998, method 3).
 *
 * @throws BridgeError `invalid-input` unless 0 ≤ correct ≤ count and count > 0, all whole
 */
export function wilsonInterval(correct: number, count: number): Accuracy {
  if (!Number.isInteger(correct) || !Number.isInteger(count) || count <= 0 || correct < 0 || correct > count) {
    throw new BridgeError(
      "invalid-input",
      `${correct} right of ${count} is no share; pass whole numbers with 0 ≤ correct ≤ count and count > 0`,
    );
  }
  const accuracy = correct / count;
  const middle = accuracy + (z * z) / (2 * count);
  const reach = z * Math.sqrt((accuracy * (1 - accuracy)) / count + (z * z) / (4 * count * count));
  const scale = 1 + (z * z) / count;
  return {
    accuracy,
    low: correct === 0 ? 0 : (middle - reach) / scale,
    high: correct === count ? 1 : (middle + reach) / scale,
    n: count,
  };
}
