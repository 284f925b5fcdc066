import * as Plot from "@observablehq/plot";
import type { Accuracy } from "../../run-files.js";
import { armColor } from "../arms.js";
import { percent, percentInterval } from "../format.js";
import type { Html } from "../html.js";
import { plotSvg } from "../svg.js";

/** One arm's row: what it reached at a stage, and each of its seeds. */
export interface AccuracyDot {
  readonly arm: string;
  readonly index: number;
  readonly stage: string;
  /** After GRPO: a filled dot; before: a ring. */
  readonly isFinal: boolean;
  readonly accuracy: Accuracy;
  readonly seeds: readonly number[];
}

const rowHeight = 24;
const width = 440;

/** Draws accuracies with their intervals as dots on one scale; a dashed line marks the constant answer. */
export function accuracyDots(
  id: string,
  title: string,
  dots: readonly AccuracyDot[],
  constant: { readonly accuracy: number; readonly label: string } | undefined,
): Html {
  const rows = dots.map((dot, row) => ({ ...dot, row, ...dot.accuracy }));
  const names = dots.map(({ arm, stage }) => `${arm}, ${stage}`);
  const marginTop = constant ? 20 : 6;
  return plotSvg(
    { id, title, description: describe(dots, constant) },
    {
      width,
      height: marginTop + 34 + rowHeight * dots.length,
      marginLeft: 14 + 6 * Math.max(...names.map((name) => name.length)),
      marginRight: 14,
      marginTop,
      marginBottom: 34,
      x: {
        domain: [0, 1],
        label: "right answers, %",
        labelAnchor: "center",
        labelArrow: "none",
        ticks: 5,
        tickSize: 3,
        tickFormat: (share: number) => `${Math.round(100 * share)}`,
      },
      y: {
        domain: [dots.length - 0.5, -0.5],
        label: null,
        ticks: dots.map((_, row) => row),
        tickSize: 0,
        tickFormat: (row: number) => names[row] ?? "",
      },
      marks: [
        Plot.gridX({ ticks: 5, strokeOpacity: 0.12 }),
        ...(constant
          ? [
              Plot.ruleX([constant.accuracy], { stroke: "currentColor", strokeOpacity: 0.7, strokeDasharray: "3 3" }),
              Plot.text([constant.accuracy], {
                x: (value: number) => value,
                frameAnchor: "top",
                dy: -8,
                text: [constant.label],
                textAnchor: constant.accuracy > 0.6 ? "end" : "start",
              }),
            ]
          : []),
        ...rows.flatMap((dot) => [
          Plot.ruleY([dot], { y: "row", x1: "low", x2: "high", stroke: armColor(dot.index), strokeWidth: 2 }),
          ...(dot.seeds.length > 1
            ? [Plot.ruleX(dot.seeds, { x: (value: number) => value, y1: dot.row - 0.28, y2: dot.row + 0.28, stroke: armColor(dot.index) })]
            : []),
          Plot.dot([dot], {
            x: "accuracy",
            y: "row",
            r: 4,
            stroke: armColor(dot.index),
            strokeWidth: 2,
            fill: dot.isFinal ? armColor(dot.index) : "var(--paper)",
          }),
        ]),
      ],
    },
  );
}

function describe(dots: readonly AccuracyDot[], constant: { readonly accuracy: number; readonly label: string } | undefined): string {
  const parts = dots.map(({ arm, stage, accuracy }) => `${arm}, ${stage}: ${percent(accuracy.accuracy)} (${percentInterval(accuracy)}).`);
  if (constant) parts.push(`${constant.label}: ${percent(constant.accuracy)}.`);
  return parts.join(" ");
}
