import type { Rollout, TrainingRow } from "@bridge-rl/spec";

/**
 * One problem's rollouts with their rewards, as far as influence looks at them. What `collectRollouts` of `@bridge-rl/training` gives fits.
 */
export interface RolloutGroup {
  readonly problem: { readonly id: string };
  readonly promptIds: TrainingRow["promptIds"];
  /** The policy's own: those that say they are off policy are refused. */
  readonly rollouts: readonly (Pick<TrainingRow, "completionIds"> & Pick<Rollout, "offPolicy">)[];
  /** One per rollout. */
  readonly rewards: ArrayLike<number>;
}

/** What J is: the trainer's surrogate Σ ρ A, or the share of right answers. Their gradients differ by a factor for each query. */
export type InfluenceObjective = "surrogate" | "accuracy";

/** Whether log π of a rollout is the sum over its tokens (Proposition 3.1) or their mean (Remark A.2, the 1/|o| of GRPO's loss). */
export type LengthNormalization = "sum" | "mean";
