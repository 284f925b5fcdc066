import * as Plot from "@observablehq/plot";
import type { Accuracy } from "../../run-files.js";
import { armColor } from "../arms.js";
import type { Html } from "../html.js";
import { plotSvg } from "../svg.js";

export interface AccuracyLine {
  /** After GRPO: filled dots on a solid line; before: rings on a dashed one. */
  readonly isFinal: boolean;
  readonly points: readonly { readonly x: number; readonly accuracy: Accuracy }[];
}

export interface AccuracyLinesOptions {
  readonly id: string;
  readonly title: string;
  readonly description: string;
  readonly index: number;
  readonly xAxis: Plot.ScaleOptions;
  /** How far lines are moved apart, so that their intervals don't cover each other. */
  readonly shift: number;
  readonly lines: readonly AccuracyLine[];
}

/** Draws accuracies of an arm with their intervals, from 0 to 100 %. */
export function accuracyLines({ id, title, description, index, xAxis, shift, lines }: AccuracyLinesOptions): Html {
  const color = armColor(index);
  return plotSvg(
    { id, title, description },
    {
      ...{ width: 352, height: 208, marginLeft: 42, marginRight: 14, marginTop: 8, marginBottom: 34 },
      x: { labelAnchor: "center", labelArrow: "none", tickSize: 3, ...xAxis },
      y: { domain: [0, 1], label: null, ticks: 4, tickSize: 0, tickFormat: (share: number) => `${Math.round(100 * share)}` },
      marks: [
        Plot.gridY({ ticks: 4, strokeOpacity: 0.12 }),
        ...lines.flatMap(({ isFinal, points }) => {
          const rows = points.map(({ x, accuracy }) => ({ x: x + (isFinal ? shift : -shift), ...accuracy }));
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
