import type { FlatRows } from "./flat-rows.js";
import { maskedSums } from "./flat-rows.js";

/** Importance ratios ρ = π / π_old of each token; at sequence level all tokens of a row have the row's. */
export interface ImportanceRatios {
  readonly level: "token" | "sequence";
  /** `[tokens]` */
  readonly values: Float64Array;
  /** At sequence level the ratio of each row, 1 for one without counted tokens; empty at token level. `[rows]` */
  readonly ofRows: Float64Array;
}

/**
 * Token level: exp(log π − log π_old). Sequence level: the exponential of its mean over the row's counted tokens (GSPO, eq. 7).
 *
 * @param differences  log π − log π_old
 * @param lengths      counted tokens of each row
 */
export function importanceRatios(
  level: "token" | "sequence",
  rows: FlatRows,
  differences: Float64Array,
  masks: Float64Array,
  lengths: Float64Array,
): ImportanceRatios {
  if (level === "token") return { level, values: differences.map(Math.exp), ofRows: new Float64Array(0) };
  const sums = maskedSums(rows, differences, masks);
  const ofRows = sums.map((sum, row) => Math.exp(sum / Math.max(lengths[row] as number, 1)));
  const values = new Float64Array(differences.length);
  for (let row = 0; row < rows.count; row++) values.fill(ofRows[row] as number, rows.starts[row], rows.starts[row + 1]);
  return { level, values, ofRows };
}
