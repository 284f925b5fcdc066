import { add, multiply, sigmoid, subtract } from "./arithmetic.js";
import { describe, requireFloat } from "./internal/operand.js";
import { sameShape } from "./internal/shape.js";
import type { Tensor } from "./tensor.js";
import { TensorError } from "./tensor-error.js";

/** x · sigmoid(x) */
export function silu(input: Tensor): Tensor {
  requireFloat(input, "silu");
  return input.graph.operation({
    operator: "QuickGelu",
    domain: "com.microsoft",
    inputs: [input],
    attributes: { alpha: { float: 1 } },
    outputs: [{ shape: input.shape, dataType: input.dataType }],
    plain: () => multiply(input, sigmoid(input)),
    derivative: (output) => ({ inputs: [input], pull: (gradient) => [multiply(gradient, slope(input, output))] }),
  });
}

/** d silu / dx = σ + silu · (1 − σ) */
function slope(input: Tensor, output: Tensor): Tensor {
  const gate = sigmoid(input);
  return add(gate, subtract(output, multiply(output, gate)));
}

/** silu(gate) · up, the gated unit of Llama-like models (arXiv 2002.05202). */
export function siluGate(gate: Tensor, up: Tensor): Tensor {
  if (!sameShape(gate.shape, up.shape)) {
    throw new TensorError("shape-mismatch", `siluGate: gate ${describe(gate)} and up ${describe(up)} differ in shape`);
  }
  return multiply(silu(gate), up);
}
