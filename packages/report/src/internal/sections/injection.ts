import type { Run } from "../../read-run.js";
import { summarizeEvaluations } from "../../summarize-evaluations.js";
import { armNames } from "../arms.js";
import { xyChart } from "../charts/xy-chart.js";
import { percent, percentInterval } from "../format.js";
import { html } from "../html.js";
import { figure, type Section } from "../page-parts.js";

/** Accuracy by how often a behaviour is injected, where arms differ in that. Undefined where they don't. */
export function injectionSection(run: Run): Section | undefined {
  const { arms: summaries } = summarizeEvaluations(run.arms);
  const found = armNames(run.arms).flatMap((name) => probabilitiesOf(run, name).map((entry) => ({ name, ...entry })));
  const behaviors = [...new Set(found.map(({ behavior }) => behavior))].flatMap((behavior) => {
    const arms = found.filter((entry) => entry.behavior === behavior).sort((a, b) => a.probability - b.probability);
    return new Set(arms.map(({ probability }) => probability)).size >= 2 ? [{ behavior, arms }] : [];
  });
  const panels = behaviors.flatMap(({ behavior, arms }) => {
    const lines = (["sft", "grpo"] as const).flatMap((stage) => {
      const points = arms.flatMap(({ name, probability }) => {
        const accuracy = summaries[name]?.[stage]?.inDistribution;
        return accuracy ? [{ x: probability, accuracy }] : [];
      });
      return points.length === 0 ? [] : [{ isFinal: stage === "grpo", stage: stage === "grpo" ? "after GRPO" : "after SFT", points }];
    });
    return lines.length === 0 ? [] : [{ behavior, arms, lines }];
  });
  if (panels.length === 0) return undefined;
  return {
    id: "injection",
    title: "How often to inject",
    body: figure({
      id: "figure-injection",
      panels: panels.map(({ behavior, lines }, index) => ({
        title: behavior,
        unit: "right answers, %",
        chart: xyChart({
          id: `injection-${index}`,
          title: `Accuracy by the probability of ${behavior}`,
          index: 1 + index,
          lines,
          xLabel: "probability of injection",
        }),
      })),
      caption: html`Accuracy in distribution by the probability that a behaviour is injected, over the arms that differ in it. Arms may differ in more than this; the config
below says. Dashed with rings: after SFT. Solid: after GRPO. Bars: 95 % intervals (Wilson).`,
      tables: panels.map(({ behavior, arms, lines }) => ({
        caption: `${behavior}: accuracy by probability of injection`,
        head: ["arm", "probability", ...lines.flatMap(({ stage }) => [stage, "95 % interval"])],
        rows: arms.map(({ name, probability }) => [
          name,
          String(probability),
          ...lines.flatMap(({ points }) => {
            const point = points.find(({ x }) => x === probability);
            return point ? [percent(point.accuracy.accuracy), percentInterval(point.accuracy)] : ["", ""];
          }),
        ]),
      })),
    }),
  };
}

/** The probabilities that an arm's config gives its behaviours; of merged runs, each has its own config. */
function probabilitiesOf(run: Run, name: string): { behavior: string; probability: number }[] {
  const configs = [run.file.config, ...Object.values(run.file.config)];
  return configs.flatMap((config) => {
    const arms = field(config, "arms");
    const own = field(arms, name) ?? field(arms, name.slice(name.indexOf(": ") + 2));
    const isOwn =
      field(arms, name) !== undefined ||
      Object.entries(run.file.config).some(([key, value]) => value === config && name.startsWith(`${key}: `));
    const behaviors = field(own, "behaviors");
    if (!isOwn || !Array.isArray(behaviors)) return [];
    return behaviors.flatMap((choice: unknown) => {
      if (!Array.isArray(choice) || typeof choice[0] !== "string") return [];
      const probability = field(choice[1], "probability");
      return typeof probability === "number" ? [{ behavior: choice[0], probability }] : [];
    });
  });
}

function field(value: unknown, key: string): unknown {
  return typeof value === "object" && value !== null && key in value ? Reflect.get(value, key) : undefined;
}
