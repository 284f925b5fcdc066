import { BridgeError, wilsonInterval as intervalOfShare } from "@bridge-rl/spec";
import type { Accuracy } from "./run-files.js";

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
  const [low, high] = intervalOfShare(accuracy, count);
  return { accuracy, low, high, n: count };
}
