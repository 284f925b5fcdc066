import { BridgeError, createRandom, type Policy } from "@bridge-rl/spec";
import { at } from "./internal/at.js";
import { mean } from "./internal/vector.js";
import { linearDatamodelingScore } from "./linear-datamodeling-score.js";
import { type MeasuredRung, type MeasuredStepOptions, measuredStep } from "./measured-step.js";
import { correlation } from "./rank-correlation.js";
import type { RolloutGroup } from "./rollout-group.js";

export interface OneStepScoreOptions extends Omit<MeasuredStepOptions, "predictedRate" | "learningRates"> {
  /** Influence of each training query, in their order, under the same options. */
  readonly influences: readonly number[];
  /** Decides the subsets. */
  readonly seed: number | string;
  /** @defaultValue 16 */
  readonly subsets?: number;
  /** Share of the queries in each. @defaultValue 0.5 */
  readonly share?: number;
  /** @defaultValue a third of what moves an evaluation rollout's log-probability by about 0.1 in a step on all queries */
  readonly learningRate?: number;
}

/** How well summed influences foretell what steps on subsets of the queries really do. */
export interface OneStepScore {
  readonly learningRate: number;
  /** The linear datamodeling score: Spearman's correlation over subsets. NaN where one side does not vary. */
  readonly spearman: number;
  /** Pearson's. */
  readonly correlation: number;
  /** Least squares of measured on predicted through the origin: 1 where influence is right in size too. */
  readonly slope: number;
  readonly subsets: readonly { readonly queries: readonly number[]; readonly predicted: number; readonly measured: number }[];
}

/**
 * Takes one plain gradient step on each of several random subsets of the training queries and compares the change of J, measured on
 * fixed evaluation rollouts, with the sum of the subset's influences. The policy's parameters stay as they are.
 *
 * One backward pass over each subset's rollouts and two forward passes over the evaluation rollouts.
 *
 * @throws BridgeError `invalid-option` for fewer than two subsets or a share outside (0, 1); what `measuredStep` throws
 */
export async function oneStepScore(
  policy: Policy,
  groups: { readonly train: readonly RolloutGroup[]; readonly evaluation: readonly RolloutGroup[] },
  options: OneStepScoreOptions,
): Promise<OneStepScore> {
  const { influences, seed, subsets: count = 16, share = 0.5, learningRate: given, ...rest } = options;
  const { train, evaluation } = groups;
  const size = Math.max(1, Math.round(share * train.length));
  if (count < 2 || !(share > 0 && share < 1) || size >= train.length || influences.length !== train.length) {
    throw new BridgeError(
      "invalid-option",
      `${count} subsets of ${size} out of ${train.length} queries with ${influences.length} influences score nothing; pass at least two subsets, a share in (0, 1) and one influence per query`,
    );
  }
  const step = async (queries: readonly number[], learningRates?: readonly number[]): Promise<readonly MeasuredRung[]> => {
    const side = { train: queries.map((query) => at(train, query)), evaluation };
    const predictedRate = mean(queries.map((query) => at(influences, query)));
    return (await measuredStep(policy, side, { ...rest, predictedRate, ...(learningRates ? { learningRates } : {}) })).rungs;
  };
  const all = [...train.keys()];
  const learningRate = given ?? at(await step(all), 1).learningRate;
  const random = createRandom(seed, "one-step score");
  const subsets: { queries: number[]; predicted: number; measured: number }[] = [];
  for (let number = 0; number < count; number++) {
    const queries = random
      .shuffle(all)
      .slice(0, size)
      .sort((a, b) => a - b);
    const { predicted, measured } = at(await step(queries, [learningRate]), 0);
    subsets.push({ queries, predicted, measured });
  }
  const predicted = subsets.map((subset) => subset.predicted);
  const measured = subsets.map((subset) => subset.measured);
  const dots = (a: readonly number[], b: readonly number[]): number => a.reduce((total, value, index) => total + value * at(b, index), 0);
  return {
    learningRate,
    spearman: linearDatamodelingScore(
      influences,
      subsets.map(({ queries }) => queries),
      measured,
    ),
    correlation: correlation(predicted, measured),
    slope: dots(predicted, measured) / dots(predicted, predicted),
    subsets,
  };
}
