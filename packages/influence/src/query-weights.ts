import { BridgeError, createRandom, type Problem, type ProblemSource } from "@bridge-rl/spec";
import type { QueryInfluence } from "./query-influence.js";

/** What weighting looks at. */
export type WeighedQuery = Pick<QueryInfluence, "influence" | "interval">;

/**
 * Orders queries by influence, the most helpful first.
 *
 * `separated` says that a query's interval excludes 0: below groups of about 16, most don't, and then the order is mostly noise.
 *
 * @returns positions in `queries`
 */
export function rankQueries(
  queries: readonly WeighedQuery[],
): { readonly query: number; readonly influence: number; readonly separated: boolean }[] {
  return queries
    .map(({ influence, interval }, query) => ({
      query,
      influence,
      separated: interval !== "undefined" && (interval.low > 0 || interval.high < 0),
    }))
    .sort((a, b) => b.influence - a.influence || a.query - b.query);
}

export interface QueryWeightOptions {
  /** Share of the weight that is spread evenly over all queries, so that none is forgotten. @defaultValue 0.3 */
  readonly exploration?: number;
  /** What helps: the estimate, or the upper end of its interval, which also favours what is not known well. @defaultValue "estimate" */
  readonly by?: "estimate" | "upper";
}

/**
 * Weights queries by how much they help, negative ones as 0, and mixes in an even share.
 *
 * @returns weights that sum to 1, in the order of the queries
 * @throws BridgeError `invalid-option` for an exploration outside [0, 1]; `invalid-input` without queries
 */
export function queryWeights(queries: readonly WeighedQuery[], options: QueryWeightOptions = {}): number[] {
  const { exploration = 0.3, by = "estimate" } = options;
  if (!(exploration >= 0 && exploration <= 1)) {
    throw new BridgeError("invalid-option", `an exploration of ${exploration} is no share; pass one in [0, 1]`);
  }
  if (queries.length === 0) throw new BridgeError("invalid-input", "there are no queries to weight");
  const helps = queries.map(({ influence, interval }) =>
    Math.max(0, by === "upper" && interval !== "undefined" ? interval.high : influence),
  );
  const total = helps.reduce((sum, value) => sum + value, 0);
  const even = 1 / queries.length;
  return helps.map((value) => (total === 0 ? even : exploration * even + (1 - exploration) * (value / total)));
}

/**
 * A source that draws each problem from a list with given weights: a sampler plugin for `trainGrpo`, which takes it as its `problems`.
 * Problem k depends on the seed and k alone, so a resumed run goes on with the same problems.
 *
 * @param source.phrasebook  words the problems
 * @throws BridgeError `invalid-input` where the weights don't fit the problems or don't sum to a positive number
 */
export function weightedProblems(
  source: Pick<ProblemSource, "phrasebook" | "reward">,
  problems: readonly Problem[],
  weights: readonly number[],
  options: {
    /** Decides the draws. */
    readonly seed: number;
  },
): ProblemSource {
  const total = weights.reduce((sum, weight) => sum + weight, 0);
  if (weights.length !== problems.length || weights.some((weight) => !(weight >= 0)) || !(total > 0)) {
    throw new BridgeError(
      "invalid-input",
      `${weights.length} weights that sum to ${total} don't fit ${problems.length} problems; pass one weight of at least 0 for each, not all 0`,
    );
  }
  const random = createRandom(options.seed, "weighted problems");
  const problem = (index: number): Problem => {
    let left = random.fork("draw", index).next() * total;
    const chosen = problems.find((_, position) => {
      left -= weights[position] as number;
      return left < 0;
    });
    // Rounding may leave a sliver behind the last positive weight.
    return chosen ?? (problems[weights.findLastIndex((weight) => weight > 0)] as Problem);
  };
  return {
    name: "weighted-problems",
    version: 1,
    specVersion: 1,
    seed: options.seed,
    options: { problems: problems.map(({ id }) => id), weights: [...weights] },
    phrasebook: source.phrasebook,
    ...(source.reward === undefined ? {} : { reward: source.reward }),
    problem,
    *problems({ start = 0, count = Number.POSITIVE_INFINITY } = {}) {
      for (let index = start; index < start + count; index++) yield problem(index);
    },
  };
}
