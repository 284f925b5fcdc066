import { add, multiply, reciprocal, sqrt, square, subtract } from "./arithmetic.js";
import { describe, requireFloat } from "./internal/operand.js";
import { sizeAt } from "./internal/shape.js";
import { matmul } from "./matmul.js";
import { mean } from "./reductions.js";
import { reshape } from "./shape-operations.js";
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
  const size = sizeAt(input.shape, -1);
  /** 1 / √(mean x² + ε), one per row. */
  const inverse = (): Tensor => reciprocal(sqrt(add(mean(square(input), -1, { keepAxes: true }), epsilon)));
  return input.graph.operation({
    operator: "SimplifiedLayerNormalization",
    inputs: [input, weight],
    attributes: { axis: -1, epsilon: { float: epsilon }, stash_type: 1 },
    outputs: [{ shape: input.shape, dataType: input.dataType }],
    plain: () => multiply(multiply(input, inverse()), weight),
    derivative: () => ({
      inputs: [input, weight],
      // With r = 1/rms: dx = r·(g·w) − x·(r³·mean(g·w·x)) and dw = Σ g·x·r. Both sums are products of g·x with a vector, which a matrix
      // product takes without a temporary. r is recomputed, since the operator's own second output is wrong on some providers.
      pull: (gradient, [wantsInput, wantsWeight]) => {
        const rate = inverse();
        const product = reshape(multiply(gradient, input), [-1, size]);
        const perRow = (): Tensor => reshape(matmul(product, reshape(weight, [size, 1]), { scale: 1 / size }), rate.shape);
        const cubed = (): Tensor => multiply(multiply(rate, rate), rate);
        return [
          wantsInput ? subtract(multiply(multiply(gradient, weight), rate), multiply(input, multiply(cubed(), perRow()))) : undefined,
          wantsWeight ? reshape(matmul(reshape(rate, [1, -1]), product), weight.shape) : undefined,
        ];
      },
    }),
  });
}
