import { add, exp, log, multiply, negate, subtract } from "./arithmetic.js";
import { gatherAlong, scatterAdd } from "./indexing.js";
import { describe, requireFloat } from "./internal/operand.js";
import { sizeAt } from "./internal/shape.js";
import { max, sum } from "./reductions.js";
import { reshape } from "./shape-operations.js";
import type { Tensor } from "./tensor.js";
import { TensorError } from "./tensor-error.js";

/** Probabilities along the last axis: eˣ / Σ eˣ. */
export function softmax(input: Tensor): Tensor {
  requireFloat(input, "softmax");
  return input.graph.operation({
    operator: "Softmax",
    inputs: [input],
    attributes: { axis: -1 },
    outputs: [{ shape: input.shape, dataType: input.dataType }],
    derivative: (output) => ({
      inputs: [input],
      // p ⊙ (g − Σ g·p)
      pull: (gradient) => [multiply(output, subtract(gradient, sum(multiply(gradient, output), -1, { keepAxes: true })))],
    }),
  });
}

/** Log-probabilities along the last axis: x − log Σ eˣ, for any size of x. */
export function logSoftmax(input: Tensor): Tensor {
  requireFloat(input, "logSoftmax");
  const shifted = subtract(input, max(input, -1, { keepAxes: true }));
  const output = subtract(shifted, log(sum(exp(shifted), -1, { keepAxes: true })));
  return input.graph.withDerivative(output, {
    inputs: [input],
    // g − p · Σ g
    pull: (gradient) => [subtract(gradient, multiply(exp(output), sum(gradient, -1, { keepAxes: true })))],
  });
}

/**
 * The log-probability of one token per row: logits `[rows, vocabulary]` and targets `[rows]` give `[rows]`.
 *
 * log p(t) = z_t − max z + log max p: softmax runs as one kernel, and the largest probability is at least 1 / vocabulary, so its
 * logarithm is exact to rounding. Derivative g·(onehot − p).
 */
export function tokenLogProbability(logits: Tensor, targets: Tensor): Tensor {
  requireFloat(logits, "tokenLogProbability");
  const rows = sizeAt(logits.shape, 0);
  if (logits.shape.length !== 2 || targets.shape.length !== 1 || targets.shape[0] !== rows) {
    throw new TensorError("shape-mismatch", `tokenLogProbability: targets ${describe(targets)} don't fit logits ${describe(logits)}`);
  }
  const columns = reshape(targets, [rows, 1]);
  const probabilities = softmax(logits);
  const chosen = subtract(gatherAlong(logits, columns), max(logits, -1, { keepAxes: true }));
  const output = reshape(add(chosen, log(max(probabilities, -1, { keepAxes: true }))), [rows]);
  return logits.graph.withDerivative(output, {
    inputs: [logits],
    pull: (gradient) => {
      const weight = reshape(gradient, [rows, 1]);
      return [scatterAdd(multiply(probabilities, negate(weight)), columns, weight)];
    },
  });
}

/** Entropy in nats along the last axis of logits: −Σ p·log p. */
export function entropy(logits: Tensor): Tensor {
  const logProbabilities = logSoftmax(logits);
  return negate(sum(multiply(exp(logProbabilities), logProbabilities), -1));
}
