import { dot } from "./internal/vector.js";

/** Scores or gradients, flattened over all parameters in one fixed order. */
export type FlatVector = ArrayLike<number>;

/**
 * Inner products of every row with every column: K[r][c] = ⟨row_r, column_c⟩, the co-influence K of scores (arXiv 2505.18917, §3.2).
 *
 * @returns `[rows][columns]`
 * @throws BridgeError `shape-mismatch` where two vectors differ in length
 */
export function coInfluence(rows: readonly FlatVector[], columns: readonly FlatVector[]): number[][] {
  return rows.map((row) => columns.map((column) => dot(row, column)));
}

/** Inner products among one set of vectors: symmetric and positive semidefinite. @throws BridgeError `shape-mismatch` */
export function gramMatrix(vectors: readonly FlatVector[]): number[][] {
  const matrix = vectors.map((): number[] => []);
  for (const [row, values] of matrix.entries()) {
    for (let column = 0; column < vectors.length; column++) {
      const mirrored = column < row ? matrix[column]?.[row] : undefined;
      values.push(mirrored ?? dot(vectors[row] as FlatVector, vectors[column] as FlatVector));
    }
  }
  return matrix;
}

/** K of length-normalised log-probabilities: K[i][j] / (|o_i| |o_j|) (Remark A.2 of the paper). */
export function normalizeByLength(matrix: readonly (readonly number[])[], lengths: readonly number[]): number[][] {
  return matrix.map((row, i) => row.map((value, j) => value / ((lengths[i] as number) * (lengths[j] as number))));
}

/** Smallest eigenvalue of a symmetric matrix, by Jacobi rotations: for checking that a Gram matrix is what it should be. */
export function smallestEigenvalue(matrix: readonly (readonly number[])[]): number {
  const a = matrix.map((row) => Float64Array.from(row));
  const size = a.length;
  const entry = (i: number, j: number): number => (a[i] as Float64Array)[j] as number;
  for (let sweep = 0; sweep < 60; sweep++) {
    let offDiagonal = 0;
    for (let p = 0; p < size; p++) for (let q = p + 1; q < size; q++) offDiagonal += entry(p, q) ** 2;
    if (offDiagonal === 0) break;
    for (let p = 0; p < size; p++) for (let q = p + 1; q < size; q++) rotate(a, p, q);
  }
  return Math.min(...a.map((row, index) => row[index] as number));
}

function rotate(a: Float64Array[], p: number, q: number): void {
  const rowP = a[p] as Float64Array;
  const rowQ = a[q] as Float64Array;
  const off = rowP[q] as number;
  if (off === 0) return;
  const theta = ((rowQ[q] as number) - (rowP[p] as number)) / (2 * off);
  const tangent = (theta < 0 ? -1 : 1) / (Math.abs(theta) + Math.sqrt(theta ** 2 + 1));
  const cosine = 1 / Math.sqrt(tangent ** 2 + 1);
  const sine = tangent * cosine;
  for (const row of a) {
    const left = row[p] as number;
    const right = row[q] as number;
    row[p] = cosine * left - sine * right;
    row[q] = sine * left + cosine * right;
  }
  for (let column = 0; column < rowP.length; column++) {
    const above = rowP[column] as number;
    const below = rowQ[column] as number;
    rowP[column] = cosine * above - sine * below;
    rowQ[column] = sine * above + cosine * below;
  }
}
