import { defined } from "@bridge-rl/training";
import type { ScoreEstimator } from "./score-estimator.js";
import { type ScoreRolloutsOptions, scoreRollouts } from "./score-rollouts.js";

/**
 * Scores by two forward passes at θ ± εV, per token, on any policy: what `scoreRollouts` does.
 *
 * Costs 2 forward passes over the rollouts; off by float32 round-off and O(ε²), measured in every report (about 2e-4).
 */
export function forwardOnly(options: Pick<ScoreRolloutsOptions, "epsilon" | "targetShift" | "checkedRollouts"> = {}): ScoreEstimator {
  const { epsilon, targetShift, checkedRollouts } = options;
  return {
    name: "forward-only",
    needsValues: false,
    score: (policy, groups, direction, scoring) =>
      scoreRollouts(policy, groups, { ...scoring, ...defined({ epsilon, targetShift, checkedRollouts }), direction }),
  };
}
