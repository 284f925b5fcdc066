import type { TokenRows } from "../policy-loss-batch.js";

/** Rows laid end to end: row i has the tokens from `starts[i]` up to `starts[i + 1]`. */
export interface FlatRows {
  readonly count: number;
  readonly starts: Int32Array;
}

export function layRows(rows: TokenRows): FlatRows {
  const starts = new Int32Array(rows.length + 1);
  for (const [index, row] of rows.entries()) starts[index + 1] = (starts[index] as number) + row.length;
  return { count: rows.length, starts };
}

export function flatten({ starts, count }: FlatRows, rows: TokenRows): Float64Array {
  const flat = new Float64Array(starts[count] as number);
  for (const [index, row] of rows.entries()) flat.set(row, starts[index] as number);
  return flat;
}

/** Sum over each row of `values · masks`. */
export function maskedSums({ starts, count }: FlatRows, values: Float64Array, masks: Float64Array): Float64Array {
  const sums = new Float64Array(count);
  for (let row = 0; row < count; row++) {
    for (let token = starts[row] as number; token < (starts[row + 1] as number); token++) {
      // What a mask hides may be anything, NaN included.
      if (masks[token] !== 0) sums[row] = (sums[row] as number) + (values[token] as number) * (masks[token] as number);
    }
  }
  return sums;
}

export function sum(values: Float64Array): number {
  let total = 0;
  for (const value of values) total += value;
  return total;
}
