import { sumTo } from "./arithmetic.js";
import { cast } from "./cast.js";
import { describe, type Operand, operands } from "./internal/operand.js";
import { broadcastShapes } from "./internal/shape.js";
import type { Tensor } from "./tensor.js";
import { TensorError } from "./tensor-error.js";

function comparison(operator: string, name: string): (left: Operand, right: Operand) => Tensor {
  return (left, right) => {
    const [a, b] = operands(left, right, name);
    return a.graph.operation({
      operator,
      inputs: [a, b],
      outputs: [{ shape: broadcastShapes(a.shape, b.shape, name), dataType: "bool" }],
    });
  };
}

/** a = b, as booleans. */
export const equal: (left: Operand, right: Operand) => Tensor = comparison("Equal", "equal");

/** a < b, as booleans. */
export const less: (left: Operand, right: Operand) => Tensor = comparison("Less", "less");

/** a ≥ b, as booleans. */
export const greaterOrEqual: (left: Operand, right: Operand) => Tensor = comparison("GreaterOrEqual", "greaterOrEqual");

/** `yes` where the condition holds, `no` elsewhere. All three broadcast. */
export function where(condition: Tensor, yes: Operand, no: Operand): Tensor {
  const [a, b] = operands(yes, no, "where");
  if (condition.dataType !== "bool") throw new TensorError("shape-mismatch", `where: the condition is ${describe(condition)}, not bool`);
  const shape = broadcastShapes(condition.shape, broadcastShapes(a.shape, b.shape, "where"), "where");
  return a.graph.operation({
    operator: "Where",
    inputs: [condition, a, b],
    outputs: [{ shape, dataType: a.dataType }],
    derivative: () => ({
      inputs: [a, b],
      pull: (gradient, [wantsYes, wantsNo]) => [
        wantsYes ? sumTo(where(condition, gradient, 0), a.shape) : undefined,
        wantsNo ? sumTo(where(condition, 0, gradient), b.shape) : undefined,
      ],
    }),
  });
}

/** 1 where the condition holds and 0 elsewhere, in a float type. */
export function indicator(condition: Tensor, dataType: "float32" | "float64"): Tensor {
  return cast(condition, dataType);
}
