import { BridgeError, type TrainingRow } from "@bridge-rl/spec";
import { type GroupAdvantageOptions, groupAdvantages } from "../group-advantages.js";
import type { InfluenceObjective, LengthNormalization, RolloutGroup } from "../rollout-group.js";
import { at } from "./at.js";

/** A rollout as a row of a batch, with where it comes from. */
export interface GroupRow extends TrainingRow {
  readonly group: number;
  readonly rollout: number;
  readonly advantage: number;
  /** What its summed log-probability is multiplied by: 1, or one over its tokens. */
  readonly lengthWeight: number;
}

/** How the rows of groups are weighted. */
export interface RowOptions extends GroupAdvantageOptions {
  readonly lengthNormalization: LengthNormalization;
}

/**
 * All rollouts of some groups in their order.
 *
 * @throws BridgeError `invalid-input` for no groups, a group without rollouts or an empty completion; `unsupported` for rollouts off policy;
 *   `shape-mismatch` where rollouts and rewards differ in number
 */
export function groupRows(groups: readonly RolloutGroup[], options: RowOptions): GroupRow[] {
  if (groups.length === 0) throw new BridgeError("invalid-input", "there are no groups of rollouts; pass at least one");
  return groups.flatMap(({ problem, promptIds, rollouts, rewards }, group) => {
    if (rollouts.length !== rewards.length) {
      throw new BridgeError(
        "shape-mismatch",
        `problem ${problem.id} has ${rollouts.length} rollouts and ${rewards.length} rewards; pass one reward per rollout`,
      );
    }
    const advantages = groupAdvantages(rewards, options);
    return rollouts.map(({ completionIds, offPolicy = false }, rollout): GroupRow => {
      // Unweighed, their mean is that of the sampler's distribution; weighed, rewards would need it too.
      if (offPolicy) {
        throw new BridgeError(
          "unsupported",
          `rollout ${rollout} of problem ${problem.id} is off policy, as those of precision int8 are; influence is of a step on the policy's own: sample in float32`,
        );
      }
      if (completionIds.length === 0) {
        throw new BridgeError("invalid-input", `rollout ${rollout} of problem ${problem.id} has no tokens; drop it`);
      }
      const lengthWeight = options.lengthNormalization === "mean" ? 1 / completionIds.length : 1;
      return { promptIds, completionIds, group, rollout, advantage: at(advantages, rollout), lengthWeight };
    });
  });
}

/** Whether a group's rewards are all equal, so that it teaches nothing. */
export function isSilent({ rewards }: RolloutGroup): boolean {
  return Array.from(rewards).every((reward) => reward === rewards[0]);
}

/** The advantage convention of the evaluation side: leave-one-out makes Σ A score / N unbiased for the gradient of the accuracy. */
export function evaluationConvention(objective: InfluenceObjective, options: GroupAdvantageOptions): GroupAdvantageOptions {
  return objective === "accuracy" ? { convention: "rloo" } : options;
}
