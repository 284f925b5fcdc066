import { behaviorMarkKinds, type Phrasebook } from "@bridge-rl/spec";
import type { RolloutGroup } from "@bridge-rl/training";

/**
 * Describes scored rollouts by numbers: TRL's `completions/*` and `rewards/*`, and what BRIDGE looks at. With α the share of a group's
 * rollouts that are correct:
 *
 * - `accuracy/mean`, `accuracy/all_right`, `accuracy/all_wrong`: mean of α, shares of groups with α = 1 and α = 0
 * - `coefficient/mean`: mean of √(α(1 − α)), the size of a group's training signal (arXiv 2505.18917, Proposition 3.1)
 * - `coefficient/sum`: its sum over the groups
 * - `accuracy_histogram/k`: share of groups with exactly k rollouts correct
 * - `behaviors/<kind>`: how often a completion shows a behaviour, on average; `behaviors/<kind>_share`: the share of completions that do
 */
export function rolloutMetrics(
  groups: readonly RolloutGroup[],
  phrasebook: Pick<Phrasebook, "detectBehaviors">,
  rewardNames: readonly string[],
): Record<string, number> {
  const rollouts = groups.flatMap((group) => group.rollouts);
  const lengths = rollouts.map((rollout) => rollout.completionIds.length);
  const terminated = rollouts.filter((rollout) => rollout.finishReason === "stop").map((rollout) => rollout.completionIds.length);
  const metrics: Record<string, number> = {
    "completions/mean_length": mean(lengths),
    "completions/min_length": least(lengths),
    "completions/max_length": most(lengths),
    "completions/clipped_ratio": 1 - terminated.length / rollouts.length,
    "completions/mean_terminated_length": terminated.length === 0 ? 0 : mean(terminated),
    "completions/min_terminated_length": terminated.length === 0 ? 0 : least(terminated),
    "completions/max_terminated_length": terminated.length === 0 ? 0 : most(terminated),
  };
  for (const [index, name] of rewardNames.entries()) {
    const scores = groups.flatMap((group) => Array.from(group.scores[index] ?? [])).filter((score) => !Number.isNaN(score));
    metrics[`rewards/${name}/mean`] = mean(scores);
    metrics[`rewards/${name}/std`] = besselSpread(scores);
    const failures = groups.flatMap((group) => (group.rewardFailures ?? []).filter(({ reward }) => reward === name)).length;
    if (failures > 0) metrics[`rewards/${name}/failures`] = failures;
  }
  return { ...metrics, ...accuracyMetrics(groups), ...behaviorMetrics(rollouts, phrasebook) };
}

function accuracyMetrics(groups: readonly RolloutGroup[]): Record<string, number> {
  const right = groups.map((group) => group.correct.filter(Boolean).length);
  const shares = groups.map((group, index) => (right[index] as number) / group.correct.length);
  const size = most(groups.map((group) => group.correct.length));
  const histogram = Array.from({ length: size + 1 }, (_, k) => [
    `accuracy_histogram/${k}`,
    mean(right.map((count) => Number(count === k))),
  ]);
  return {
    "accuracy/mean": mean(shares),
    "accuracy/all_right": mean(shares.map((share) => Number(share === 1))),
    "accuracy/all_wrong": mean(shares.map((share) => Number(share === 0))),
    "coefficient/mean": mean(shares.map((share) => Math.sqrt(share * (1 - share)))),
    "coefficient/sum": shares.reduce((total, share) => total + Math.sqrt(share * (1 - share)), 0),
    ...Object.fromEntries(histogram),
  };
}

function behaviorMetrics(
  rollouts: readonly { readonly text: string }[],
  phrasebook: Pick<Phrasebook, "detectBehaviors">,
): Record<string, number> {
  const marks = rollouts.map((rollout) => phrasebook.detectBehaviors(rollout.text));
  const metrics: Record<string, number> = {};
  for (const kind of behaviorMarkKinds) {
    const counts = marks.map((found) => found.filter((mark) => mark.kind === kind).length);
    metrics[`behaviors/${kind}`] = mean(counts);
    metrics[`behaviors/${kind}_share`] = mean(counts.map((count) => Number(count > 0)));
  }
  return metrics;
}

function mean(values: readonly number[]): number {
  return values.reduce((total, value) => total + value, 0) / values.length;
}

function least(values: readonly number[]): number {
  return values.reduce((one, other) => Math.min(one, other), Number.POSITIVE_INFINITY);
}

function most(values: readonly number[]): number {
  return values.reduce((one, other) => Math.max(one, other), Number.NEGATIVE_INFINITY);
}

function besselSpread(values: readonly number[]): number {
  const middle = mean(values);
  return Math.sqrt(values.reduce((total, value) => total + (value - middle) ** 2, 0) / (values.length - 1));
}
