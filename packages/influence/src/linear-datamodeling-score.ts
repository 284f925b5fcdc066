import { rankCorrelation } from "./rank-correlation.js";

/**
 * One-step linear datamodeling score: Spearman's correlation, over subsets of the training queries, of the sum of their influences
 * with the change of J that one step on the subset really makes.
 *
 * @param influences  one per query
 * @param subsets     positions in `influences`, two subsets or more
 * @param actual      the measured change of each subset's step
 * @throws BridgeError `shape-mismatch` where `subsets` and `actual` differ in length, `invalid-input` below two
 */
export function linearDatamodelingScore(
  influences: ArrayLike<number>,
  subsets: readonly (readonly number[])[],
  actual: readonly number[],
): number {
  const predicted = subsets.map((subset) => subset.reduce((total, query) => total + (influences[query] as number), 0));
  return rankCorrelation(predicted, actual);
}
