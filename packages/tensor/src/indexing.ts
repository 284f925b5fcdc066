import { cast } from "./cast.js";
import { equal } from "./comparison.js";
import { isFloat } from "./data-type.js";
import { describe, requireInteger } from "./internal/operand.js";
import { elementCount, formatShape, normalizeAxis, sameShape, sizeAt } from "./internal/shape.js";
import { expand, reshape, zeros } from "./shape-operations.js";
import type { Tensor } from "./tensor.js";
import { TensorError } from "./tensor-error.js";

/**
 * Rows of a table: `[rows, …]` and indices of any shape give `[…indices, …]`.
 *
 * The indices have to be within the table; a runtime refuses others when it runs.
 */
export function gatherRows(table: Tensor, indices: Tensor): Tensor {
  requireInteger(indices, "gatherRows");
  if (table.shape.length === 0) throw new TensorError("shape-mismatch", "gatherRows: a table has at least one axis");
  return table.graph.operation({
    operator: "Gather",
    inputs: [table, indices],
    attributes: { axis: 0 },
    outputs: [{ shape: [...indices.shape, ...table.shape.slice(1)], dataType: table.dataType }],
    ...(isFloat(table.dataType)
      ? {
          derivative: () => ({
            inputs: [table],
            pull: (gradient: Tensor) => [scatterAddRows(zeros(table, table.shape), indices, gradient)],
          }),
        }
      : {}),
  });
}

/** Adds rows to the rows of a table that the indices name, again and again where one is named several times. */
export function scatterAddRows(table: Tensor, indices: Tensor, updates: Tensor): Tensor {
  const expected = [...indices.shape, ...table.shape.slice(1)];
  if (table.shape.length === 0 || !sameShape(updates.shape, expected) || updates.dataType !== table.dataType) {
    throw new TensorError(
      "shape-mismatch",
      `scatterAddRows: updates ${describe(updates)} are not ${formatShape(expected)}, one row of ${describe(table)} for each index`,
    );
  }
  const width = elementCount(table.shape.slice(1));
  const count = elementCount(indices.shape);
  const rows = reshape(updates, [count, width]);
  // ScatterND adds from several threads without a lock, so rows named twice would race; ScatterElements is sequential.
  const spread = expand(reshape(indices, [count, 1]), [count, width]);
  return reshape(scatterAdd(reshape(table, [sizeAt(table.shape, 0), width]), spread, rows, 0), table.shape);
}

/** Elements along an axis: result[i][j] = input[i][indices[i][j]] for the last of two axes. */
export function gatherAlong(input: Tensor, indices: Tensor, axis = -1): Tensor {
  requireInteger(indices, "gatherAlong");
  const along = normalizeAxis(axis, input.shape.length, "gatherAlong");
  const fits =
    indices.shape.length === input.shape.length && indices.shape.every((size, index) => index === along || size === input.shape[index]);
  if (!fits) {
    throw new TensorError("shape-mismatch", `gatherAlong: indices ${describe(indices)} don't fit ${describe(input)} along axis ${axis}`);
  }
  return input.graph.operation({
    operator: "GatherElements",
    inputs: [input, indices],
    attributes: { axis: along },
    outputs: [{ shape: indices.shape, dataType: input.dataType }],
    ...(isFloat(input.dataType)
      ? {
          derivative: () => ({
            inputs: [input],
            pull: (gradient: Tensor) => [scatterAdd(zeros(input, input.shape), indices, gradient, along)],
          }),
        }
      : {}),
  });
}

/** Adds each update to the element that its index names along an axis. */
export function scatterAdd(input: Tensor, indices: Tensor, updates: Tensor, axis = -1): Tensor {
  requireInteger(indices, "scatterAdd");
  const along = normalizeAxis(axis, input.shape.length, "scatterAdd");
  const fits =
    indices.shape.length === input.shape.length && indices.shape.every((size, index) => index === along || size === input.shape[index]);
  if (!fits || !sameShape(indices.shape, updates.shape) || updates.dataType !== input.dataType) {
    throw new TensorError(
      "shape-mismatch",
      `scatterAdd: indices ${describe(indices)} and updates ${describe(updates)} don't fit ${describe(input)} along axis ${axis}`,
    );
  }
  return input.graph.operation({
    operator: "ScatterElements",
    inputs: [input, indices, updates],
    attributes: { axis: along, reduction: "add" },
    outputs: [{ shape: input.shape, dataType: input.dataType }],
    derivative: () => ({
      inputs: [input, updates],
      pull: (gradient, [wantsInput, wantsUpdates]) => [
        wantsInput ? gradient : undefined,
        wantsUpdates ? gatherAlong(gradient, indices, along) : undefined,
      ],
    }),
  });
}

/** 1 at each index and 0 elsewhere, along a new last axis of `depth`. */
export function oneHot(indices: Tensor, depth: number, dataType: "float32" | "float64"): Tensor {
  requireInteger(indices, "oneHot");
  if (!(Number.isSafeInteger(depth) && depth > 0))
    throw new TensorError("invalid-input", `oneHot: a depth of ${depth} is no positive integer`);
  // a comparison, since ONNX's own operator lacks float64 and most providers
  const columns = indices.graph.constant(
    Int32Array.from({ length: depth }, (_, column) => column),
    [depth],
    "int32",
  );
  return cast(equal(reshape(cast(indices, "int32"), [...indices.shape, 1]), columns), dataType);
}
