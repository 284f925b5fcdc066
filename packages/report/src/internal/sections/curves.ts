import type { Run } from "../../read-run.js";
import { lineChart } from "../charts/line-chart.js";
import { type ArmCurve, evenly, metricCurves, metricNames, smoothingWindow } from "../curves.js";
import { percent, significant } from "../format.js";
import { html } from "../html.js";
import { figure, type Panel, type Section, type Table } from "../page-parts.js";

/** One metric as a panel of a figure. */
export interface CurvePanel {
  readonly phase: string;
  readonly metric: string;
  readonly title: string;
  readonly unit: string;
  /** Values are shares. @defaultValue false */
  readonly percent?: boolean;
  /** @defaultValue true */
  readonly fromZero?: boolean;
}

const tableRows = 21;
const tableColumns = 8;

const learning: readonly CurvePanel[] = [
  { phase: "grpo", metric: "reward", title: "Reward", unit: "mean of the step's rollouts" },
  { phase: "grpo", metric: "accuracy/mean", title: "Accuracy on training problems", unit: "% of rollouts", percent: true },
  { phase: "evaluation", metric: "accuracy/in_distribution", title: "Held out, in distribution", unit: "% right", percent: true },
  { phase: "evaluation", metric: "accuracy/out_of_distribution", title: "Held out, out of distribution", unit: "% right", percent: true },
];

const inside: readonly CurvePanel[] = [
  { phase: "grpo", metric: "entropy", title: "Entropy", unit: "nats a token" },
  { phase: "grpo", metric: "completions/mean_length", title: "Length of completions", unit: "tokens" },
  { phase: "grpo", metric: "completions/clipped_ratio", title: "Cut off at the token limit", unit: "% of completions", percent: true },
  { phase: "grpo", metric: "frac_reward_zero_std", title: "Groups without a signal", unit: "% with equal rewards", percent: true },
  { phase: "grpo", metric: "accuracy/all_wrong", title: "Groups all wrong", unit: "% of groups", percent: true },
  { phase: "grpo", metric: "accuracy/all_right", title: "Groups all right", unit: "% of groups", percent: true },
  { phase: "grpo", metric: "coefficient/mean", title: "Mean coefficient √(α(1−α))", unit: "0 to 0.5" },
  { phase: "grpo", metric: "grad_norm", title: "Gradient norm", unit: "before clipping" },
];

/** Reward and accuracy over GRPO steps. Undefined where none was logged. */
export function learningSection(run: Run): Section | undefined {
  const isSame =
    JSON.stringify(metricCurves(run.arms, "grpo", "reward")) === JSON.stringify(metricCurves(run.arms, "grpo", "accuracy/mean"));
  const panels = isSame ? learning.filter(({ metric }) => metric !== "accuracy/mean") : learning;
  const text = `Reward and accuracy of the arms over GRPO steps.${isSame ? " Reward is 1 for a right answer and 0 otherwise, so it is the accuracy on training problems." : ""} Held-out accuracy during training may be measured on fewer problems than in the table above, which is the one to quote.`;
  return curveSection(run, "learning", "How the arms learn", panels, text);
}

/** Entropy, length and the state of the groups over GRPO steps. */
export function insideSection(run: Run): Section | undefined {
  return curveSection(run, "inside", "Inside GRPO", inside, "What the training rollouts looked like, step by step.");
}

/** Influence as it was measured during GRPO. Undefined where it was not. */
export function onlineInfluenceSection(run: Run): Section | undefined {
  return curveSection(
    run,
    "online-influence",
    "Influence during GRPO",
    [
      { phase: "influence", metric: "influence/mean", title: "Mean influence", unit: "of a step's queries on each other" },
      { phase: "influence", metric: "influence/frac_negative", title: "Queries that harm", unit: "% of mixed queries", percent: true },
      { phase: "influence", metric: "coefficient/mean", title: "Mean coefficient √(α(1−α))", unit: "0 to 0.5" },
    ],
    "Each half of a step's queries measured on the other half, with the rollouts that the step trained on.",
  );
}

/** SFT loss, and perplexity on the characters that each behaviour wrote. */
export function sftSection(run: Run): Section | undefined {
  const behaviors = metricNames(run.arms, "sft", (name) => name.startsWith("perplexity/"));
  return curveSection(
    run,
    "sft",
    "Supervised fine-tuning",
    [
      { phase: "sft", metric: "loss", title: "Loss", unit: "nats a token" },
      ...behaviors.map((metric) => ({
        phase: "sft",
        metric,
        title: `Perplexity: ${metric.slice("perplexity/".length)}`,
        unit: "on its own tokens",
        fromZero: false,
      })),
    ],
    "Loss on the tokens of completions, and perplexity by what wrote them. Each arm is measured on its own demonstrations, so levels are not comparable between arms.",
  );
}

function curveSection(run: Run, id: string, title: string, panels: readonly CurvePanel[], text: string): Section | undefined {
  const content = curveFigure(run, `figure-${id}`, panels, text);
  return content ? { id, title, body: content } : undefined;
}

/** Draws the metrics that were logged at more than one step. Undefined where none was. */
export function curveFigure(run: Run, id: string, panels: readonly CurvePanel[], text: string): Section["body"] | undefined {
  const present = panels.flatMap((panel) => {
    const curves = metricCurves(run.arms, panel.phase, panel.metric).filter(({ mean }) => mean.length > 0);
    return curves.some(({ mean }) => mean.length > 1) ? [{ panel, curves }] : [];
  });
  if (present.length === 0) return undefined;
  const all = present.flatMap(({ curves }) => curves);
  const window = Math.max(...all.map(({ mean }) => smoothingWindow(mean.length)));
  const hasSeeds = all.some(({ seeds }) => seeds.length > 1);
  const lines = hasSeeds
    ? `Thin: single seeds. Thick: their mean${window > 1 ? `, smoothed over up to ${window} steps` : ""}.`
    : window > 1
      ? `Thin: each step. Thick: smoothed over up to ${window} steps.`
      : "";
  return figure({
    id,
    panels: present.map(({ panel, curves }, position): Panel => {
      const { title, unit, percent: isPercent = false, fromZero = true } = panel;
      return {
        title,
        unit,
        chart: lineChart({
          id: `${id}-${position}`,
          title: `${title}, ${unit}`,
          xLabel: `${panel.phase === "sft" ? "SFT" : "GRPO"} step`,
          curves,
          percent: isPercent,
          fromZero,
        }),
      };
    }),
    caption: html`${text} ${lines} Every value of every seed is in events.jsonl.`,
    tables: present.map(({ panel, curves }) => curveTable(panel, curves)),
  });
}

function curveTable({ title, unit, percent: isPercent = false }: CurvePanel, curves: readonly ArmCurve[]): Table {
  const hasSeeds = curves.some(({ seeds }) => seeds.length > 1);
  const hasRoom = curves.reduce((sum, { seeds }) => sum + seeds.length + 1, 0) <= tableColumns;
  const columns = curves.flatMap(({ arm, seeds, mean }) => [
    { name: arm, values: new Map(mean) },
    ...(hasSeeds && hasRoom ? seeds.map(({ seed, points }) => ({ name: `seed ${seed}`, values: new Map(points) })) : []),
  ]);
  const steps = [...new Set(columns.flatMap(({ values }) => [...values.keys()]))].sort((left, right) => left - right);
  const shown = evenly(steps, tableRows);
  return {
    caption: [
      `${title}, ${unit}`,
      ...(hasSeeds ? [`means over seeds${hasRoom ? ", then single seeds" : ""}`] : []),
      ...(shown.length < steps.length ? [`${shown.length} of ${steps.length} steps`] : []),
    ].join("; "),
    head: ["step", ...columns.map(({ name }) => name)],
    rows: shown.map((step) => [
      `${step}`,
      ...columns.map(({ values }) => {
        const value = values.get(step);
        return value === undefined ? "" : isPercent ? percent(value) : significant(value);
      }),
    ]),
  };
}
