import { BridgeError } from "@bridge-rl/spec";
import { mean, sameLength } from "./internal/vector.js";

/** Ranks from 1, ties sharing their mean rank. */
export function averageRanks(values: readonly number[]): number[] {
  const order = values.map((value, index) => ({ value, index })).sort((a, b) => a.value - b.value);
  const ranks: number[] = new Array(values.length).fill(0);
  for (let start = 0; start < order.length; ) {
    let end = start + 1;
    while (end < order.length && order[end]?.value === order[start]?.value) end++;
    for (const { index } of order.slice(start, end)) ranks[index] = (start + 1 + end) / 2;
    start = end;
  }
  return ranks;
}

/**
 * Spearman's rank correlation, ties by mean rank; NaN where one side does not vary.
 *
 * @throws BridgeError `shape-mismatch` where the lists differ in length, `invalid-input` below two pairs
 */
export function rankCorrelation(a: readonly number[], b: readonly number[]): number {
  sameLength(a, b, "the sides of a rank correlation");
  if (a.length < 2) throw new BridgeError("invalid-input", `a rank correlation needs at least two pairs; got ${a.length}`);
  return correlation(averageRanks(a), averageRanks(b));
}

/** Pearson's correlation; NaN where one side does not vary. @throws BridgeError `shape-mismatch` */
export function correlation(a: readonly number[], b: readonly number[]): number {
  sameLength(a, b, "the sides of a correlation");
  const centreA = mean(a);
  const centreB = mean(b);
  let ab = 0;
  let aa = 0;
  let bb = 0;
  for (const [index, value] of a.entries()) {
    const x = value - centreA;
    const y = (b[index] as number) - centreB;
    ab += x * y;
    aa += x * x;
    bb += y * y;
  }
  return ab / Math.sqrt(aa * bb);
}
