import { BridgeError, type Policy } from "@bridge-rl/spec";
import { defined } from "@bridge-rl/training";
import type { EvaluationDirectionOptions } from "./evaluation-direction.js";
import { at } from "./internal/at.js";
import { findScale } from "./internal/find-scale.js";
import { evaluationConvention, groupRows } from "./internal/group-rows.js";
import { storeWeightedScores } from "./internal/store-weighted-scores.js";
import { sum } from "./internal/vector.js";
import { weightedRows } from "./internal/weighted-rows.js";
import type { RolloutGroup } from "./rollout-group.js";

export interface MeasuredStepOptions extends Omit<EvaluationDirectionOptions, "name"> {
  /** What the first-order theory says of dJ/dη at 0: the mean influence of the training queries. */
  readonly predictedRate: number;
  /**
   * Learning rates to step by.
   *
   * @defaultValue three, each a third of the one before; the first moves the log-probability of an evaluation rollout by at most about 0.1
   */
  readonly learningRates?: readonly number[];
  /** What the policy stores the step under. @defaultValue "influence/step" */
  readonly name?: string;
}

/** One learning rate. */
export interface MeasuredRung {
  readonly learningRate: number;
  /** η · predictedRate. */
  readonly predicted: number;
  /** ΔJ by importance ratios on the same evaluation rollouts. */
  readonly measured: number;
  /** measured / predicted; `undefined` where nothing was predicted. */
  readonly ratio: number | undefined;
}

export interface MeasuredStep {
  /** |g| of the step's gradient, the mean over the training queries. */
  readonly gradientNorm: number;
  readonly rungs: readonly MeasuredRung[];
}

/**
 * What a plain gradient step on the training queries really does to J, next to what influence predicts.
 *
 * J is measured on fixed evaluation rollouts: ΔJ = mean A_i (ρ_i − 1) with ρ_i = π_new(o_i) / π_old(o_i), which has about 10⁵ times less
 * noise at small steps than sampling again (at a change of 2e-3; more at smaller ones). For length-normalised log-probabilities ρ is per token, averaged over the rollout. The
 * policy's parameters stay as they are.
 *
 * @throws BridgeError `run-conflict` where the policy holds an accumulated gradient; `invalid-input`, `shape-mismatch` for groups that
 *   don't fit; `invalid-option` for a learning rate that is not positive
 */
export async function measuredStep(
  policy: Policy,
  groups: { readonly train: readonly RolloutGroup[]; readonly evaluation: readonly RolloutGroup[] },
  options: MeasuredStepOptions,
): Promise<MeasuredStep> {
  const { name = "influence/step", objective = "surrogate", lengthNormalization = "sum", predictedRate } = options;
  const wrong = options.learningRates?.find((rate) => !(rate > 0));
  if (wrong !== undefined) throw new BridgeError("invalid-option", `a learning rate of ${wrong} measures nothing; pass positive ones`);
  const { norm } = await storeWeightedScores(policy, name, weightedRows(groups.train, { ...options, lengthNormalization }), options);
  const convention = { ...evaluationConvention(objective, options), lengthNormalization };
  const rows = groupRows(groups.evaluation, convention).filter(({ advantage }) => advantage !== 0);
  const shared = defined({ temperature: options.temperature, signal: options.signal });
  const score = async (scale: number): Promise<Float32Array[]> => {
    if (rows.length === 0) return [];
    return (await policy.logProbabilities(rows, { ...shared, direction: { name, scale } })).map(({ logProbabilities }) => logProbabilities);
  };
  const before = await score(0);
  const shiftAt = async (scale: number): Promise<number> => {
    const after = await score(scale);
    return Math.max(0, ...after.map((row, index) => Math.abs(sum(differences(row, at(before, index))))));
  };
  const ladder = async (): Promise<readonly number[]> => {
    const first = norm === 0 ? 1 : ((await findScale(shiftAt, 1e-3 / norm, 0.1)) ?? 1);
    return [first, first / 3, first / 9];
  };
  const rungs: MeasuredRung[] = [];
  for (const learningRate of options.learningRates ?? (await ladder())) {
    const after = await score(learningRate);
    const terms = rows.map((row, index) => {
      const moved = differences(at(after, index), at(before, index));
      const ratio = lengthNormalization === "mean" ? sum(moved.map(Math.expm1)) / moved.length : Math.expm1(sum(moved));
      return (row.advantage / (at(groups.evaluation, row.group).rollouts.length * groups.evaluation.length)) * ratio;
    });
    const predicted = learningRate * predictedRate;
    const measured = sum(terms);
    rungs.push({ learningRate, predicted, measured, ratio: predicted === 0 ? undefined : measured / predicted });
  }
  return { gradientNorm: norm, rungs };
}

function differences(after: Float32Array, before: Float32Array): number[] {
  return Array.from(after, (value, token) => value - at(before, token));
}
