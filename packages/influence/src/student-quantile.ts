import { BridgeError } from "@bridge-rl/spec";
import { bisect, regularizedIncompleteBeta } from "./internal/special-functions.js";

/** From here on the expansion in 1/ν is exact to float64, and the continued fraction gets long. */
const expandedFrom = 10_000;

/**
 * The quantile of Student's t distribution, for any positive degrees of freedom, whole or not.
 *
 * Inverts P(|T| > t) = I_x(ν/2, ½) at x = ν / (ν + t²); beyond 10,000 degrees of freedom by the expansion of
 * Abramowitz & Stegun 26.7.5.
 *
 * @param probability        in (0, 1); 0.975 for a two-sided interval of 95 %
 * @param degreesOfFreedom   ν > 0; Infinity gives the normal distribution
 * @throws BridgeError `invalid-input` outside of these
 */
export function studentQuantile(probability: number, degreesOfFreedom: number): number {
  if (!(probability > 0 && probability < 1) || !(degreesOfFreedom > 0)) {
    throw new BridgeError(
      "invalid-input",
      `no t quantile at probability ${probability} with ${degreesOfFreedom} degrees of freedom; they must be in (0, 1) and positive`,
    );
  }
  if (probability === 0.5) return 0;
  if (probability < 0.5) return -studentQuantile(1 - probability, degreesOfFreedom);
  if (degreesOfFreedom <= expandedFrom) return invert(2 * (1 - probability), degreesOfFreedom);
  const anchor = invert(2 * (1 - probability), expandedFrom);
  const normal = bisect((z) => expansion(z, expandedFrom) - anchor, 0, anchor);
  return expansion(normal, degreesOfFreedom);
}

/** The t that both tails together exceed with the given probability. */
function invert(tails: number, freedom: number): number {
  const x = bisect((value) => regularizedIncompleteBeta(value, freedom / 2, 0.5) - tails, 0, 1);
  if (x < 0.5) return Math.sqrt((freedom * (1 - x)) / x);
  // Next to 1, x has lost the digits that its complement t² / (ν + t²) still has.
  const complement = bisect((value) => tails - regularizedIncompleteBeta(1 - value, freedom / 2, 0.5, value), 0, 1);
  return Math.sqrt((freedom * complement) / (1 - complement));
}

function expansion(z: number, freedom: number): number {
  const first = (z ** 3 + z) / 4;
  const second = (5 * z ** 5 + 16 * z ** 3 + 3 * z) / 96;
  const third = (3 * z ** 7 + 19 * z ** 5 + 17 * z ** 3 - 15 * z) / 384;
  return z + first / freedom + second / freedom ** 2 + third / freedom ** 3;
}
