import { BridgeError } from "@bridge-rl/spec";

/**
 * Estimates the chance that at least one of `k` samples is correct, without bias: `1 − C(n−c, k) / C(n, k)` (arXiv 2107.03374, eq. 1).
 *
 * @param samples  n, drawn
 * @param correct  c, of them correct
 * @throws BridgeError `invalid-option` where k is not between 1 and n
 */
export function passAtK(samples: number, correct: number, k: number): number {
  if (!(k >= 1 && k <= samples))
    throw new BridgeError("invalid-option", `pass@${k} can't be told from ${samples} samples; draw at least ${k}`);
  let allWrong = 1;
  for (let index = 0; index < k; index++) allWrong *= Math.max(0, samples - correct - index) / (samples - index);
  return 1 - allWrong;
}
