import { type CollectRolloutsOptions, collectRollouts, type RolloutGroup } from "@bridge-rl/training";
import { groupAdvantages } from "../advantages.js";
import type { ProblemStream } from "./problem-stream.js";

export interface CollectRoundOptions extends Omit<CollectRolloutsOptions, "problems" | "count" | "round"> {
  readonly problems: ProblemStream;
  readonly promptsPerStep: number;
  readonly groupSize: number;
  /** In the order of the rewards. */
  readonly rewardWeights: readonly number[];
  /** How many batches of prompts may be sampled to fill a step with groups that have spread. 1 takes what comes. */
  readonly maxBatches: number;
}

/** The rollouts of one training step. */
export interface Round {
  /** The groups to train on. */
  readonly groups: readonly RolloutGroup[];
  /** Everything that was sampled, for the metrics: they would flatter the policy if the groups without spread were left out. */
  readonly sampled: readonly RolloutGroup[];
  readonly batches: number;
  readonly cursor: number;
  readonly nextBatch: number;
}

/**
 * Samples groups until there are enough with spread in their rewards (DAPO's dynamic sampling, arXiv 2503.14476, §3.2), or until
 * `maxBatches`. Where not one has spread the last batch is taken as it is.
 */
export async function collectRound(options: CollectRoundOptions, cursor: number, batch: number): Promise<Round> {
  const { problems, promptsPerStep, groupSize, rewardWeights, maxBatches, ...rest } = options;
  const sampled: RolloutGroup[] = [];
  let kept: RolloutGroup[] = [];
  let latest: RolloutGroup[] = [];
  let batches = 0;
  while (batches < maxBatches && (batches === 0 || kept.length < promptsPerStep)) {
    const first = cursor + sampled.length;
    const chosen = Array.from({ length: promptsPerStep }, (_, index) => problems.at(first + index));
    latest = await collectRollouts({ ...rest, problems: chosen, count: groupSize, round: batch + batches });
    sampled.push(...latest);
    kept.push(...(maxBatches === 1 ? latest : latest.filter((group) => hasSpread(group, options))));
    batches++;
  }
  kept = kept.length === 0 ? latest : kept.slice(0, promptsPerStep);
  return { groups: kept, sampled, batches, cursor: cursor + sampled.length, nextBatch: batch + batches };
}

/** Every reward's scores over several groups. `[rewards][groups × groupSize]` */
export function scoresOf(groups: readonly RolloutGroup[]): number[][] {
  const rewards = groups[0]?.scores.length ?? 0;
  return Array.from({ length: rewards }, (_, reward) => groups.flatMap((group) => Array.from(group.scores[reward] as Float64Array)));
}

/** Whether rewards differ, exactly; those that were dropped don't count. */
function hasSpread(group: RolloutGroup, { groupSize, rewardWeights }: CollectRoundOptions): boolean {
  const rewards = groupAdvantages(scoresOf([group]), groupSize, { rewardWeights }).rewards.filter((reward) => !Number.isNaN(reward));
  return rewards.some((reward) => reward !== rewards[0]);
}
