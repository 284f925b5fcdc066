import { axisOf, inputAt, integerAttribute, type Kernel, type KernelCall } from "../kernel.js";
import { allocate, around, type Elements, elementCount, integersOf, stridesOf, walk } from "../value.js";

interface Fold {
  readonly start: number;
  readonly step: (total: number, value: number) => number;
  readonly finish?: (total: number, count: number) => number;
}

function reduction({ start, step, finish = (total) => total }: Fold): Kernel {
  return (call) => {
    const input = inputAt(call, 0);
    const axes = integersOf(inputAt(call, 1)).map((axis) => axisOf(axis, input.shape.length));
    const kept = input.shape.map((size, axis) => (axes.includes(axis) ? 1 : size));
    const strides = stridesOf(kept).map((stride, axis) => (axes.includes(axis) ? 0 : stride));
    const totals = new Float64Array(elementCount(kept)).fill(start);
    walk(input.shape, strides, 0, (position, index) => {
      totals[index] = step(totals[index] as number, Number(input.data[position]));
    });
    const count = axes.reduce((product, axis) => product * (input.shape[axis] as number), 1);
    const result = allocate(call.dataType, totals.length);
    for (let index = 0; index < totals.length; index++) {
      const total = finish(totals[index] as number, count);
      result[index] = call.dataType === "int64" ? BigInt(total) : total;
    }
    return [result];
  };
}

function argMax(call: KernelCall): readonly Elements[] {
  const { shape, data } = inputAt(call, 0);
  const { outer, size, inner } = around(shape, axisOf(integerAttribute(call, "axis"), shape.length));
  const result = new BigInt64Array(outer * inner);
  for (let row = 0; row < outer; row++) {
    for (let column = 0; column < inner; column++) {
      const at = (step: number): number => data[(row * size + step) * inner + column] as number;
      let best = 0;
      for (let step = 1; step < size; step++) if (at(step) > at(best)) best = step;
      result[row * inner + column] = BigInt(best);
    }
  }
  return [result];
}

function topK(call: KernelCall): readonly Elements[] {
  const { shape, data } = inputAt(call, 0);
  const count = Number(inputAt(call, 1).data[0]);
  const width = shape.at(-1) ?? 1;
  const rows = data.length / width;
  const values = allocate(call.dataType, rows * count);
  const indices = new BigInt64Array(rows * count);
  for (let row = 0; row < rows; row++) {
    const at = (column: number): number => data[row * width + column] as number;
    const order = Array.from({ length: width }, (_, column) => column).sort((left, right) => at(right) - at(left) || left - right);
    order.slice(0, count).forEach((column, rank) => {
      values[row * count + rank] = at(column);
      indices[row * count + rank] = BigInt(column);
    });
  }
  return [values, indices];
}

function softmax(call: KernelCall): readonly Elements[] {
  const { shape, data } = inputAt(call, 0);
  const { outer, size, inner } = around(shape, axisOf(integerAttribute(call, "axis", -1), shape.length));
  const result = new Float64Array(data.length);
  for (let row = 0; row < outer; row++) {
    for (let column = 0; column < inner; column++) {
      const at = (step: number): number => (row * size + step) * inner + column;
      let largest = Number.NEGATIVE_INFINITY;
      for (let step = 0; step < size; step++) largest = Math.max(largest, data[at(step)] as number);
      let total = 0;
      for (let step = 0; step < size; step++) {
        const power = Math.exp((data[at(step)] as number) - largest);
        result[at(step)] = power;
        total += power;
      }
      for (let step = 0; step < size; step++) result[at(step)] = (result[at(step)] as number) / total;
    }
  }
  return [result];
}

export const reductionKernels: Readonly<Record<string, Kernel>> = {
  ReduceSum: reduction({ start: 0, step: (total, value) => total + value }),
  ReduceSumSquare: reduction({ start: 0, step: (total, value) => total + value * value }),
  ReduceMean: reduction({ start: 0, step: (total, value) => total + value, finish: (total, count) => total / count }),
  ReduceMax: reduction({ start: Number.NEGATIVE_INFINITY, step: Math.max }),
  ArgMax: argMax,
  TopK: topK,
  Softmax: softmax,
};
