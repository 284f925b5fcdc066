import { coInfluenceMatrix, type InfluenceReport, influence, measuredStep, readiness, tokenMarks } from "@bridge-rl/influence";
import type { InfluenceFile } from "@bridge-rl/report";
import type { Phrasebook } from "@bridge-rl/spec";
import type { RolloutGroup } from "@bridge-rl/training";
import type { OpenModel } from "../pipeline/pipeline-config.js";

export interface MeasureInfluenceOptions {
  readonly phrasebook: Phrasebook;
  /** What the rollouts were sampled at. */
  readonly temperature: number;
  readonly correctReward: number;
  readonly signal: AbortSignal;
}

interface Sides {
  readonly train: readonly RolloutGroup[];
  /** Of other problems. */
  readonly evaluation: readonly RolloutGroup[];
}

/** Enough for a picture; the heat map costs a product of two gradients for each cell and branch. */
const [mapRows, mapColumns, tokenGroups] = [12, 32, 2];

/** Everything that a run keeps of influence: of queries, behaviours, tokens and pairs, next to what a real step does. */
export async function measureInfluence(
  { policy, tokenizer }: Pick<OpenModel, "policy" | "tokenizer">,
  sides: Sides,
  { phrasebook, ...options }: MeasureInfluenceOptions,
): Promise<InfluenceFile> {
  const mixed = (groups: readonly RolloutGroup[]): RolloutGroup[] =>
    groups.filter(({ correct }) => correct.includes(true) && correct.includes(false));
  const shaded = new Set(mixed(sides.train).slice(0, tokenGroups));
  const report = await influence(policy, sides, {
    ...options,
    marks: ({ rollouts }, rollout) => {
      const { text = "", completionIds = new Int32Array(0) } = rollouts[rollout] ?? {};
      const found = phrasebook.detectBehaviors(text).map(({ kind, start, end }) => ({ behavior: kind, start, end }));
      return tokenMarks(tokenizer, completionIds, found);
    },
    keepTokens: (group) => shaded.has(group),
  });
  const pairs = { train: mixed(sides.train).slice(0, mapColumns), evaluation: mixed(sides.evaluation).slice(0, mapRows) };
  const hasPairs = pairs.train.length > 0 && pairs.evaluation.length > 0;
  const predictedRate = report.summary.allQueries.mean ?? 0;
  const { rungs, gradientNorm } = await measuredStep(policy, sides, { ...options, predictedRate });
  const { interval, queries, ...ready } = await readiness(policy, sides, { ...options, gradientNorm });
  return {
    ...influenceFile(report),
    ...(report.behaviors === undefined ? {} : { behaviors: report.behaviors }),
    ...(hasPairs ? { coInfluence: await coInfluenceMatrix(policy, pairs, options) } : {}),
    tokens: report.queries.flatMap(({ tokenInfluence }, query) => {
      const group = sides.train[query];
      return group === undefined || tokenInfluence === undefined ? [] : rightAndWrong(group, tokenInfluence, tokenizer);
    }),
    ...(predictedRate === 0
      ? {}
      : { measured: rungs.map(({ learningRate, predicted, measured }) => ({ learningRate, predicted, measured })) }),
    readiness: { ...ready, interval: pair(interval) },
  };
}

/** The first right and the first wrong rollout of a group, token by token. */
function rightAndWrong(
  { problem, rollouts, rewards, correct }: RolloutGroup,
  influences: readonly (readonly number[])[],
  tokenizer: OpenModel["tokenizer"],
): NonNullable<InfluenceFile["tokens"]>[number][] {
  return [correct.indexOf(true), correct.indexOf(false)].flatMap((index) => {
    const rollout = rollouts[index];
    if (rollout === undefined) return [];
    const tokens = Array.from(rollout.completionIds, (id) => tokenizer.decode([id]));
    return [{ problem: problem.id, reward: rewards[index] ?? 0, tokens, influence: [...(influences[index] ?? [])] }];
  });
}

/** A report of `influence` in the form of a run's file. */
function influenceFile(report: InfluenceReport): InfluenceFile {
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
