import { createRandom, type Policy } from "@bridge-rl/spec";
import type { Estimate } from "./accuracy-posterior.js";
import { type EvaluationDirectionOptions, evaluationDirection } from "./evaluation-direction.js";
import { forwardOnly } from "./forward-only.js";
import type { GroupAdvantageOptions } from "./group-advantages.js";
import { at } from "./internal/at.js";
import { dot, mean, sum } from "./internal/vector.js";
import { type QueryInfluence, queryInfluence } from "./query-influence.js";
import type { RolloutGroup } from "./rollout-group.js";
import type { ScoreEstimator } from "./score-estimator.js";
import { requireDisjoint } from "./split-groups.js";

export interface ScoreMatrixOptions extends Omit<EvaluationDirectionOptions, "name" | "keepValues"> {
  /** How rollouts are scored along each direction. @defaultValue forwardOnly() */
  readonly estimator?: ScoreEstimator;
}

/** A training query of a score matrix. */
export interface ScoreMatrixColumn {
  readonly problem: string;
  readonly rewards: readonly number[];
}

/**
 * S: how each training rollout changes J of each evaluation query. Everything else about influence is linear algebra on it, without the model.
 * Plain JSON, its axes named.
 */
export interface ScoreMatrix {
  /** Evaluation queries. */
  readonly rows: readonly string[];
  /** Training queries. */
  readonly columns: readonly ScoreMatrixColumn[];
  /** ⟨V_e, score_i⟩, where the mean of V_e over the rows is V. `[rows][columns][rollouts]` */
  readonly scores: readonly (readonly (readonly number[])[])[];
}

/**
 * Scores every training rollout along the gradient of every single evaluation query.
 *
 * For m evaluation queries m backward passes over their own rollouts and m times what the estimator costs. Silent training groups are
 * scored too, so that the matrix stands for other conventions as well.
 *
 * @throws BridgeError `invalid-input` where a problem is on both sides or groups don't fit
 */
export async function scoreMatrix(
  policy: Policy,
  groups: { readonly train: readonly RolloutGroup[]; readonly evaluation: readonly RolloutGroup[] },
  options: ScoreMatrixOptions = {},
): Promise<ScoreMatrix> {
  const { train, evaluation } = groups;
  const { estimator = forwardOnly(), ...shared } = options;
  requireDisjoint(train, evaluation);
  const scores: number[][][] = [];
  for (const group of evaluation) {
    const direction = await evaluationDirection(policy, [group], { ...shared, keepValues: estimator.needsValues });
    const scored = await estimator.score(policy, train, direction, { ...shared, scoreSilentGroups: true });
    scores.push(scored.groups.map((one) => Array.from(one?.scores ?? [])));
  }
  return {
    rows: evaluation.map(({ problem }) => problem.id),
    columns: train.map(({ problem, rewards }) => ({ problem: problem.id, rewards: Array.from(rewards) })),
    scores,
  };
}

export interface WhatIfOptions extends GroupAdvantageOptions {
  /** The reward of a correct rollout. @defaultValue 1 */
  readonly correctReward?: number;
  /** How much each evaluation query counts, in the order of the rows; scaled to sum to 1. @defaultValue all alike */
  readonly evaluationWeights?: readonly number[];
  /** Which rollouts of a training query take part, for example the first four. @defaultValue all */
  readonly keep?: (problem: string, rollout: number) => boolean;
}

/**
 * Influence of each training query under another advantage convention, other weights of the evaluation queries, or with fewer
 * rollouts, from the matrix alone.
 *
 * @throws BridgeError `shape-mismatch` where the weights don't fit the rows; `invalid-input` where a query keeps no rollout
 */
export function whatIf(matrix: ScoreMatrix, options: WhatIfOptions = {}): QueryInfluence[] {
  const { evaluationWeights = matrix.rows.map(() => 1), keep = () => true, ...rest } = options;
  const total = sum(evaluationWeights);
  return matrix.columns.map(({ problem, rewards }, column) => {
    const kept = [...rewards.keys()].filter((rollout) => keep(problem, rollout));
    const scores = kept.map((rollout) => {
      const along = matrix.scores.map((row) => at(at(row, column), rollout));
      return dot(along, evaluationWeights) / total;
    });
    return queryInfluence({ rewards: kept.map((rollout) => at(rewards, rollout)), scores }, rest);
  });
}

/**
 * What the choice of evaluation queries does to each influence: a bootstrap over the rows of the matrix. Rollouts are held fixed, so it
 * covers the error of V and not that of the training group, which `influenceInterval` covers.
 *
 * @returns one per training query; equal-tailed
 */
export function evaluationBootstrap(
  matrix: ScoreMatrix,
  options: WhatIfOptions & {
    readonly seed: number | string;
    /** @defaultValue 1000 */
    readonly samples?: number;
    /** @defaultValue 0.95 */
    readonly level?: number;
  },
): Estimate[] {
  const { seed, samples = 1000, level = 0.95, ...rest } = options;
  const rows = matrix.rows.map((_, row) =>
    whatIf(matrix, { ...rest, evaluationWeights: matrix.rows.map((_, other) => (other === row ? 1 : 0)) }).map((query) => query.influence),
  );
  const random = createRandom(seed, "evaluation bootstrap");
  const draws = Array.from({ length: samples }, () => rows.map(() => random.integer(0, rows.length - 1)));
  return matrix.columns.map((_, column) => {
    const means = draws.map((draw) => mean(draw.map((row) => at(at(rows, row), column)))).sort((a, b) => a - b);
    const quantile = (share: number): number => at(means, Math.min(samples - 1, Math.floor(share * samples)));
    return { mean: mean(rows.map((row) => at(row, column))), low: quantile((1 - level) / 2), high: quantile((1 + level) / 2) };
  });
}
