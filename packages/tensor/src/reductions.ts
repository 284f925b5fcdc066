import { divide, multiply } from "./arithmetic.js";
import { equal, indicator } from "./comparison.js";
import { isFloat } from "./data-type.js";
import { describe, requireFloat } from "./internal/operand.js";
import { normalizeAxis, sizeAt } from "./internal/shape.js";
import { expand, reshape } from "./shape-operations.js";
import type { Tensor } from "./tensor.js";
import { TensorError } from "./tensor-error.js";

/** Which axes are reduced, and whether they stay as axes of size 1. */
export interface ReduceOptions {
  /** @defaultValue false */
  readonly keepAxes?: boolean;
}

type Axes = number | readonly number[];

interface Reduction {
  readonly axes: number[];
  /** With reduced axes of size 1. */
  readonly kept: number[];
  readonly result: Tensor;
}

function reduce(
  operator: string,
  name: string,
  input: Tensor,
  axes: Axes | undefined,
  pull?: (gradient: Tensor, kept: Tensor) => Tensor,
): Reduction {
  const list = axes === undefined ? input.shape.map((_, axis) => axis) : typeof axes === "number" ? [axes] : axes;
  const normalized = [...new Set(list.map((axis) => normalizeAxis(axis, input.shape.length, name)))].sort((a, b) => a - b);
  const kept = input.shape.map((size, axis) => (normalized.includes(axis) ? 1 : size));
  const result = input.graph.operation({
    operator,
    inputs: [input, input.graph.integers(normalized)],
    attributes: { keepdims: 1 },
    outputs: [{ shape: kept, dataType: input.dataType }],
    ...(pull === undefined
      ? {}
      : { derivative: (output: Tensor) => ({ inputs: [input], pull: (gradient: Tensor) => [pull(gradient, output)] }) }),
  });
  return { axes: normalized, kept, result };
}

function finish({ axes, kept, result }: Reduction, { keepAxes = false }: ReduceOptions): Tensor {
  return keepAxes
    ? result
    : reshape(
        result,
        kept.filter((_, axis) => !axes.includes(axis)),
      );
}

/** The sum over some axes, or over all where none are given. */
export function sum(input: Tensor, axes?: Axes, options: ReduceOptions = {}): Tensor {
  return finish(
    reduce("ReduceSum", "sum", input, axes, (gradient) => expand(gradient, input.shape)),
    options,
  );
}

/** The mean over some axes, or over all where none are given. */
export function mean(input: Tensor, axes?: Axes, options: ReduceOptions = {}): Tensor {
  requireFloat(input, "mean");
  requireElements(input, axes, "mean");
  const reduction = reduce("ReduceMean", "mean", input, axes, (gradient) => {
    const count = reduction.axes.reduce((product, axis) => product * sizeAt(input.shape, axis), 1);
    return expand(divide(gradient, count), input.shape);
  });
  return finish(reduction, options);
}

/** The largest element along some axes, or of all. Equal largest elements share the gradient. */
export function max(input: Tensor, axes?: Axes, options: ReduceOptions = {}): Tensor {
  requireElements(input, axes, "max");
  const reduction = reduce("ReduceMax", "max", input, axes, (gradient, kept) => {
    if (!isFloat(input.dataType)) return gradient;
    const largest = indicator(equal(input, kept), input.dataType);
    return multiply(largest, divide(gradient, sum(largest, reduction.axes, { keepAxes: true })));
  });
  return finish(reduction, options);
}

/** Nothing is no largest element and no mean. */
function requireElements(input: Tensor, axes: Axes | undefined, name: string): void {
  const list = axes === undefined ? input.shape.keys() : typeof axes === "number" ? [axes] : axes;
  for (const axis of list) {
    if (input.shape.at(axis) === 0) throw new TensorError("shape-mismatch", `${name}: ${describe(input)} has nothing along axis ${axis}`);
  }
}

/** The position of the largest element along an axis, as int64; the first where several are equal. */
export function argMax(input: Tensor, axis = -1): Tensor {
  const position = normalizeAxis(axis, input.shape.length, "argMax");
  requireElements(input, position, "argMax");
  return input.graph.operation({
    operator: "ArgMax",
    inputs: [input],
    attributes: { axis: position, keepdims: 0 },
    outputs: [{ shape: input.shape.filter((_, index) => index !== position), dataType: "int64" }],
  });
}

/** The `count` largest elements along the last axis in falling order, and their positions as int64. No gradient flows through it. */
export function topK(input: Tensor, count: number): { values: Tensor; indices: Tensor } {
  const available = sizeAt(input.shape, -1);
  if (!(Number.isInteger(count) && count > 0 && count <= available)) {
    throw new TensorError(
      "shape-mismatch",
      `topK: ${describe(input)} has ${available} elements in a row; ${count} of them cannot be taken`,
    );
  }
  const shape = [...input.shape.slice(0, -1), count];
  const [values, indices] = input.graph.operations({
    operator: "TopK",
    inputs: [input, input.graph.integers([count])],
    attributes: { axis: -1, largest: 1, sorted: 1 },
    outputs: [
      { shape, dataType: input.dataType },
      { shape, dataType: "int64" },
    ],
  }) as [Tensor, Tensor];
  return { values, indices };
}
