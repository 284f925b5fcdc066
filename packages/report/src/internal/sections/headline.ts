import { difference, type Estimate, estimateOf, meanWithInterval } from "../../estimate.js";
import type { Run } from "../../read-run.js";
import type { Accuracy, RunStage, StagesSummary, SummaryFile } from "../../run-files.js";
import { summarizeEvaluations } from "../../summarize-evaluations.js";
import { type AccuracyDot, accuracyDots } from "../charts/accuracy-dots.js";
import { counted, fixed, listed, percent, percentInterval, points, pointsInterval, pointsWithInterval, whole } from "../format.js";
import { type Html, html } from "../html.js";
import { figure, type Section, table } from "../page-parts.js";

type SplitKey = "inDistribution" | "outOfDistribution";
type Summary = Pick<SummaryFile, "arms" | "constantBaseline">;

const splits: readonly { readonly key: SplitKey; readonly title: string; readonly short: string }[] = [
  { key: "inDistribution", title: "In distribution: problems as large as the training problems", short: "in distribution" },
  { key: "outOfDistribution", title: "Out of distribution: larger problems than in training", short: "out of distribution" },
];
const stages: readonly { readonly key: RunStage; readonly title: string }[] = [
  { key: "base", title: "base model" },
  { key: "sft", title: "after SFT" },
  { key: "grpo", title: "after GRPO" },
];

/** What the run found: a paragraph, a table for each split, a picture of them. Undefined where nothing was evaluated. */
export function headlineSection(run: Run): Section | undefined {
  const summary = summarizeEvaluations(run.arms);
  const present = splits.filter(({ key }) => Object.values(summary.arms).some((arm) => stages.some((stage) => arm[stage.key]?.[key])));
  if (present.length === 0) return undefined;
  return {
    id: "result",
    title: "Result",
    body: html`<p class="lead">${finding(summary)}</p>
<div class="tables">${present.map(({ key, title }) => resultTable(summary, key, title))}</div>
<p class="note">Value and 95 % interval, in per cent of right answers (greedy or sampled as the config says; a truncated answer counts as wrong). Intervals of
accuracies are Wilson's; intervals of gains combine those of both stages as if each had seen other problems (Newcombe), which is wider than needed
where they saw the same. n counts answers${Object.values(summary.arms).some(({ seeds }) => seeds.length > 1) ? " of all seeds together" : ""}.</p>
${figure({
  id: "figure-result",
  panels: present.map(({ key, short }) => ({
    title: `Accuracy ${short}`,
    chart: accuracyDots(`result-${key}`, `Accuracy ${short}`, dots(summary, key), constantLine(summary, key)),
  })),
  caption: html`Ring: after SFT${Object.values(summary.arms).some(({ base }) => base) ? " or of the base model" : ""}. Filled: after GRPO. Bar: 95 % interval.${
    Object.values(summary.arms).some(({ seeds }) => seeds.length > 1) ? " Short ticks: single seeds." : ""
  } Dashed: always giving the most frequent constant answer named in the table.`,
  tables: [],
})}`,
  };
}

/** The finding in words, computed: who answers how much, who gained how much, and how sure that is. */
function finding(summary: Summary): Html | string {
  const names = Object.keys(summary.arms);
  const split = splits.find(({ key }) => names.some((name) => summary.arms[name]?.grpo?.[key]));
  if (!split) return "GRPO has not been evaluated yet; the tables show what is there.";
  const reached = names.flatMap((name) => {
    const accuracy = summary.arms[name]?.grpo?.[split.key];
    return accuracy ? [html`<b>${name}</b> answers ${percent(accuracy.accuracy)} (${percentInterval(accuracy)})`] : [];
  });
  const gains = names.flatMap((name) => {
    const gain = gainOf(summary.arms[name], split.key);
    return gain ? [{ name, gain }] : [];
  });
  const [baseline, ...others] = gains;
  return html`After GRPO ${joined(reached)} of held-out problems ${split.short} right. ${
    gains.length === 0
      ? undefined
      : html`Against its own SFT model, ${joined(gains.map(({ name, gain }) => html`<b>${name}</b> gained ${pointsWithInterval(gain)}`))}.`
  } ${baseline ? others.map((other) => comparison(summary, split.key, baseline, other)) : undefined}`;
}

function comparison(
  summary: Summary,
  key: SplitKey,
  baseline: { name: string; gain: Estimate },
  other: { name: string; gain: Estimate },
): Html {
  const gap = difference(other.gain, baseline.gain);
  const verdict =
    gap.low > 0
      ? "more than the sampling of test problems explains"
      : gap.high < 0
        ? "less, by more than the sampling of test problems explains"
        : "an interval that includes zero";
  const paired = pairedGaps(summary, key, baseline.name, other.name);
  const overSeeds = meanWithInterval(paired);
  return html`${other.name}'s gain minus ${baseline.name}'s is ${pointsWithInterval(gap)}: ${verdict}. ${
    overSeeds
      ? html`Seed by seed it is ${listed(paired.map((value) => points(value)))}, in the mean ${pointsWithInterval(overSeeds)} by Student's interval over ${counted(paired.length, "seed")}.`
      : "With one seed, no interval here covers what another seed would change."
  } `;
}

function pairedGaps(summary: Summary, key: SplitKey, baseline: string, other: string): number[] {
  return (summary.arms[other]?.seeds ?? []).flatMap((seed) => {
    const partner = summary.arms[baseline]?.seeds.find((candidate) => candidate.seed === seed.seed);
    const left = gainOf(seed, key);
    const right = gainOf(partner, key);
    return left && right ? [left.value - right.value] : [];
  });
}

function gainOf(stagesOf: StagesSummary | undefined, key: SplitKey): Estimate | undefined {
  const before = stagesOf?.sft?.[key];
  const after = stagesOf?.grpo?.[key];
  return before && after ? difference(estimateOf(after), estimateOf(before)) : undefined;
}

function resultTable(summary: Summary, key: SplitKey, title: string): Html {
  const shown = stages.filter(({ key: stage }) => Object.values(summary.arms).some((arm) => arm[stage]?.[key]));
  const constant = summary.constantBaseline[key];
  const rows = Object.entries(summary.arms).map(([name, arm]) => {
    const gain = gainOf(arm, key);
    const sizes = [...new Set(shown.flatMap(({ key: stage }) => arm[stage]?.[key]?.n ?? []))];
    return [
      html`${name}${arm.seeds.length > 1 ? html`<span class="interval">${counted(arm.seeds.length, "seed")}</span>` : undefined}`,
      ...shown.map(({ key: stage }) =>
        accuracyCell(arm[stage]?.[key], arm.seeds.length > 1 ? arm.seeds.flatMap((seed) => seed[stage]?.[key]?.accuracy ?? []) : []),
      ),
      gain ? html`<b>${points(gain.value)}</b><span class="interval">${pointsInterval(gain)}</span>` : "not measured",
      sizes.map(whole).join(" / "),
    ];
  });
  if (constant) {
    rows.push([
      html`always “${String(constant.answer)}”`,
      ...shown.map((_, position) => (position === shown.length - 1 ? accuracyCell(constant, []) : "")),
      "",
      whole(constant.n),
    ]);
  }
  return table(
    { caption: title, head: ["arm", ...shown.map((stage) => stage.title), "gain by GRPO, points", "n"], rows },
    "numbers result",
  );
}

function accuracyCell(accuracy: Accuracy | undefined, seeds: readonly number[]): Html | string {
  if (!accuracy) return "not measured";
  return html`<b>${fixed(100 * accuracy.accuracy, 1)}</b><span class="interval">${percentInterval(accuracy)}</span>${
    seeds.length > 1 ? html`<span class="interval">seeds ${seeds.map((value) => fixed(100 * value, 1)).join(", ")}</span>` : undefined
  }`;
}

function dots(summary: Summary, key: SplitKey): AccuracyDot[] {
  return Object.entries(summary.arms).flatMap(([arm, stagesOf], index) =>
    stages.flatMap(({ key: stage, title }) => {
      const accuracy = stagesOf[stage]?.[key];
      if (!accuracy) return [];
      const seeds = stagesOf.seeds.flatMap((seed) => seed[stage]?.[key]?.accuracy ?? []);
      return [{ arm, index, stage: title, isFinal: stage === "grpo", accuracy, seeds }];
    }),
  );
}

function constantLine(summary: Summary, key: SplitKey): { accuracy: number; label: string } | undefined {
  const constant = summary.constantBaseline[key];
  return constant ? { accuracy: constant.accuracy, label: `always “${String(constant.answer)}”` } : undefined;
}

function joined(parts: readonly Html[]): Html[] {
  return parts.flatMap((part, index) => {
    if (index === 0) return [part];
    return [{ markup: index === parts.length - 1 ? " and " : ", " }, part];
  });
}
