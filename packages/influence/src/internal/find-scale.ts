import { BridgeError } from "@bridge-rl/spec";

const rounds = 8;

/**
 * A scale at which some shift comes near its target, where the shift grows about linearly with the scale.
 *
 * @param shiftAt  measures the shift at a scale
 * @returns the scale, or `undefined` where nothing shifts at any scale tried
 * @throws BridgeError `non-finite` where a shift is not a number
 */
export async function findScale(shiftAt: (scale: number) => Promise<number>, start: number, target: number): Promise<number | undefined> {
  let scale = start;
  for (let round = 0; round < rounds; round++) {
    const shift = await shiftAt(scale);
    if (Number.isNaN(shift)) throw new BridgeError("non-finite", `log-probabilities at a step of ${scale} are not numbers`);
    if (shift > 0.6 * target && shift < 1.6 * target) return scale;
    const wanted = shift === 0 ? Number.POSITIVE_INFINITY : target / shift;
    scale *= Math.min(100, Math.max(0.01, wanted));
    // Near the target the shift is linear, and the correction just made is as good as another look.
    if (wanted > 0.2 && wanted < 5) return scale;
    if (round === rounds - 1 && shift === 0) return undefined;
  }
  return scale;
}
