import { BridgeError } from "./bridge-error.js";

/** The 97.5 % quantile of the standard normal distribution. */
const z = 1.959963984540054;

/**
 * Gives the 95 % interval of a share after `count` trials (Wilson 1927; Newcombe 1998, method 3): unlike mean ± 2 standard errors it stays
 * within [0, 1] and is right at shares of 0 and 1.
 *
 * @returns `[low, high]`; `[0, 1]` where nothing was tried
 * @throws BridgeError `invalid-input` for a share outside [0, 1]
 */
export function wilsonInterval(share: number, count: number): readonly [low: number, high: number] {
  if (!(share >= 0 && share <= 1)) throw new BridgeError("invalid-input", `${share} is no share; pass one in [0, 1]`);
  if (count === 0) return [0, 1];
  const spread = (z * z) / count;
  const centre = (share + spread / 2) / (1 + spread);
  const half = (z / (1 + spread)) * Math.sqrt((share * (1 - share)) / count + spread / (4 * count));
  return [share === 0 ? 0 : centre - half, share === 1 ? 1 : centre + half];
}
