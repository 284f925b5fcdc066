import * as Plot from "@observablehq/plot";
import type { Accuracy } from "../../run-files.js";
import { armColor } from "../arms.js";
import { percent } from "../format.js";
import type { Html } from "../html.js";
import { plotSvg } from "../svg.js";

/** What a stage reached on problems of one size. */
interface OperationsPoint {
  readonly operations: number;
  readonly accuracy: Accuracy;
}

export interface OperationsLine {
  readonly stage: string;
  /** After GRPO: filled dots on a solid line; before: rings on a dashed one. */
  readonly isFinal: boolean;
  readonly points: readonly OperationsPoint[];
}

/** Draws the accuracy of an arm by operation count, with intervals. */
export function operationsChart(
  id: string,
  title: string,
  index: number,
  lines: readonly OperationsLine[],
  domain: readonly [number, number],
): Html {
  const color = armColor(index);
  const [least, most] = domain;
  return plotSvg(
    { id, title, description: describe(lines) },
    {
      width: 352,
      height: 208,
      marginLeft: 42,
      marginRight: 14,
      marginTop: 8,
      marginBottom: 34,
      x: {
        domain: [least - 0.5, most + 0.5],
        label: "operations of a problem",
        labelAnchor: "center",
        labelArrow: "none",
        ticks: ticks(least, most),
        tickSize: 3,
        tickFormat: (value: number) => `${value}`,
      },
      y: { domain: [0, 1], label: null, ticks: 4, tickSize: 0, tickFormat: (share: number) => `${Math.round(100 * share)}` },
      marks: [
        Plot.gridY({ ticks: 4, strokeOpacity: 0.12 }),
        ...lines.flatMap(({ isFinal, points }) => {
          const rows = points.map(({ operations, accuracy }) => ({ operations: operations + (isFinal ? 0.07 : -0.07), ...accuracy }));
          return [
            Plot.ruleX(rows, { x: "operations", y1: "low", y2: "high", stroke: color, strokeOpacity: 0.55 }),
            Plot.line(rows, {
              x: "operations",
              y: "accuracy",
              stroke: color,
              strokeWidth: isFinal ? 2 : 1.25,
              ...(isFinal ? {} : { strokeDasharray: "4 3" }),
            }),
            Plot.dot(rows, { x: "operations", y: "accuracy", r: 3, stroke: color, fill: isFinal ? color : "var(--paper)" }),
          ];
        }),
      ],
    },
  );
}

function ticks(least: number, most: number): number[] {
  const stride = Math.max(1, Math.ceil((most - least) / 10));
  return Array.from({ length: Math.floor((most - least) / stride) + 1 }, (_, position) => least + position * stride);
}

function describe(lines: readonly OperationsLine[]): string {
  return lines
    .map(
      ({ stage, points }) =>
        `${stage}: ${points.map(({ operations, accuracy }) => `${operations} operations ${percent(accuracy.accuracy, 0)}`).join(", ")}.`,
    )
    .join(" ");
}
