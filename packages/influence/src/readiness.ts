import { BridgeError, type Policy } from "@bridge-rl/spec";
import { passAtK } from "@bridge-rl/training";
import { type InfluenceOptions, influence } from "./influence.js";
import type { Interval } from "./influence-interval.js";
import { storeWeightedScores } from "./internal/store-weighted-scores.js";
import { mean } from "./internal/vector.js";
import { weightedRows } from "./internal/weighted-rows.js";
import { rankCorrelation } from "./rank-correlation.js";
import type { RolloutGroup } from "./rollout-group.js";
import { signalCoefficient } from "./signal-coefficient.js";

/** What may foretell how much GRPO will gain, all from one batch of rollouts before it begins. Plain JSON. */
export interface Readiness {
  /** Mean influence of a training query on the accuracy of queries that are not trained on. */
  readonly influence: number;
  readonly interval: Interval | "undefined";
  /** The rivals that it must beat. */
  readonly accuracy: number;
  /** Chance that one of all rollouts of a query is right; named `pass@N` in tables. */
  readonly passAtN: number;
  /** Mean √(α(1−α)). */
  readonly coefficient: number;
  /** |ĝ| of the whole batch. */
  readonly gradientNorm: number;
  readonly queries: number;
  readonly rollouts: number;
}

export interface ReadinessOptions<Group extends RolloutGroup = RolloutGroup>
  extends Omit<InfluenceOptions<Group>, "objective" | "marks" | "keepTokens" | "scoreSilentGroups"> {
  /** |ĝ|, where `measuredStep` on the same training side has told it already. @defaultValue measured, by one backward pass */
  readonly gradientNorm?: number;
}

/** What readiness compares. */
export type ReadinessMeasure = "influence" | "accuracy" | "passAtN" | "coefficient" | "gradientNorm";

/** In the order of tables: the score first, then its rivals. */
export const readinessMeasures: readonly ReadinessMeasure[] = ["influence", "accuracy", "passAtN", "coefficient", "gradientNorm"];

/**
 * Measures how ready a policy is for GRPO, with rivals beside the score.
 *
 * Unvalidated: on toy policies whose queries share gradients by design it ranks later gains well; compare it on runs of your own with
 * `compareReadiness` before believing it.
 *
 * @throws BridgeError as `influence`
 */
export async function readiness<Group extends RolloutGroup>(
  policy: Policy,
  groups: { readonly train: readonly Group[]; readonly evaluation: readonly RolloutGroup[] },
  options: ReadinessOptions<Group> = {},
): Promise<Readiness> {
  const report = await influence(policy, groups, { ...options, objective: "accuracy" });
  const { convention = "population", advantageEpsilon = 1e-6, lengthNormalization = "sum" } = options;
  const step = async (): Promise<number> => {
    const weighted = weightedRows(groups.train, { convention, epsilon: advantageEpsilon, lengthNormalization });
    return (await storeWeightedScores(policy, "influence/step", weighted, options)).norm;
  };
  const { mean: score, interval } = report.summary.allQueries;
  return {
    influence: score ?? 0,
    interval,
    accuracy: report.accuracy.meanAccuracy,
    passAtN: mean(report.queries.map(({ rollouts, correct }) => passAtK(rollouts, correct, rollouts))),
    coefficient: mean(report.queries.map(({ accuracy }) => signalCoefficient(accuracy))),
    gradientNorm: options.gradientNorm ?? (await step()),
    queries: report.queries.length,
    rollouts: report.accuracy.groupSize,
  };
}

/** One model before GRPO, and what GRPO then gained. A measure that is not known is absent. */
export interface ReadinessOutcome {
  readonly name: string;
  readonly measures: Readonly<Partial<Record<ReadinessMeasure, number>>>;
  /** Accuracy after GRPO minus before. */
  readonly gain: number;
}

/** How well a measure ranks models by their later gain. */
export interface ReadinessComparison {
  readonly measure: ReadinessMeasure;
  /** Models that have the measure. */
  readonly models: number;
  /** Spearman's correlation with the gain; `"undefined"` below three models or where nothing varies. */
  readonly rankCorrelation: number | "undefined";
}

/**
 * Compares readiness and its rivals by how well each ranks later gains. With fewer than about ten models no difference between them means
 * anything.
 *
 * @throws BridgeError `invalid-input` without outcomes
 */
export function compareReadiness(outcomes: readonly ReadinessOutcome[]): ReadinessComparison[] {
  if (outcomes.length === 0) throw new BridgeError("invalid-input", "there is no run to compare; pass at least one outcome");
  return readinessMeasures.map((measure) => {
    const pairs = outcomes.flatMap(({ measures, gain }) => {
      const value = measures[measure];
      return value === undefined ? [] : [{ value, gain }];
    });
    const found =
      pairs.length < 3
        ? Number.NaN
        : rankCorrelation(
            pairs.map(({ value }) => value),
            pairs.map(({ gain }) => gain),
          );
    return { measure, models: pairs.length, rankCorrelation: Number.isNaN(found) ? "undefined" : found };
  });
}
