import { floatAttribute, inputAt, integerAttribute, type Kernel, type KernelCall } from "../kernel.js";
import { broadcastStrides, type Elements, elementCount, type Value, walk } from "../value.js";

function matmul(call: KernelCall): readonly Elements[] {
  const [left, right] = [inputAt(call, 0), inputAt(call, 1)];
  const [rows, inner] = left.shape.slice(-2) as [number, number];
  const columns = right.shape.at(-1) as number;
  const batch = call.shape.slice(0, -2);
  const result = new Float64Array(elementCount(call.shape));
  // where each product of the batch starts in either operand
  const starts = (value: Value, size: number): number[] => {
    const list: number[] = [];
    walk(batch, broadcastStrides(value.shape.slice(0, -2), batch), 0, (_, index) => list.push(index * size));
    return list;
  };
  const [leftStarts, rightStarts] = [starts(left, rows * inner), starts(right, inner * columns)];
  const [a, b] = [left.data as Float64Array, right.data as Float64Array];
  for (const [index, leftStart] of leftStarts.entries()) {
    multiply(result.subarray(index * rows * columns, (index + 1) * rows * columns), a.subarray(leftStart), b.subarray(rightStarts[index]), {
      rows,
      inner,
      columns,
    });
  }
  return [result];
}

/** Adds a·b, row by row of b, so that both are read in the order they lie in. */
function multiply(
  result: Float64Array,
  a: Float64Array,
  b: Float64Array,
  { rows, inner, columns }: { readonly rows: number; readonly inner: number; readonly columns: number },
): void {
  for (let row = 0; row < rows; row++) {
    for (let step = 0; step < inner; step++) {
      const factor = a[row * inner + step] as number;
      for (let column = 0; column < columns; column++) {
        const at = row * columns + column;
        result[at] = (result[at] as number) + factor * (b[step * columns + column] as number);
      }
    }
  }
}

function transposed({ shape, data }: Value): Float64Array {
  const [rows, columns] = shape as [number, number];
  const result = new Float64Array(data.length);
  for (let row = 0; row < rows; row++) {
    for (let column = 0; column < columns; column++) result[column * rows + row] = data[row * columns + column] as number;
  }
  return result;
}

/** α·op(A)·op(B) + β·C */
function gemm(call: KernelCall): readonly Elements[] {
  const [left, right] = [inputAt(call, 0), inputAt(call, 1)];
  const [rows, columns] = call.shape as [number, number];
  const a = integerAttribute(call, "transA", 0) ? transposed(left) : (left.data as Float64Array);
  const b = integerAttribute(call, "transB", 0) ? transposed(right) : (right.data as Float64Array);
  const inner = left.shape[integerAttribute(call, "transA", 0) ? 0 : 1] as number;
  const [alpha, beta] = [floatAttribute(call, "alpha", 1), floatAttribute(call, "beta", 1)];
  const result = new Float64Array(rows * columns);
  multiply(result, a, b, { rows, inner, columns });
  const added = call.inputs[2];
  for (let index = 0; index < result.length; index++) result[index] = alpha * (result[index] as number);
  if (added !== undefined) {
    walk(call.shape, broadcastStrides(added.shape, call.shape), 0, (position, index) => {
      result[position] = (result[position] as number) + beta * (added.data[index] as number);
    });
  }
  return [result];
}

export const productKernels: Readonly<Record<string, Kernel>> = { MatMul: matmul, Gemm: gemm };
