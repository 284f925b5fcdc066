import { cast } from "./cast.js";
import { isFloat } from "./data-type.js";
import { describe, requireInteger } from "./internal/operand.js";
import { normalizeAxis, sizeAt } from "./internal/shape.js";
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
  const width = table.shape.slice(1).reduce((product, size) => product * size, 1);
  const rows = reshape(updates, [-1, width]);
  const count = sizeAt(rows.shape, 0);
  // ScatterND adds from several threads without a lock, so rows named twice would race; ScatterElements is sequential.
  const spread = expand(reshape(indices, [count, 1]), [count, width]);
  return reshape(scatterAdd(reshape(table, [-1, width]), spread, rows, 0), table.shape);
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
  const values = dataType === "float32" ? Float32Array.of(0, 1) : Float64Array.of(0, 1);
  return indices.graph.operation({
    operator: "OneHot",
    inputs: [cast(indices, "int64"), indices.graph.integers([depth]), indices.graph.constant(values, [2], dataType)],
    attributes: { axis: -1 },
    outputs: [{ shape: [...indices.shape, depth], dataType }],
  });
}
