import { axisOf, inputAt, integerAttribute, type Kernel, type KernelCall } from "../kernel.js";
import { allocate, around, broadcastStrides, type Elements, elementCount, integersOf, stridesOf, type Value, walk } from "../value.js";

/** A tensor read along other strides. */
function strided({ dataType, data }: Value, shape: readonly number[], strides: readonly number[], start = 0): readonly Elements[] {
  const result = allocate(dataType, elementCount(shape));
  walk(shape, strides, start, (position, index) => {
    result[position] = data[index] as number | bigint;
  });
  return [result];
}

function transpose(call: KernelCall): readonly Elements[] {
  const input = inputAt(call, 0);
  const strides = stridesOf(input.shape);
  const order = call.attributes.perm as readonly number[];
  return strided(
    input,
    call.shape,
    order.map((axis) => strides[axis] as number),
  );
}

function slice(call: KernelCall): readonly Elements[] {
  const input = inputAt(call, 0);
  const [starts, axes] = [integersOf(inputAt(call, 1)), integersOf(inputAt(call, 3))];
  const strides = stridesOf(input.shape);
  const start = axes.reduce((total, axis, index) => {
    const along = axisOf(axis, input.shape.length);
    const from = starts[index] as number;
    return total + (from < 0 ? from + (input.shape[along] as number) : from) * (strides[along] as number);
  }, 0);
  return strided(input, call.shape, strides, start);
}

function pad(call: KernelCall): readonly Elements[] {
  const input = inputAt(call, 0);
  const before = integersOf(inputAt(call, 1));
  const strides = stridesOf(call.shape);
  const result = allocate(input.dataType, elementCount(call.shape));
  const start = strides.reduce((total, stride, axis) => total + stride * (before[axis] as number), 0);
  walk(input.shape, strides, start, (position, index) => {
    result[index] = input.data[position] as number | bigint;
  });
  return [result];
}

function concat(call: KernelCall): readonly Elements[] {
  const axis = axisOf(integerAttribute(call, "axis"), call.shape.length);
  const strides = stridesOf(call.shape);
  const result = allocate(call.dataType, elementCount(call.shape));
  let start = 0;
  for (const { shape, data } of call.inputs) {
    walk(shape, strides, start, (position, index) => {
      result[index] = data[position] as number | bigint;
    });
    start += around(shape, axis).size * (strides[axis] as number);
  }
  return [result];
}

export const movementKernels: Readonly<Record<string, Kernel>> = {
  Reshape: (call) => [inputAt(call, 0).data],
  Transpose: transpose,
  Expand: (call) => strided(inputAt(call, 0), call.shape, broadcastStrides(inputAt(call, 0).shape, call.shape)),
  Slice: slice,
  Pad: pad,
  Concat: concat,
  Shape: (call) => [BigInt64Array.from(inputAt(call, 0).shape, BigInt)],
};
