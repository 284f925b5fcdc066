import { BridgeError, createRandom } from "@bridge-rl/spec";
import type { Arm } from "./arm.js";

/** An arm and its share of the problems. */
export interface MixturePart {
  readonly arm: Arm;
  /** Relative to the other parts. */
  readonly share: number;
}

/**
 * Draws the arm of a problem in a mixture of arms, keyed by seed and problem: whatever else is made, a problem keeps its arm.
 *
 * @throws BridgeError `invalid-option` where the shares are not numbers of at least 0 with a positive sum
 */
export function pickArm(problem: { readonly id: string }, parts: readonly MixturePart[], seed: number | string): Arm {
  const total = parts.reduce((sum, { share }) => sum + share, 0);
  if (parts.some(({ share }) => !(share >= 0)) || !(total > 0 && Number.isFinite(total))) {
    throw new BridgeError("invalid-option", `the shares [${parts.map(({ share }) => share)}] make no mixture; use numbers of at least 0`);
  }
  let point = createRandom(seed, `arm of ${problem.id}`).next() * total;
  for (const { arm, share } of parts) {
    if (point < share) return arm;
    point -= share;
  }
  return (parts.findLast(({ share }) => share > 0) as MixturePart).arm;
}
