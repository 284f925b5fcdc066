import type { Policy } from "@bridge-rl/spec";
import { defined, type RolloutGroup } from "@bridge-rl/training";

/** Scores rollouts again: how far sampler and scorer agree, and how sure the policy was at each token. */
export async function inspectRollouts(
  policy: Policy,
  groups: readonly RolloutGroup[],
  temperature: number,
  signal: AbortSignal | undefined,
): Promise<Record<string, number>> {
  const rollouts = groups.flatMap((group) => group.rollouts);
  const scored = await policy.logProbabilities(rollouts, { temperature, entropies: true, ...defined({ signal }) });
  let [tokens, difference, largest, entropy] = [0, 0, 0, 0];
  for (const [index, rollout] of rollouts.entries()) {
    const row = scored[index];
    for (const [token, sampled] of rollout.logProbabilities.entries()) {
      const gap = Math.abs(sampled - (row?.logProbabilities[token] as number));
      tokens++;
      difference += gap;
      largest = Math.max(largest, gap);
      entropy += row?.entropies?.[token] as number;
    }
  }
  return {
    entropy: entropy / tokens,
    "sampling/sampling_logp_difference/mean": difference / tokens,
    "sampling/sampling_logp_difference/max": largest,
  };
}
