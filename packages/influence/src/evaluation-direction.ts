import type { Policy } from "@bridge-rl/spec";
import type { GroupAdvantageOptions } from "./group-advantages.js";
import { evaluationConvention } from "./internal/group-rows.js";
import { storeWeightedScores } from "./internal/store-weighted-scores.js";
import { weightedRows } from "./internal/weighted-rows.js";
import type { InfluenceObjective, LengthNormalization, RolloutGroup } from "./rollout-group.js";

export interface EvaluationDirectionOptions extends GroupAdvantageOptions {
  /** What the policy stores V under. @defaultValue "influence/evaluation" */
  readonly name?: string;
  /** Which J the direction is the gradient of. @defaultValue "surrogate" */
  readonly objective?: InfluenceObjective;
  /** @defaultValue "sum" */
  readonly lengthNormalization?: LengthNormalization;
  /** What the rollouts were sampled at. @defaultValue 1 */
  readonly temperature?: number;
  readonly signal?: AbortSignal;
  /** Also returns V itself, from a policy whose gradient can be read. @defaultValue false */
  readonly keepValues?: boolean;
}

/** V = ∇J on evaluation queries, held by the policy under a name. */
export interface EvaluationDirection {
  readonly name: string;
  /** |V|. */
  readonly norm: number;
  readonly objective: InfluenceObjective;
  readonly queries: number;
  /** Rollouts that carry weight: those of groups that are neither all right nor all wrong. */
  readonly rollouts: number;
  readonly tokens: number;
  /** V, flattened in the order of the policy's parameters, where it was asked for. */
  readonly values?: Float32Array;
}

/**
 * Takes V = (1/Q) Σ_q (1/N) Σ_i A_i ∇ log π(o_i|q) over evaluation rollouts by one aggregated backward pass and stores it in the policy.
 *
 * With `accuracy`, the advantages are leave-one-out, which makes V an unbiased estimate of the gradient of the mean accuracy; with
 * `surrogate` they follow the given convention. Estimated from N rollouts, the surrogate's V is shrunk by about w_N/s.
 *
 * The policy must hold no accumulated gradient: call it between optimiser steps.
 *
 * @throws BridgeError `run-conflict` where the policy holds a gradient already (which is lost); `invalid-input`, `shape-mismatch` for
 *   groups that don't fit; `unsupported` where V's values were asked of a policy that doesn't show its gradient
 */
export async function evaluationDirection(
  policy: Policy,
  groups: readonly RolloutGroup[],
  options: EvaluationDirectionOptions = {},
): Promise<EvaluationDirection> {
  const { name = "influence/evaluation", objective = "surrogate", lengthNormalization = "sum" } = options;
  const weighted = weightedRows(groups, { ...evaluationConvention(objective, options), lengthNormalization });
  const { norm, values } = await storeWeightedScores(policy, name, weighted, options);
  return {
    name,
    norm,
    objective,
    queries: groups.length,
    rollouts: weighted.length,
    tokens: weighted.reduce((total, { row }) => total + row.completionIds.length, 0),
    ...(values === undefined ? {} : { values }),
  };
}
