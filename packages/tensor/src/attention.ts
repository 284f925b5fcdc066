import { add, multiply, subtract } from "./arithmetic.js";
import { matmul } from "./matmul.js";
import { sum } from "./reductions.js";
import { softmax } from "./softmax.js";
import type { Tensor } from "./tensor.js";

export interface AttentionOptions {
  /** Added to the scores; broadcasts to `[…, queries, keys]`. Nothing flows back into it. */
  readonly mask?: Tensor;
  /** Multiplies query–key products. */
  readonly scale: number;
}

/**
 * Scaled dot-product attention: softmax(scale · Q·Kᵀ + mask) · V.
 *
 * @param query  `[…, queries, size]`
 * @param key    `[…, keys, size]`
 * @param value  `[…, keys, size]`
 */
export function attention(query: Tensor, key: Tensor, value: Tensor, options: AttentionOptions): Tensor {
  const { mask, scale } = options;
  const scores = matmul(query, key, { transposeRight: true, scale });
  const probabilities = softmax(mask === undefined ? scores : add(scores, mask));
  const output = matmul(probabilities, value);
  return query.graph.withDerivative(output, {
    inputs: [query, key, value],
    pull: (gradient) => {
      // Σ_keys p·dp = Σ_size g·o (arXiv 2205.14135, appendix B.4): a pass over the output instead of two over the scores
      const projection = sum(multiply(gradient, output), -1, { keepAxes: true });
      const scoreGradient = multiply(probabilities, subtract(matmul(gradient, value, { transposeRight: true }), projection));
      return [
        matmul(scoreGradient, key, { scale }),
        matmul(scoreGradient, query, { transposeLeft: true, scale }),
        matmul(probabilities, gradient, { transposeLeft: true }),
      ];
    },
  });
}
