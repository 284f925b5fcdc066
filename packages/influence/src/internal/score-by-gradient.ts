import type { Policy } from "@bridge-rl/spec";
import { rolloutGradient } from "../gradient-policy.js";
import type { RolloutGroup } from "../rollout-group.js";
import type { GroupScores, RolloutScores, ScoringOptions } from "../score-estimator.js";
import { at } from "./at.js";
import { groupRows, isSilent } from "./group-rows.js";

/** Makes the gradient of every rollout, one after the other, and keeps one number of each. */
export async function scoreByGradient(
  policy: Policy,
  groups: readonly RolloutGroup[],
  options: ScoringOptions,
  score: (gradient: Float32Array) => number,
): Promise<Omit<RolloutScores, "numericalError">> {
  const { scoreSilentGroups = false, lengthNormalization = "sum" } = options;
  const rows = groupRows(groups, { lengthNormalization }).filter(({ group }) => scoreSilentGroups || !isSilent(at(groups, group)));
  const byGroup = groups.map((): number[] => []);
  for (const row of rows) at(byGroup, row.group).push(score(await rolloutGradient(policy, row, row.lengthWeight, options)));
  return {
    groups: byGroup.map((scores): GroupScores | undefined => (scores.length === 0 ? undefined : { scores: Float64Array.from(scores) })),
    rollouts: rows.length,
  };
}
