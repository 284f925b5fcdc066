import { add, divide, multiply, sqrt, square } from "./arithmetic.js";
import { cast } from "./cast.js";
import { describe } from "./internal/operand.js";
import { elementCount, sizeAt } from "./internal/shape.js";
import { matmul } from "./matmul.js";
import { max } from "./reductions.js";
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
 * An element is off by at most half a step: max |row| / 254. A row with an element that is not finite has the factor NaN.
 */
export function quantizeRows(weight: Float32Array, rows: number): QuantizedMatrix {
  const columns = weight.length / rows;
  if (!Number.isInteger(columns)) throw new TensorError("shape-mismatch", `quantizeRows: ${weight.length} elements are no ${rows} rows`);
  const data = new Int8Array(weight.length);
  const scales = new Float32Array(rows);
  for (let row = 0; row < rows; row++) {
    const [start, end] = [row * columns, (row + 1) * columns];
    let [largest, total] = [0, 0];
    for (let index = start; index < end; index++) {
      const value = weight[index] as number;
      if (value > largest) largest = value;
      else if (-value > largest) largest = -value;
      total += value;
    }
    // integers cannot tell what is not finite, so the factor does
    scales[row] = !Number.isFinite(total) ? Number.NaN : largest === 0 ? 1 : largest / 127;
    const inverse = largest === 0 ? 1 : 127 / largest;
    // a third of the time of Math.round: what is cut off is positive
    for (let index = start, to = row; index < end; index++, to += rows) {
      data[to] = (((weight[index] as number) * inverse + 128.5) | 0) - 128;
    }
  }
  return { data, scales };
}

/**
 * The product of float32 rows with a matrix in 8 bits, on the integer units of a processor. Nothing flows back through it.
 *
 * Each row is rounded as it comes, to 127 steps either way of its own largest element: what a row gives does not depend on the others, as it
 * would with onnxruntime's DynamicQuantizeMatMul, which takes one range for all. As standard operators, for providers without integer
 * products, it is the exact product with what the matrix stands for.
 *
 * @param left    float32 `[…, k]`
 * @param right   int8 `[k, n]`; as an initializer it is packed once, else in each run, at a tenth of the run's cost
 * @param scales  float32 `[n]`
 */
export function quantizedMatmul(left: Tensor, right: Tensor, scales: Tensor): Tensor {
  const { graph } = left;
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
  // a row of zeros is divided by something too
  const largest = add(sqrt(max(square(flat), -1, { keepAxes: true })), 1e-30);
  const unit = divide(flat, largest);
  const [step, zeroPoint] = [graph.scalar(1 / 127, "float32"), graph.scalar(128, "uint8")];
  const rounded = graph.operation({
    operator: "QuantizeLinear",
    inputs: [unit, step, zeroPoint],
    outputs: [{ shape: flat.shape, dataType: "uint8" }],
  });
  const product = graph.operation({
    operator: "MatMulIntegerToFloat",
    domain: "com.microsoft",
    inputs: [rounded, right, step, scales, zeroPoint],
    outputs: [{ shape: [sizeAt(flat.shape, 0), columns], dataType: "float32" }],
    plain: () => multiply(matmul(unit, cast(right, "float32")), scales),
  });
  return graph.detach(reshape(multiply(product, largest), [...left.shape.slice(0, -1), columns]));
}
