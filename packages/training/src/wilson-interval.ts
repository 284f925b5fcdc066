import { BridgeError } from "@bridge-rl/spec";

/**
 * Gives the 95 % interval of a share after `count` trials (Wilson 1927): unlike mean ± 2 standard errors it stays within [0, 1] and
 * is right at shares of 0 and 1.
 *
 * @returns `[low, high]`; `[0, 1]` where nothing was tried
 * @throws BridgeError `invalid-input` for a share outside [0, 1]
 */
export function wilsonInterval(share: number, count: number): readonly [number, number] {
  if (!(share >= 0 && share <= 1)) throw new BridgeError("invalid-input", `${share} is no share; pass one in [0, 1]`);
  if (count === 0) return [0, 1];
  const z = 1.959963984540054;
  const spread = (z * z) / count;
  const centre = (share + spread / 2) / (1 + spread);
  const half = (z / (1 + spread)) * Math.sqrt((share * (1 - share)) / count + spread / (4 * count));
  return [share === 0 ? 0 : centre - half, share === 1 ? 1 : centre + half];
}
