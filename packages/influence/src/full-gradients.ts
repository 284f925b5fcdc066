import { requireValues } from "./internal/require-values.js";
import { scoreByGradient } from "./internal/score-by-gradient.js";
import { dot } from "./internal/vector.js";
import type { ScoreEstimator } from "./score-estimator.js";

/**
 * Scores by the exact gradient of every rollout, one backward pass of batch size 1 each: for small models and for checking the others.
 *
 * Costs about 3 forward passes a rollout that can't be batched, and writes and reads P numbers for each. Exact up to float32.
 */
export function fullGradients(): ScoreEstimator {
  return {
    name: "full-gradient",
    needsValues: true,
    score: async (policy, groups, direction, options) => {
      const values = requireValues(direction, "fullGradients");
      const scored = await scoreByGradient(policy, groups, options, (gradient) => dot(values, gradient));
      return { ...scored, numericalError: { rollouts: 0, absolute: 0, relative: 0 } };
    },
  };
}
