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
  const hasSeeds = Object.values(summary.arms).some(({ seeds }) => seeds.length > 1);
  return {
    id: "result",
    title: "Result",
    body: html`${finding(summary)}
<div class="tables">${present.map(({ key, title }) => resultTable(summary, key, title))}</div>
<p class="note">Per cent of right answers, with 95 % interval below. Intervals of
accuracies are Wilson's; intervals of gains combine those of both stages as if each had seen other problems (Newcombe), which is wider than needed
where they saw the same. n counts answers${hasSeeds ? " of all seeds together, taken as independent" : ""}.</p>
${figure({
  id: "figure-result",
  panels: present.map(({ key, short }) => ({
    title: `Accuracy ${short}`,
    chart: accuracyDots(`result-${key}`, `Accuracy ${short}`, dots(summary, key), constantLine(summary, key)),
  })),
  caption: html`Ring: after SFT. Filled: after GRPO. Bar: 95 % interval.${hasSeeds ? " Short ticks: single seeds." : ""} Dashed: giving one and the same answer to every problem.`,
  tables: [],
})}`,
  };
}

interface Gain {
  readonly name: string;
  readonly gain: Estimate;
}

/** The finding in words, computed: who answers how much, who gained how much, and how sure that is. */
function finding(summary: Summary): Html {
  const names = Object.keys(summary.arms);
  const split = splits.find(({ key }) => names.some((name) => summary.arms[name]?.grpo?.[key]));
  if (!split) return html`<p class="lead">GRPO has not been evaluated yet; the tables show what is there.</p>`;
  const hasFew = names.length <= 2;
  const reached = names.flatMap((name) => {
    const accuracy = summary.arms[name]?.grpo?.[split.key];
    return accuracy
      ? [html`<b>${name}</b> answers ${percent(accuracy.accuracy)}${hasFew ? ` (${percentInterval(accuracy)})` : undefined}`]
      : [];
  });
  const gains = names.flatMap((name): Gain[] => {
    const gain = gainOf(summary.arms[name], split.key);
    return gain ? [{ name, gain }] : [];
  });
  const gained = gains.map(({ name, gain }) => html`<b>${name}</b> gained ${hasFew ? pointsWithInterval(gain) : points(gain.value)}`);
  const [baseline, ...others] = gains;
  const [only] = others;
  return html`<p class="lead">After GRPO ${joined(reached)} of held-out problems ${split.short} right. ${
    gained.length === 0 ? undefined : html`Against its own SFT model, ${joined(gained)}${hasFew ? "" : " points"}. `
  }${baseline && only && others.length === 1 ? comparison(summary, split.key, baseline, only) : undefined}</p>
${baseline && others.length > 1 ? comparisonTable(summary, split, baseline, others) : undefined}`;
}

function comparison(summary: Summary, key: SplitKey, baseline: Gain, other: Gain): Html {
  const gap = difference(other.gain, baseline.gain);
  const verdict =
    gap.low > 0
      ? "more than the sampling of test problems explains"
      : gap.high < 0
        ? "less, by more than the sampling of test problems explains"
        : "an interval that includes zero";
  const paired = pairedGaps(summary, key, baseline.name, other.name);
  const overSeeds = meanWithInterval(paired);
  return html`The gain of ${other.name} minus that of ${baseline.name} is ${pointsWithInterval(gap)}: ${verdict}. ${
    overSeeds
      ? html`Seed by seed it is ${listed(paired.map(points))}; over ${counted(paired.length, "seed")}, by Student's interval, ${pointsWithInterval(overSeeds)}.`
      : "With one seed, no interval here covers what another seed would change."
  } `;
}

function comparisonTable(summary: Summary, split: (typeof splits)[number], baseline: Gain, others: readonly Gain[]): Html {
  return table({
    caption: `Gain ${split.short} minus that of ${baseline.name}, points`,
    head: ["arm", "all answers", "seed by seed", "over seeds, Student's interval"],
    rows: others.map((other) => {
      const gap = difference(other.gain, baseline.gain);
      const paired = pairedGaps(summary, split.key, baseline.name, other.name);
      const overSeeds = meanWithInterval(paired);
      return [
        other.name,
        html`<b>${points(gap.value)}</b><span class="interval">${pointsInterval(gap)}</span>`,
        paired.map(points).join(", "),
        overSeeds ? html`<b>${points(overSeeds.value)}</b><span class="interval">${pointsInterval(overSeeds)}</span>` : "one seed: none",
      ];
    }),
  });
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
  const rows = Object.entries(summary.arms).flatMap(([name, arm]) => {
    if (!arm.sft?.[key] && !arm.grpo?.[key]) return [];
    const gain = gainOf(arm, key);
    const sizes = [...new Set([arm.sft?.[key]?.n, arm.grpo?.[key]?.n].flatMap((size) => size ?? []))];
    const seeds = arm.seeds.length > 1 ? html`<span class="interval">${counted(arm.seeds.length, "seed")}</span>` : undefined;
    return [
      [
        html`${name}${seeds}`,
        ...(["sft", "grpo"] as const).map((stage) =>
          accuracyCell(arm[stage]?.[key], arm.seeds.length > 1 ? arm.seeds.flatMap((seed) => seed[stage]?.[key]?.accuracy ?? []) : []),
        ),
        gain ? html`<b>${points(gain.value)}</b><span class="interval">${pointsInterval(gain)}</span>` : "–",
        sizes.map(whole).join(" / "),
      ],
    ];
  });
  const constant = summary.constantBaseline[key];
  const bases = Object.entries(summary.arms).flatMap(([name, arm]) => (arm.base?.[key] ? [{ name, base: arm.base[key] }] : []));
  const isShared = new Set(bases.map(({ base }) => base.accuracy)).size <= 1;
  return table(
    {
      caption: title,
      head: ["arm", "after SFT", "after GRPO", "gain, points", "n"],
      rows,
      foot: [
        ...(isShared ? bases.slice(0, 1) : bases).map(({ name, base }) =>
          inWords(isShared ? "Base model, before SFT" : `Base model of ${name}, before SFT`, base),
        ),
        ...(constant ? [inWords(`Always answering “${String(constant.answer)}”`, constant)] : []),
      ],
    },
    "numbers result",
  );
}

function inWords(what: string, accuracy: Accuracy): Html {
  return html`${what}: <b>${fixed(100 * accuracy.accuracy, 1)}</b> (${percentInterval(accuracy)}), n = ${whole(accuracy.n)}`;
}

function accuracyCell(accuracy: Accuracy | undefined, seeds: readonly number[]): Html | string {
  if (!accuracy) return "–";
  return html`<b>${fixed(100 * accuracy.accuracy, 1)}</b><span class="interval">${percentInterval(accuracy)}</span>${
    seeds.length > 1 ? html`<span class="interval">seeds ${seeds.map((value) => fixed(100 * value, 1)).join(", ")}</span>` : undefined
  }`;
}

function dots(summary: Summary, key: SplitKey): AccuracyDot[] {
  return Object.entries(summary.arms).flatMap(([arm, stagesOf], index) =>
    stages.flatMap(({ key: stage, title }) => {
      const accuracy = stagesOf[stage]?.[key];
      if (!accuracy || stage === "base") return [];
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
