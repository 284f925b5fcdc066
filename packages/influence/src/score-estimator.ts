import type { Policy } from "@bridge-rl/spec";
import type { EvaluationDirection } from "./evaluation-direction.js";
import type { LengthNormalization, RolloutGroup } from "./rollout-group.js";

/** What every way of scoring takes. */
export interface ScoringOptions {
  /** Also scores groups whose rewards are all equal; their influence is 0 whatever they score. @defaultValue false */
  readonly scoreSilentGroups?: boolean;
  /** @defaultValue "sum" */
  readonly lengthNormalization?: LengthNormalization;
  /** What the rollouts were sampled at. @defaultValue 1 */
  readonly temperature?: number;
  readonly signal?: AbortSignal;
}

/** Scores of one group. */
export interface GroupScores {
  /** ⟨V, score_i⟩ of each rollout, length weight included. */
  readonly scores: Float64Array;
  /** ⟨V, ∇ log π of the token⟩, exact credit of each completion token, where the estimator tells. `[rollouts][tokens]` */
  readonly tokenScores?: readonly Float64Array[];
}

/** How far off scores are, as the estimator itself found or knows by its law. */
export interface NumericalError {
  /** Rollouts it was found on; 0 where it is known without looking. */
  readonly rollouts: number;
  /** Root mean square error of a rollout's score. */
  readonly absolute: number;
  /** That over the root mean square of the scores; 0 where all scores are 0. */
  readonly relative: number;
}

/** ⟨V, score⟩ of rollouts. */
export interface RolloutScores {
  /** One per group; `undefined` where it was left out as silent. */
  readonly groups: readonly (GroupScores | undefined)[];
  readonly numericalError: NumericalError;
  /** Rollouts that were scored. */
  readonly rollouts: number;
  /** Step along V, where two passes took one. */
  readonly epsilon?: number;
  /** Largest |Δ log π| of a token between two passes, over all rollouts. */
  readonly largestShift?: number;
}

/**
 * A way to get ⟨V, ∇ log π⟩ of rollouts: `forwardOnly` (the default), `fullGradients`, `sketchedGradients`. They agree within their
 * stated errors and differ in what they cost.
 */
export interface ScoreEstimator {
  /** What reports call it. */
  readonly name: string;
  /** Whether V has to come with its values, which only a policy with a readable gradient gives. */
  readonly needsValues: boolean;
  score(policy: Policy, groups: readonly RolloutGroup[], direction: EvaluationDirection, options: ScoringOptions): Promise<RolloutScores>;
}
