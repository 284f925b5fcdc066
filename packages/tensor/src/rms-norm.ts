import { add, multiply, reciprocal, sqrt, square, subtract, sumTo } from "./arithmetic.js";
import { describe, requireFloat } from "./internal/operand.js";
import { sizeAt } from "./internal/shape.js";
import { mean } from "./reductions.js";
import type { Tensor } from "./tensor.js";
import { TensorError } from "./tensor-error.js";

/**
 * Root-mean-square norm along the last axis (arXiv 1910.07467): w · x / √(mean x² + ε).
 *
 * @param weight  `[size of the last axis]`
 */
export function rmsNorm(input: Tensor, weight: Tensor, epsilon: number): Tensor {
  requireFloat(input, "rmsNorm");
  if (weight.shape.length !== 1 || weight.shape[0] !== sizeAt(input.shape, -1) || weight.dataType !== input.dataType) {
    throw new TensorError("shape-mismatch", `rmsNorm: a weight of ${describe(weight)} doesn't fit ${describe(input)}`);
  }
  const inverse = (): Tensor => reciprocal(sqrt(add(mean(square(input), -1, { keepAxes: true }), epsilon)));
  const normalized = (): Tensor => multiply(input, inverse());
  return input.graph.operation({
    operator: "SimplifiedLayerNormalization",
    inputs: [input, weight],
    attributes: { axis: -1, epsilon: { float: epsilon }, stash_type: 1 },
    outputs: [{ shape: input.shape, dataType: input.dataType }],
    plain: () => multiply(normalized(), weight),
    derivative: () => ({
      inputs: [input, weight],
      // x̂ = x·r with r = 1/rms: dx = r·(g·w − x̂·mean(g·w·x̂)), dw = Σ g·x̂. r is recomputed: the operator's own second output is
      // wrong on some providers.
      pull: (gradient, [wantsInput, wantsWeight]) => {
        const unit = normalized();
        const scaled = multiply(gradient, weight);
        const projection = mean(multiply(scaled, unit), -1, { keepAxes: true });
        return [
          wantsInput ? multiply(inverse(), subtract(scaled, multiply(unit, projection))) : undefined,
          wantsWeight ? sumTo(multiply(gradient, unit), weight.shape) : undefined,
        ];
      },
    }),
  });
}
