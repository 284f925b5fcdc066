import { BridgeError } from "@bridge-rl/spec";

/** Refuses two vectors of different lengths, which would silently be cut to the shorter. */
export function sameLength(a: ArrayLike<unknown>, b: ArrayLike<unknown>, what: string): void {
  if (a.length !== b.length) {
    throw new BridgeError("shape-mismatch", `${what} have ${a.length} and ${b.length} entries; pass two of the same length`);
  }
}

/** Inner product in float64. */
export function dot(a: ArrayLike<number>, b: ArrayLike<number>): number {
  sameLength(a, b, "the factors of an inner product");
  let sum = 0;
  for (let index = 0; index < a.length; index++) sum += (a[index] as number) * (b[index] as number);
  return sum;
}

export function sum(values: Iterable<number>): number {
  let total = 0;
  for (const value of values) total += value;
  return total;
}

/** The mean, NaN of nothing. */
export function mean(values: readonly number[]): number {
  return sum(values) / values.length;
}

/** Variance with n − 1, NaN below two values. */
export function sampleVariance(values: readonly number[]): number {
  if (values.length < 2) return Number.NaN;
  const centre = mean(values);
  return sum(values.map((value) => (value - centre) ** 2)) / (values.length - 1);
}
