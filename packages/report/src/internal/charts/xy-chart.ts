import * as Plot from "@observablehq/plot";
import type { Accuracy } from "../../run-files.js";
import { armColor } from "../arms.js";
import { percent } from "../format.js";
import type { Html } from "../html.js";
import { plotSvg } from "../svg.js";

export interface XyChartOptions {
  readonly id: string;
  readonly title: string;
  readonly index: number;
  readonly xLabel: string;
  readonly lines: readonly {
    readonly stage: string;
    /** After GRPO: filled dots on a solid line; before: rings on a dashed one. */
    readonly isFinal: boolean;
    readonly points: readonly { readonly x: number; readonly accuracy: Accuracy }[];
  }[];
}

/** Draws accuracies with their intervals over a number that arms differ in. */
export function xyChart({ id, title, index, xLabel, lines }: XyChartOptions): Html {
  const color = armColor(index);
  const values = [...new Set(lines.flatMap(({ points }) => points.map(({ x }) => x)))].sort((a, b) => a - b);
  const [least = 0, most = 1] = [values[0], values.at(-1)];
  const span = most - least || 1;
  const description = lines
    .map(({ stage, points }) => `${stage}: ${points.map(({ x, accuracy }) => `${x} ${percent(accuracy.accuracy, 0)}`).join(", ")}.`)
    .join(" ");
  return plotSvg(
    { id, title, description },
    {
      ...{ width: 352, height: 208, marginLeft: 42, marginRight: 14, marginTop: 8, marginBottom: 34 },
      x: {
        domain: [least - span * 0.08, most + span * 0.08],
        label: xLabel,
        labelAnchor: "center",
        labelArrow: "none",
        ticks: values.length <= 8 ? values : 6,
        tickSize: 3,
        tickFormat: (value: number) => `${Number(value.toPrecision(3))}`,
      },
      y: { domain: [0, 1], label: null, ticks: 4, tickSize: 0, tickFormat: (share: number) => `${Math.round(100 * share)}` },
      marks: [
        Plot.gridY({ ticks: 4, strokeOpacity: 0.12 }),
        ...lines.flatMap(({ isFinal, points }) => {
          const rows = points.map(({ x, accuracy }) => ({ x: x + (isFinal ? 0.008 : -0.008) * span, ...accuracy }));
          return [
            Plot.ruleX(rows, { x: "x", y1: "low", y2: "high", stroke: color, strokeOpacity: 0.55 }),
            Plot.line(rows, {
              x: "x",
              y: "accuracy",
              stroke: color,
              strokeWidth: isFinal ? 2 : 1.25,
              ...(isFinal ? {} : { strokeDasharray: "4 3" }),
            }),
            Plot.dot(rows, { x: "x", y: "accuracy", r: 3, stroke: color, fill: isFinal ? color : "var(--paper)" }),
          ];
        }),
      ],
    },
  );
}
