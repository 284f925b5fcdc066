import { sumTo } from "./arithmetic.js";
import type { DataOf } from "./data-type.js";
import { describe } from "./internal/operand.js";
import { broadcastShapes, elementCount, formatShape, normalizeAxis, sameShape, sizeAt } from "./internal/shape.js";
import type { Tensor } from "./tensor.js";
import { TensorError } from "./tensor-error.js";

/**
 * The same elements in another shape; one size may be −1 and is then computed. A first axis of the same size stays what it is, also where a run
 * gives it fewer elements than the graph declares.
 */
export function reshape(input: Tensor, shape: readonly number[]): Tensor {
  const known = shape.reduce((product, size) => (size === -1 ? product : product * size), 1);
  const filled = shape.map((size) => (size === -1 ? elementCount(input.shape) / known : size));
  const isShape = filled.every((size) => Number.isInteger(size) && size >= 0) && shape.filter((size) => size === -1).length <= 1;
  if (!isShape || elementCount(filled) !== elementCount(input.shape)) {
    throw new TensorError("shape-mismatch", `reshape: ${formatShape(input.shape)} doesn't fill ${formatShape(shape)}`);
  }
  if (sameShape(filled, input.shape)) return input;
  const isEmpty = filled.includes(0);
  const keepsFirst = !isEmpty && filled[0] === input.shape[0];
  return input.graph.operation({
    operator: "Reshape",
    // 0 means "as in the input", unless it is told to mean 0
    inputs: [input, input.graph.integers(keepsFirst ? [0, ...filled.slice(1)] : filled)],
    ...(isEmpty ? { attributes: { allowzero: 1 } } : {}),
    outputs: [{ shape: filled, dataType: input.dataType }],
    derivative: () => ({ inputs: [input], pull: (gradient) => [reshape(gradient, input.shape)] }),
  });
}

/** Reorders axes: axis i of the result is axis `order[i]` of the input. */
export function transpose(input: Tensor, order: readonly number[]): Tensor {
  if (order.length !== input.shape.length || !input.shape.every((_, axis) => order.includes(axis))) {
    throw new TensorError("shape-mismatch", `transpose: [${order.join(", ")}] is no order of the axes of ${formatShape(input.shape)}`);
  }
  if (order.every((axis, index) => axis === index)) return input;
  return input.graph.operation({
    operator: "Transpose",
    inputs: [input],
    attributes: { perm: order },
    outputs: [{ shape: order.map((axis) => sizeAt(input.shape, axis)), dataType: input.dataType }],
    derivative: () => ({
      inputs: [input],
      pull: (gradient) => {
        const inverse = order.map((_, axis) => order.indexOf(axis));
        return [transpose(gradient, inverse)];
      },
    }),
  });
}

/** Repeats elements along axes of size 1 and new leading axes, up to a shape. */
export function expand(input: Tensor, shape: readonly number[]): Tensor {
  if (sameShape(input.shape, shape)) return input;
  if (!sameShape(broadcastShapes(input.shape, shape, "expand"), shape)) {
    throw new TensorError("shape-mismatch", `expand: ${formatShape(input.shape)} doesn't broadcast to ${formatShape(shape)}`);
  }
  return input.graph.operation({
    operator: "Expand",
    inputs: [input, input.graph.integers(shape)],
    outputs: [{ shape: [...shape], dataType: input.dataType }],
    derivative: () => ({ inputs: [input], pull: (gradient) => [sumTo(gradient, input.shape)] }),
  });
}

/** Joins tensors along an axis. */
export function concat(inputs: readonly Tensor[], axis: number): Tensor {
  const [head, ...rest] = inputs;
  if (head === undefined) throw new TensorError("shape-mismatch", "concat: give at least one tensor");
  if (rest.length === 0) return head;
  const along = normalizeAxis(axis, head.shape.length, "concat");
  for (const input of rest) {
    const fits =
      input.shape.length === head.shape.length && input.shape.every((size, index) => index === along || size === head.shape[index]);
    if (!fits || input.dataType !== head.dataType) {
      throw new TensorError("shape-mismatch", `concat: ${describe(input)} doesn't fit ${describe(head)} along axis ${axis}`);
    }
  }
  const sizes = inputs.map((input) => sizeAt(input.shape, along));
  const shape = head.shape.map((size, index) => (index === along ? sizes.reduce((total, each) => total + each, 0) : size));
  return head.graph.operation({
    operator: "Concat",
    inputs,
    attributes: { axis: along },
    outputs: [{ shape, dataType: head.dataType }],
    derivative: () => ({
      inputs,
      pull: (gradient) => {
        let start = 0;
        return sizes.map((size) => {
          start += size;
          return slice(gradient, along, start - size, start);
        });
      },
    }),
  });
}

/**
 * The elements from `start` up to, without, `end` along an axis. Negative numbers count from the end, also where a run gives the axis fewer
 * elements than the graph declares.
 */
export function slice(input: Tensor, axis: number, start: number, end: number): Tensor {
  const along = normalizeAxis(axis, input.shape.length, "slice");
  const size = sizeAt(input.shape, along);
  const [from, to] = [start, end].map((place) => (place < 0 ? size + place : place)) as [number, number];
  if (!(Number.isInteger(from) && Number.isInteger(to) && from >= 0 && from <= to && to <= size)) {
    throw new TensorError("shape-mismatch", `slice: ${start} to ${end} is not within axis ${axis} of ${formatShape(input.shape)}`);
  }
  if (from === 0 && to === size) return input;
  const integers = (value: number): Tensor => input.graph.integers([value]);
  return input.graph.operation({
    operator: "Slice",
    inputs: [input, integers(start), integers(end), integers(along)],
    outputs: [{ shape: input.shape.map((each, index) => (index === along ? to - from : each)), dataType: input.dataType }],
    derivative: () => ({
      inputs: [input],
      pull: (gradient) => [pad(gradient, along, from, size - to)],
    }),
  });
}

/** Adds zeros before and after an axis. */
export function pad(input: Tensor, axis: number, before: number, after: number): Tensor {
  const along = normalizeAxis(axis, input.shape.length, "pad");
  if (!(Number.isInteger(before) && Number.isInteger(after) && before >= 0 && after >= 0)) {
    throw new TensorError(
      "shape-mismatch",
      `pad: ${before} before and ${after} behind axis ${axis} of ${formatShape(input.shape)} is no padding`,
    );
  }
  if (before === 0 && after === 0) return input;
  const starts = input.shape.map((_, index) => (index === along ? before : 0));
  const ends = input.shape.map((_, index) => (index === along ? after : 0));
  return input.graph.operation({
    operator: "Pad",
    inputs: [input, input.graph.integers([...starts, ...ends])],
    outputs: [{ shape: input.shape.map((size, index) => (index === along ? size + before + after : size)), dataType: input.dataType }],
    derivative: () => ({
      inputs: [input],
      pull: (gradient) => [slice(gradient, along, before, before + sizeAt(input.shape, along))],
    }),
  });
}

/** Zeros of a shape, in the type of another tensor. */
export function zeros(like: Tensor, shape: readonly number[]): Tensor {
  const zero: { readonly [Type in keyof DataOf]: () => Tensor } = {
    float32: () => like.graph.constant(new Float32Array(1), [1], "float32"),
    float64: () => like.graph.constant(new Float64Array(1), [1], "float64"),
    int32: () => like.graph.constant(new Int32Array(1), [1], "int32"),
    int64: () => like.graph.constant(new BigInt64Array(1), [1], "int64"),
    bool: () => like.graph.constant(new Uint8Array(1), [1], "bool"),
    int8: () => like.graph.constant(new Int8Array(1), [1], "int8"),
    uint8: () => like.graph.constant(new Uint8Array(1), [1], "uint8"),
  };
  return expand(zero[like.dataType](), shape);
}
