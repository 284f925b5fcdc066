import { type InfluenceReport, influence } from "@bridge-rl/influence";
import type { InfluenceFile } from "@bridge-rl/report";
import type { Stages } from "../pipeline/stages.js";
import { sampleGroups } from "./sample-groups.js";

/** Measures what one step on each problem would do to problems that are never trained on, from rollouts of their own. */
export const influenceStage: Stages["influence"] = async (context, { model, groups, targets, source }) => {
  const { influence: { count = 8 } = {}, sampling: { temperature = 1 } = {} } = context.config;
  const phase = "influence targets";
  const seed = `influence ${context.seed}`;
  const evaluation = await sampleGroups(context, { phase, model, source, problems: targets, count, seed, sampling: {} });
  const total = groups.length + evaluation.length;
  context.progress.update({ phase: "influence", done: 0, total });
  const options = { temperature, correctReward: context.reward.maximum, signal: context.signal };
  const report = await influence(model.policy, { train: groups, evaluation }, options);
  context.progress.update({ phase: "influence", done: total, total });
  return influenceFile(report);
};

/** A report of `influence` in the form of a run's file. */
export function influenceFile(report: InfluenceReport): InfluenceFile {
  const { settings, direction, queries, accuracy, summary, scoring } = report;
  return {
    options: { ...settings, evaluationQueries: direction.queries, evaluationRollouts: direction.rollouts },
    histogram: accuracy.bins.map((bin) => ({ accuracy: bin.accuracy, count: bin.count, coefficient: bin.coefficient })),
    queries: queries.map((query) => ({
      problem: query.problem,
      accuracy: query.accuracy,
      influence: query.influence,
      interval: pair(query.interval),
      positiveBranch: query.positiveBranch ?? null,
      negativeBranch: query.negativeBranch ?? null,
    })),
    byAccuracy: summary.byAccuracy.map((bin) => ({
      accuracy: bin.accuracy,
      mean: bin.mean,
      interval: pair(bin.interval),
      count: bin.count,
    })),
    meanAll: summary.allQueries.mean ?? null,
    meanMixed: summary.mixedQueries.mean ?? null,
    numericalError: scoring.numericalError.relative,
  };
}

function pair(interval: InfluenceReport["summary"]["allQueries"]["interval"]): readonly [number, number] | null {
  return interval === "undefined" ? null : [interval.low, interval.high];
}
