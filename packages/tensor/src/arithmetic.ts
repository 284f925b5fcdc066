import { type Operand, operands, requireFloat } from "./internal/operand.js";
import { broadcastShapes, sameShape } from "./internal/shape.js";
import { sum } from "./reductions.js";
import { reshape } from "./shape-operations.js";
import type { Tensor } from "./tensor.js";

type Pull = (gradient: Tensor, left: Tensor, right: Tensor, output: Tensor) => Tensor;

/** An elementwise operator of two operands that broadcast; `left` and `right` give its partial derivatives times the gradient. */
function binary(operator: string, name: string, leftPull: Pull, rightPull: Pull): (left: Operand, right: Operand) => Tensor {
  return (left, right) => {
    const [a, b] = operands(left, right, name);
    return a.graph.operation({
      operator,
      inputs: [a, b],
      outputs: [{ shape: broadcastShapes(a.shape, b.shape, name), dataType: a.dataType }],
      derivative: (output) => ({
        inputs: [a, b],
        pull: (gradient, [wantsLeft, wantsRight]) => [
          wantsLeft ? sumTo(leftPull(gradient, a, b, output), a.shape) : undefined,
          wantsRight ? sumTo(rightPull(gradient, a, b, output), b.shape) : undefined,
        ],
      }),
    });
  };
}

/** Sums over the axes along which a shape was broadcast. */
export function sumTo(tensor: Tensor, shape: readonly number[]): Tensor {
  if (sameShape(tensor.shape, shape)) return tensor;
  const added = tensor.shape.length - shape.length;
  const axes = tensor.shape.flatMap((size, axis) => (axis < added || (size !== 1 && shape[axis - added] === 1) ? [axis] : []));
  return reshape(sum(tensor, axes), shape);
}

/** a + b */
export const add: (left: Operand, right: Operand) => Tensor = binary(
  "Add",
  "add",
  (gradient) => gradient,
  (gradient) => gradient,
);

/** a − b */
export const subtract: (left: Operand, right: Operand) => Tensor = binary(
  "Sub",
  "subtract",
  (gradient) => gradient,
  (gradient) => negate(gradient),
);

/** a · b, element by element */
export const multiply: (left: Operand, right: Operand) => Tensor = binary(
  "Mul",
  "multiply",
  (gradient, _left, right) => multiply(gradient, right),
  (gradient, left) => multiply(gradient, left),
);

/** a / b */
export const divide: (left: Operand, right: Operand) => Tensor = binary(
  "Div",
  "divide",
  (gradient, _left, right) => divide(gradient, right),
  (gradient, _left, right, output) => negate(divide(multiply(gradient, output), right)),
);

function unary(
  operator: string,
  name: string,
  pull: (gradient: Tensor, input: Tensor, output: Tensor) => Tensor,
): (input: Tensor) => Tensor {
  return (input) => {
    requireFloat(input, name);
    return input.graph.operation({
      operator,
      inputs: [input],
      outputs: [{ shape: input.shape, dataType: input.dataType }],
      derivative: (output) => ({ inputs: [input], pull: (gradient) => [pull(gradient, input, output)] }),
    });
  };
}

/** −x */
export const negate: (input: Tensor) => Tensor = unary("Neg", "negate", (gradient) => negate(gradient));

/** eˣ */
export const exp: (input: Tensor) => Tensor = unary("Exp", "exp", (gradient, _input, output) => multiply(gradient, output));

/** Natural logarithm. */
export const log: (input: Tensor) => Tensor = unary("Log", "log", (gradient, input) => divide(gradient, input));

/** √x */
export const sqrt: (input: Tensor) => Tensor = unary("Sqrt", "sqrt", (gradient, _input, output) => divide(multiply(gradient, 0.5), output));

/** 1 / x */
export const reciprocal: (input: Tensor) => Tensor = unary("Reciprocal", "reciprocal", (gradient, _input, output) =>
  negate(multiply(gradient, multiply(output, output))),
);

/** 1 / (1 + e⁻ˣ) */
export const sigmoid: (input: Tensor) => Tensor = unary("Sigmoid", "sigmoid", (gradient, _input, output) =>
  multiply(gradient, multiply(output, subtract(1, output))),
);

/** Hyperbolic tangent. */
export const tanh: (input: Tensor) => Tensor = unary("Tanh", "tanh", (gradient, _input, output) =>
  multiply(gradient, subtract(1, multiply(output, output))),
);

/** x² */
export function square(input: Tensor): Tensor {
  return multiply(input, input);
}
