import { expectedSignal } from "@bridge-rl/influence";
import type { ArmRun, Run } from "../../read-run.js";
import type { RunStage } from "../../run-files.js";
import { armNames } from "../arms.js";
import { histogramChart } from "../charts/histogram-chart.js";
import { fixed, percent, whole } from "../format.js";
import { html } from "../html.js";
import { figure, type Section, table } from "../page-parts.js";

interface Distribution {
  readonly name: string;
  readonly index: number;
  readonly bins: readonly { readonly accuracy: number; readonly count: number; readonly share: number }[];
  readonly total: number;
  /** N, where all groups have the same. */
  readonly groupSize: number | undefined;
}

/** How many problems have which rollout accuracy after a stage. Undefined where neither influence nor samples tell. */
export function accuracyDistributionSection(run: Run): Section | undefined {
  const arms = distributions(run, "sft");
  if (arms.length === 0) return undefined;
  const binWidth = spacing(arms.flatMap(({ bins }) => bins.map(({ accuracy }) => accuracy)));
  const highest = Math.max(...arms.flatMap(({ bins }) => bins.map(({ share }) => share)));
  return {
    id: "accuracy-distribution",
    title: "How ready each arm is for RL",
    body: html`<p>GRPO learns nothing from a problem whose rollouts are all right or all wrong: a query of rollout accuracy α enters with
the coefficient √(α(1−α)), which is 0 at both ends and 0.5 in the middle (arXiv 2505.18917, Proposition 3.1). A fresh group of N rollouts of a query whose
true accuracy is α is worth w_N(α) on average, which is less, above all near the ends.</p>
${table({
  caption: "Rollout accuracy of training problems after SFT",
  head: ["arm", "all wrong", "mixed", "all right", "mean α", "mean √(α(1−α))", "mean w_N(α)", "problems"],
  rows: arms.map(({ name, bins, total, groupSize }) => {
    const shareOf = (test: (accuracy: number) => boolean) =>
      bins.filter(({ accuracy }) => test(accuracy)).reduce((sum, { share }) => sum + share, 0);
    return [
      name,
      percent(shareOf((accuracy) => accuracy === 0)),
      html`<b>${percent(shareOf((accuracy) => accuracy > 0 && accuracy < 1))}</b>`,
      percent(shareOf((accuracy) => accuracy === 1)),
      percent(bins.reduce((sum, { accuracy, share }) => sum + accuracy * share, 0)),
      fixed(
        bins.reduce((sum, { accuracy, share }) => sum + Math.sqrt(accuracy * (1 - accuracy)) * share, 0),
        3,
      ),
      groupSize === undefined
        ? "–"
        : fixed(
            bins.reduce((sum, { accuracy, share }) => sum + expectedSignal(groupSize, accuracy) * share, 0),
            3,
          ),
      whole(total),
    ];
  }),
})}
${figure({
  id: "figure-accuracy-distribution",
  panels: arms.map(({ name, index, bins, groupSize }) => ({
    title: name,
    unit: "% of problems",
    chart: histogramChart({
      id: `distribution-${index}`,
      title: `${name}: problems by rollout accuracy after SFT`,
      index,
      bins,
      binWidth,
      highest,
      groupSize,
    }),
  })),
  caption:
    "Problems by the share of their rollouts that is right, after SFT and before GRPO. Dashed: √(α(1−α)); dotted: w_N(α), what a fresh group is worth; both on a scale of their own.",
  tables: arms.map(({ name, bins, groupSize }) => ({
    caption: `${name}: problems by rollout accuracy`,
    head: ["α", "problems", "share", "√(α(1−α))", "w_N(α)"],
    rows: bins.map(({ accuracy, count, share }) => [
      percent(accuracy),
      whole(count),
      percent(share),
      fixed(Math.sqrt(accuracy * (1 - accuracy)), 3),
      groupSize === undefined ? "–" : fixed(expectedSignal(groupSize, accuracy), 3),
    ]),
  })),
})}`,
  };
}

function distributions(run: Run, stage: RunStage): Distribution[] {
  return armNames(run.arms).flatMap((name, index) => {
    const counts = new Map<number, number>();
    for (const arm of run.arms.filter((candidate) => candidate.name === name)) {
      for (const { accuracy, count } of countsOf(arm, stage)) counts.set(accuracy, (counts.get(accuracy) ?? 0) + count);
    }
    const total = [...counts.values()].reduce((sum, count) => sum + count, 0);
    if (total === 0) return [];
    const bins = [...counts]
      .sort(([left], [right]) => left - right)
      .map(([accuracy, count]) => ({ accuracy, count, share: count / total }));
    const sizes = new Set(run.arms.filter((arm) => arm.name === name).flatMap((arm) => groupSizes(arm, stage)));
    return [{ name, index, bins, total, groupSize: sizes.size === 1 ? [...sizes][0] : undefined }];
  });
}

/** The influence file counts all queries; without it the samples do, where their rewards are right or wrong and nothing between. */
function countsOf(arm: ArmRun, stage: RunStage): readonly { readonly accuracy: number; readonly count: number }[] {
  const histogram = arm.influence[stage]?.histogram;
  if (histogram) return histogram.map(({ accuracy, count }) => ({ accuracy: tidy(accuracy), count }));
  const samples = (arm.rollouts[stage] ?? []).filter(({ rollouts }) => rollouts.length > 1);
  if (!samples.every(({ rollouts }) => rollouts.every(({ reward }) => reward === 0 || reward === 1))) return [];
  return samples.map(({ rollouts }) => ({
    accuracy: tidy(rollouts.reduce((sum, { reward }) => sum + reward, 0) / rollouts.length),
    count: 1,
  }));
}

/** An influence file has a bin for every k/N; samples have their rollouts. */
function groupSizes(arm: ArmRun, stage: RunStage): number[] {
  const bins = arm.influence[stage]?.histogram;
  if (bins) return bins.length > 1 ? [bins.length - 1] : [];
  return (arm.rollouts[stage] ?? []).map(({ rollouts }) => rollouts.length).filter((size) => size > 1);
}

/** Thirds and sevenths written with different roundings are the same accuracy. */
function tidy(accuracy: number): number {
  return Math.round(accuracy * 1e6) / 1e6;
}

/** The least distance between two accuracies: one over the group size where enough of them occur. */
export function spacing(accuracies: readonly number[]): number {
  const sorted = [...new Set([0, 1, ...accuracies])].sort((left, right) => left - right);
  return Math.min(...sorted.slice(1).map((accuracy, position) => accuracy - (sorted[position] ?? 0)));
}
