import { add, multiply, sigmoid, subtract } from "./arithmetic.js";
import { describe, requireFloat } from "./internal/operand.js";
import { sameShape } from "./internal/shape.js";
import type { Tensor } from "./tensor.js";
import { TensorError } from "./tensor-error.js";

/** x · σ(x) */
export function silu(input: Tensor): Tensor {
  requireFloat(input, "silu");
  const gate = sigmoid(input);
  const output = multiply(input, gate);
  return input.graph.withDerivative(output, {
    inputs: [input],
    // σ + silu·(1 − σ), from the σ that the output needed anyway
    pull: (gradient) => [multiply(gradient, add(gate, subtract(output, multiply(output, gate))))],
  });
}

/** silu(gate) · up, the gated unit of Llama-like models (arXiv 2002.05202). */
export function siluGate(gate: Tensor, up: Tensor): Tensor {
  if (!sameShape(gate.shape, up.shape)) {
    throw new TensorError("shape-mismatch", `siluGate: gate ${describe(gate)} and up ${describe(up)} differ in shape`);
  }
  return multiply(silu(gate), up);
}
