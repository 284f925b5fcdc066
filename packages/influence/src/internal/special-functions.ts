import { BridgeError } from "@bridge-rl/spec";

/** B_2k / (2k(2k−1)), the coefficients of Stirling's series. */
const stirling = [1 / 12, -1 / 360, 1 / 1260, -1 / 1680, 1 / 1188, -691 / 360360, 1 / 156];

/** ln Γ(x) for x > 0: Stirling's series after shifting the argument above 12 (DLMF 5.11.1), about 15 digits. */
export function logGamma(x: number): number {
  let shifted = x;
  let product = 1;
  while (shifted < 12) {
    product *= shifted;
    shifted += 1;
  }
  return (shifted - 0.5) * Math.log(shifted) - shifted + 0.5 * Math.log(2 * Math.PI) + stirlingTail(shifted) - Math.log(product);
}

function stirlingTail(x: number): number {
  const square = 1 / (x * x);
  let series = 0;
  for (const coefficient of stirling.toReversed()) series = series * square + coefficient;
  return series / x;
}

/**
 * I_x(a, b), the distribution function of Beta(a, b), by its continued fraction (DLMF 8.17.22).
 *
 * @param complement  1 − x, where the caller knows it to more digits than the subtraction gives
 */
export function regularizedIncompleteBeta(x: number, a: number, b: number, complement: number = 1 - x): number {
  if (x <= 0) return 0;
  if (complement <= 0) return 1;
  // The fraction converges fast below the mean; above it, the mirrored one does.
  if (x > (a + 1) / (a + b + 2)) return 1 - regularizedIncompleteBeta(complement, b, a, x);
  const front = Math.exp(a * logOf(x, complement) + b * logOf(complement, x) - logBeta(a, b)) / a;
  return front * betaFraction(x, a, b);
}

/** ln x where x + complement = 1, from whichever of the two is the smaller. */
function logOf(x: number, complement: number): number {
  return x < 0.5 ? Math.log(x) : Math.log1p(-complement);
}

/** ln B(a, b), without the cancellation between ln Γ(a + b) and the larger of the other two. */
export function logBeta(a: number, b: number): number {
  const large = Math.max(a, b);
  const small = Math.min(a, b);
  if (large < 12) return logGamma(a) + logGamma(b) - logGamma(a + b);
  const growth = (large - 0.5) * Math.log1p(small / large) + small * Math.log(large + small) - small;
  return logGamma(small) - growth - stirlingTail(large + small) + stirlingTail(large);
}

/** The fraction itself by the modified Lentz method. */
function betaFraction(x: number, a: number, b: number): number {
  const tiny = 1e-300;
  const away = (value: number): number => (Math.abs(value) < tiny ? tiny : value);
  let c = 1;
  let d = 1 / away(1 - ((a + b) * x) / (a + 1));
  let result = d;
  for (let m = 1; m < 10_000; m++) {
    const even = (m * (b - m) * x) / ((a + 2 * m - 1) * (a + 2 * m));
    d = 1 / away(1 + even * d);
    c = away(1 + even / c);
    result *= d * c;
    const odd = (-(a + m) * (a + b + m) * x) / ((a + 2 * m) * (a + 2 * m + 1));
    d = 1 / away(1 + odd * d);
    c = away(1 + odd / c);
    const factor = d * c;
    result *= factor;
    if (Math.abs(factor - 1) < 1e-15) return result;
  }
  throw new BridgeError("internal", `the incomplete beta function did not converge at x=${x}, a=${a}, b=${b}`);
}

/** The root of an increasing function in [low, high], to the last bit that halving can reach. */
export function bisect(increasing: (x: number) => number, low: number, high: number): number {
  let left = low;
  let right = high;
  for (let round = 0; round < 200; round++) {
    const middle = (left + right) / 2;
    if (middle === left || middle === right) break;
    if (increasing(middle) < 0) left = middle;
    else right = middle;
  }
  return (left + right) / 2;
}
