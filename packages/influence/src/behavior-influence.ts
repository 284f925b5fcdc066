import { type BehaviorShare, behaviorShares, type TokenMark } from "./behavior-shares.js";
import { type GroupAdvantageOptions, groupAdvantages } from "./group-advantages.js";
import { at } from "./internal/at.js";

/** The part of influence that a behaviour's tokens carry. Parts of all behaviours, `plain` included, add up to the whole. */
export interface BehaviorInfluence {
  readonly behavior: string;
  readonly tokens: number;
  /** Part of (1/N) Σ A_i ⟨V, score_i⟩. */
  readonly influence: number;
  /** Of it, through rollouts with a positive advantage: making the behaviour likelier where it was right. */
  readonly throughCorrect: number;
  /** Of it, through rollouts with a negative advantage: making it less likely where it was wrong. */
  readonly throughWrong: number;
}

/**
 * Splits a query's influence by behaviour, exactly.
 *
 * @param group.tokenScores  of each rollout, length weights included
 * @param group.marks        of each rollout
 */
export function behaviorInfluence(
  group: {
    readonly rewards: ArrayLike<number>;
    readonly tokenScores: readonly ArrayLike<number>[];
    readonly marks: readonly (readonly TokenMark[])[];
  },
  options: GroupAdvantageOptions = {},
): BehaviorInfluence[] {
  const advantages = groupAdvantages(group.rewards, options);
  const parts = group.tokenScores.flatMap((scores, rollout) =>
    behaviorShares(scores, at(group.marks, rollout)).map((share) => part(share, at(advantages, rollout) / advantages.length)),
  );
  return addBehaviors(parts);
}

/** Adds parts up by behaviour, in the order of first appearance. */
export function addBehaviors(parts: readonly BehaviorInfluence[]): BehaviorInfluence[] {
  const totals = new Map<string, BehaviorInfluence>();
  for (const next of parts) {
    const total = totals.get(next.behavior);
    totals.set(
      next.behavior,
      total === undefined
        ? next
        : {
            behavior: next.behavior,
            tokens: total.tokens + next.tokens,
            influence: total.influence + next.influence,
            throughCorrect: total.throughCorrect + next.throughCorrect,
            throughWrong: total.throughWrong + next.throughWrong,
          },
    );
  }
  return [...totals.values()];
}

function part({ behavior, tokens, score }: BehaviorShare, weight: number): BehaviorInfluence {
  const influence = weight * score;
  return { behavior, tokens, influence, throughCorrect: weight > 0 ? influence : 0, throughWrong: weight < 0 ? influence : 0 };
}
