import { BridgeError } from "@bridge-rl/spec";
import { type GroupAdvantageOptions, groupAdvantages } from "./group-advantages.js";
import { type Interval, influenceInterval } from "./influence-interval.js";
import { at } from "./internal/at.js";
import { mean, sameLength, sum } from "./internal/vector.js";
import { groupCoefficient } from "./signal-coefficient.js";

export interface QueryInfluenceOptions extends GroupAdvantageOptions {
  /** The reward of a correct rollout. Rewards of 0 and this alone are binary. @defaultValue 1 */
  readonly correctReward?: number;
  /** Of the interval. @defaultValue 0.95 */
  readonly level?: number;
}

/** First-order influence of one step on one query's group: ΔJ = η · influence + O(η²). Positive raises J. */
export interface QueryInfluence {
  /** (1/N) Σ A_i ⟨V, score_i⟩ = ⟨V, ĝ⟩. */
  readonly influence: number;
  readonly rollouts: number;
  readonly correct: number;
  /** α = n/N. */
  readonly accuracy: number;
  /** What multiplies K⁺ − K⁻: √(α(1−α)) under the population convention. `undefined` where rewards are not binary. */
  readonly coefficient: number | undefined;
  /** How the branches are split: `correctness` for binary rewards, else the sign of the advantage. */
  readonly split: "correctness" | "advantage-sign";
  /** K⁺: mean ⟨V, score⟩ of the first branch; `undefined` where it is empty or was not scored. */
  readonly positiveBranch: number | undefined;
  /** K⁻: mean ⟨V, score⟩ of the second branch; `undefined` where it is empty or was not scored. */
  readonly negativeBranch: number | undefined;
  /** Of the expected influence of a fresh group. Only for binary rewards. */
  readonly interval: Interval | "undefined";
}

/**
 * The influence of one training query from its rollouts' scalars σ_i = ⟨V, score_i⟩ (Proposition 3.1 of arXiv 2505.18917 with the inner
 * expectation carried out: V is the gradient of J on the evaluation queries).
 *
 * Exactly 0 for a group whose rewards are all equal.
 *
 * @param group.rewards  one per rollout
 * @param group.scores   σ_i, one per rollout, in the same order; may be left out where all rewards are equal
 * @throws BridgeError `shape-mismatch` where they differ in length; `invalid-input` for an empty group or values that are not finite
 */
export function queryInfluence(
  group: { readonly rewards: ArrayLike<number>; readonly scores?: ArrayLike<number> | undefined },
  options: QueryInfluenceOptions = {},
): QueryInfluence {
  const { correctReward = 1 } = options;
  const rewards = Array.from(group.rewards);
  const scores = scoresOf(rewards, group.scores);
  const advantages = groupAdvantages(rewards, options);
  const size = rewards.length;
  const correct = rewards.filter((reward) => reward === correctReward).length;
  const binary = rewards.every((reward) => reward === 0 || reward === correctReward);
  const first = scores.filter((_, index) => (binary ? rewards[index] === correctReward : at(advantages, index) > 0));
  const second = scores.filter((_, index) => (binary ? rewards[index] === 0 : at(advantages, index) < 0));
  return {
    influence: sum(scores.map((score, index) => at(advantages, index) * score)) / size,
    rollouts: size,
    correct,
    accuracy: correct / size,
    coefficient: binary ? groupCoefficient(correct, size, options).value : undefined,
    split: binary ? "correctness" : "advantage-sign",
    positiveBranch: first.length === 0 ? undefined : mean(first),
    negativeBranch: second.length === 0 ? undefined : mean(second),
    interval: binary ? influenceInterval(first, second, options) : "undefined",
  };
}

/** The scores, none where they were left out and don't matter. */
function scoresOf(rewards: readonly number[], scores: ArrayLike<number> | undefined): number[] {
  if (scores === undefined) {
    if (rewards.every((reward) => reward === rewards[0])) return [];
    throw new BridgeError("invalid-input", "a group whose rewards differ has an influence only with scores; pass one per rollout");
  }
  sameLength(rewards, scores, "rewards and scores of a group");
  const broken = Array.from(scores).findIndex((score) => !Number.isFinite(score));
  if (broken >= 0) throw new BridgeError("invalid-input", `the score of rollout ${broken} is ${scores[broken]}; scores must be finite`);
  return Array.from(scores);
}
