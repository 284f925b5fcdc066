import { type Interval, meanInterval } from "./influence-interval.js";
import { mean, sum } from "./internal/vector.js";
import type { QueryInfluence } from "./query-influence.js";

/** Influence over the queries of one rollout accuracy. */
export interface InfluenceBin {
  readonly accuracy: number;
  readonly count: number;
  readonly sum: number;
  readonly mean: number;
  /** Of the mean, over queries; `"undefined"` for fewer than two. */
  readonly interval: Interval | "undefined";
}

/** A mean over some of the queries; `undefined` over none. */
export interface InfluenceMean {
  readonly count: number;
  readonly mean: number | undefined;
  readonly interval: Interval | "undefined";
}

/** Influence by rollout accuracy, as in the paper's figures 3 and 4. */
export interface InfluenceSummary {
  /** One bin for every accuracy that occurs, in rising order. */
  readonly byAccuracy: readonly InfluenceBin[];
  /** Over all queries, those of zero influence included: the paper's bars. */
  readonly allQueries: InfluenceMean;
  /** Over queries with accuracy strictly between 0 and 1. */
  readonly mixedQueries: InfluenceMean;
  /** Share of the mixed queries whose influence is negative; `undefined` where there is none. */
  readonly negativeShare: number | undefined;
}

/** Averages influence by rollout accuracy and over queries, with both denominators. */
export function influenceByAccuracy(
  queries: readonly Pick<QueryInfluence, "accuracy" | "influence">[],
  options: {
    /** Of every interval. @defaultValue 0.95 */
    readonly level?: number;
  } = {},
): InfluenceSummary {
  const values = new Map<number, number[]>();
  for (const { accuracy, influence } of queries) values.set(accuracy, [...(values.get(accuracy) ?? []), influence]);
  const mixed = queries.filter(({ accuracy }) => accuracy > 0 && accuracy < 1).map(({ influence }) => influence);
  return {
    byAccuracy: [...values.entries()]
      .sort(([a], [b]) => a - b)
      .map(([accuracy, members]) => ({
        accuracy,
        count: members.length,
        sum: sum(members),
        mean: mean(members),
        interval: meanInterval(members, options),
      })),
    allQueries: average(
      queries.map(({ influence }) => influence),
      options,
    ),
    mixedQueries: average(mixed, options),
    negativeShare: mixed.length === 0 ? undefined : mixed.filter((influence) => influence < 0).length / mixed.length,
  };
}

function average(values: readonly number[], options: { readonly level?: number }): InfluenceMean {
  return { count: values.length, mean: values.length === 0 ? undefined : mean(values), interval: meanInterval(values, options) };
}
