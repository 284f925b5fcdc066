import type { ArmRun, Run } from "../../read-run.js";
import type { RunStage } from "../../run-files.js";
import { wilsonInterval } from "../../wilson-interval.js";
import { armNames } from "../arms.js";
import { type OperationsLine, operationsChart } from "../charts/operations-chart.js";
import { percent, percentInterval } from "../format.js";
import { html } from "../html.js";
import { figure, type Section } from "../page-parts.js";

const stages: readonly { readonly key: RunStage; readonly title: string }[] = [
  { key: "base", title: "base model" },
  { key: "sft", title: "after SFT" },
  { key: "grpo", title: "after GRPO" },
];

/** Accuracy by operation count, before and after GRPO. Undefined where all problems have one size or nothing was evaluated. */
export function operationsSection(run: Run): Section | undefined {
  const arms = armNames(run.arms).map((name, index) => ({ name, index, lines: linesOf(run.arms.filter((arm) => arm.name === name)) }));
  const sizes = arms.flatMap(({ lines }) => lines.flatMap(({ points }) => points.map(({ operations }) => operations)));
  const domain = [Math.min(...sizes), Math.max(...sizes)] as const;
  if (sizes.length === 0 || domain[0] === domain[1]) return undefined;
  return {
    id: "operations",
    title: "Where the gain comes from",
    body: figure({
      id: "figure-operations",
      panels: arms.flatMap(({ name, index, lines }) => {
        const drawn = lines.filter(({ stage }) => stage !== "base model");
        if (drawn.length === 0) return [];
        return [
          {
            title: name,
            unit: "right answers, %",
            chart: operationsChart(`operations-${index}`, `${name}: accuracy by operation count`, index, drawn, domain),
          },
        ];
      }),
      caption: html`Accuracy on held-out problems by the operations they need, both splits together. Dashed with rings: after SFT. Solid: after GRPO. Bars: 95 % intervals (Wilson).`,
      tables: arms.flatMap(({ name, lines }) =>
        lines.length === 0
          ? []
          : [
              {
                caption: `${name}: right answers by operation count`,
                head: ["operations", ...lines.flatMap(({ stage }) => [`${stage}`, "95 % interval", "n"])],
                rows: [...new Set(lines.flatMap(({ points }) => points.map(({ operations }) => operations)))]
                  .sort((left, right) => left - right)
                  .map((operations) => [
                    `${operations}`,
                    ...lines.flatMap(({ points }) => {
                      const point = points.find((candidate) => candidate.operations === operations);
                      return point ? [percent(point.accuracy.accuracy), percentInterval(point.accuracy), point.accuracy.n] : ["", "", ""];
                    }),
                  ]),
              },
            ],
      ),
    }),
  };
}

function linesOf(arms: readonly ArmRun[]): OperationsLine[] {
  return stages.flatMap(({ key, title }) => {
    const totals = new Map<number, { correct: number; count: number }>();
    for (const record of arms.flatMap(({ evaluations }) => evaluations)) {
      if (record.stage !== key) continue;
      for (const { operations, correct, count } of record.byOperations) {
        const total = totals.get(operations) ?? { correct: 0, count: 0 };
        totals.set(operations, { correct: total.correct + correct, count: total.count + count });
      }
    }
    const points = [...totals]
      .filter(([, { count }]) => count > 0)
      .sort(([left], [right]) => left - right)
      .map(([operations, { correct, count }]) => ({ operations, accuracy: wilsonInterval(correct, count) }));
    return points.length === 0 ? [] : [{ stage: title, isFinal: key === "grpo", points }];
  });
}
