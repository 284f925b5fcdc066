import { expectedSignal } from "@bridge-rl/influence";
import * as Plot from "@observablehq/plot";
import { armColor } from "../arms.js";
import { percent } from "../format.js";
import type { Html } from "../html.js";
import { plotSvg } from "../svg.js";
import { rolloutAccuracyAxis } from "./rollout-accuracy-axis.js";

export interface HistogramOptions {
  readonly id: string;
  readonly title: string;
  readonly index: number;
  /** Accuracies that groups of rollouts can have, with the share of problems at each. */
  readonly bins: readonly { readonly accuracy: number; readonly share: number }[];
  /** Distance between two neighbouring accuracies. */
  readonly binWidth: number;
  /** The largest share of any arm, so that arms can be compared. */
  readonly highest: number;
  /** N, for the curve of what a fresh group is worth. */
  readonly groupSize: number | undefined;
}

/** Draws how many problems have which rollout accuracy, with the coefficient √(α(1−α)) as a dashed curve on a scale of its own. */
export function histogramChart({ id, title, index, bins, binWidth, highest, groupSize }: HistogramOptions): Html {
  const top = Math.max(highest, 1e-9) * 1.08;
  const curve = Array.from({ length: 101 }, (_, step) => {
    const accuracy = step / 100;
    return [accuracy, (Math.sqrt(accuracy * (1 - accuracy)) / 0.5) * top * 0.92] as const;
  });
  const expected =
    groupSize === undefined ? [] : curve.map(([accuracy]) => [accuracy, (expectedSignal(groupSize, accuracy) / 0.5) * top * 0.92] as const);
  const half = binWidth * 0.42;
  return plotSvg(
    { id, title, description: bins.map(({ accuracy, share }) => `α = ${percent(accuracy)}: ${percent(share)} of problems.`).join(" ") },
    {
      width: 352,
      height: 208,
      marginLeft: 42,
      marginRight: 12,
      marginTop: 8,
      marginBottom: 34,
      x: rolloutAccuracyAxis(half),
      y: { domain: [0, top], label: null, ticks: 4, tickSize: 0, tickFormat: (share: number) => `${Number((100 * share).toPrecision(3))}` },
      marks: [
        Plot.gridY({ ticks: 4, strokeOpacity: 0.12 }),
        Plot.rect(bins, {
          x1: ({ accuracy }: { accuracy: number }) => accuracy - half,
          x2: ({ accuracy }: { accuracy: number }) => accuracy + half,
          y1: () => 0,
          y2: "share",
          fill: armColor(index),
          fillOpacity: 0.75,
        }),
        Plot.line(curve, { x: "0", y: "1", stroke: "currentColor", strokeDasharray: "4 3", strokeWidth: 1.25 }),
        Plot.line(expected, { x: "0", y: "1", stroke: "currentColor", strokeDasharray: "1.5 3", strokeLinecap: "round", strokeWidth: 1.5 }),
        Plot.ruleY([0], { strokeOpacity: 0.6 }),
      ],
    },
  );
}
