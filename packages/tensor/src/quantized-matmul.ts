import { multiply } from "./arithmetic.js";
import { cast } from "./cast.js";
import { describe } from "./internal/operand.js";
import { elementCount, sizeAt } from "./internal/shape.js";
import { matmul } from "./matmul.js";
import { reshape } from "./shape-operations.js";
import type { Tensor } from "./tensor.js";
import { TensorError } from "./tensor-error.js";

/** A matrix in 8 bits, `[k, n]`: element (i, j) stands for data[i·n + j] · scales[j]. */
export interface QuantizedMatrix {
  readonly data: Int8Array;
  /** `[n]` */
  readonly scales: Float32Array;
}

/**
 * Rounds the rows of a weight `[n, k]`, as y = x·Wᵀ has it, to 127 steps either way each, and lays them out as `quantizedMatmul` wants them, `[k, n]`.
 *
 * An element is off by at most half a step: max |row| / 254.
 */
export function quantizeRows(weight: Float32Array, rows: number): QuantizedMatrix {
  const columns = weight.length / rows;
  if (!Number.isInteger(columns)) throw new TensorError("shape-mismatch", `quantizeRows: ${weight.length} elements are no ${rows} rows`);
  const data = new Int8Array(weight.length);
  const scales = new Float32Array(rows);
  for (let row = 0; row < rows; row++) {
    let largest = 0;
    for (let column = 0; column < columns; column++) largest = Math.max(largest, Math.abs(weight[row * columns + column] as number));
    const scale = largest === 0 ? 1 : largest / 127;
    scales[row] = scale;
    for (let column = 0; column < columns; column++)
      data[column * rows + row] = Math.round((weight[row * columns + column] as number) / scale);
  }
  return { data, scales };
}

/**
 * The product of float32 rows with a matrix in 8 bits, on the integer units of a processor: the rows are rounded to 8 bits as they come. Nothing
 * flows back through it.
 *
 * As standard operators, for providers without it, it is the exact product with what the matrix stands for.
 *
 * @param left    float32 `[…, k]`
 * @param right   int8 `[k, n]`; an initializer, or it is packed anew in each run
 * @param scales  float32 `[n]`
 */
export function quantizedMatmul(left: Tensor, right: Tensor, scales: Tensor): Tensor {
  const inner = sizeAt(left.shape, -1);
  const [rows, columns] = [right.shape[0] ?? 0, right.shape[1] ?? 0];
  const fits = right.shape.length === 2 && rows === inner && scales.shape.length === 1 && scales.shape[0] === columns;
  if (!fits || left.dataType !== "float32" || right.dataType !== "int8" || scales.dataType !== "float32") {
    throw new TensorError(
      "shape-mismatch",
      `quantizedMatmul: ${describe(left)}, ${describe(right)} and scales ${describe(scales)} are not float32 […, k], int8 [k, n] and float32 [n]`,
    );
  }
  const flat = reshape(left, [elementCount(left.shape.slice(0, -1)), inner]);
  const product = left.graph.operation({
    operator: "DynamicQuantizeMatMul",
    domain: "com.microsoft",
    inputs: [flat, right, scales],
    outputs: [{ shape: [sizeAt(flat.shape, 0), columns], dataType: "float32" }],
    plain: () => multiply(matmul(flat, cast(right, "float32")), scales),
  });
  return reshape(product, [...left.shape.slice(0, -1), columns]);
}
