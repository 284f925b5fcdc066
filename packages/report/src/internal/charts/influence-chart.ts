import * as Plot from "@observablehq/plot";
import { armColor } from "../arms.js";
import { percent, significant, whole } from "../format.js";
import type { Html } from "../html.js";
import { plotSvg } from "../svg.js";
import { rolloutAccuracyAxis } from "./rollout-accuracy-axis.js";

/** Mean influence of the queries with one rollout accuracy. */
interface InfluenceBin {
  readonly accuracy: number;
  readonly mean: number;
  readonly interval: readonly [number, number] | null;
  readonly count: number;
}

export interface InfluenceChartOptions {
  readonly id: string;
  readonly title: string;
  readonly index: number;
  readonly bins: readonly InfluenceBin[];
  readonly binWidth: number;
  /** The range of all arms, so that they can be compared. */
  readonly domain: readonly [number, number];
}

/** Draws mean influence by rollout accuracy, with intervals, and above each bar how many queries it stands for. */
export function influenceChart({ id, title, index, bins, binWidth, domain }: InfluenceChartOptions): Html {
  const half = binWidth * 0.42;
  const hasRoomForCounts = bins.length <= 17;
  const intervals = bins.flatMap(({ accuracy, interval }) =>
    interval && accuracy > 0 && accuracy < 1 ? [{ accuracy, low: interval[0], high: interval[1] }] : [],
  );
  return plotSvg(
    { id, title, description: bins.map(describe).join(" ") },
    {
      width: 352,
      height: 224,
      marginLeft: 52,
      marginRight: 12,
      marginTop: 22,
      marginBottom: 34,
      x: rolloutAccuracyAxis(half),
      y: { domain, label: null, ticks: 4, tickSize: 0, tickFormat: (value: number) => `${Number(value.toPrecision(2))}`.replace("-", "−") },
      marks: [
        Plot.gridY({ ticks: 4, strokeOpacity: 0.12 }),
        Plot.rect(bins, {
          x1: ({ accuracy }: InfluenceBin) => accuracy - half,
          x2: ({ accuracy }: InfluenceBin) => accuracy + half,
          y1: () => 0,
          y2: "mean",
          fill: armColor(index),
          fillOpacity: 0.75,
        }),
        Plot.ruleX(intervals, { x: "accuracy", y1: "low", y2: "high", strokeWidth: 1.5 }),
        Plot.ruleY([0], { strokeOpacity: 0.6 }),
        ...(hasRoomForCounts
          ? [
              Plot.text(bins, {
                x: "accuracy",
                frameAnchor: "top",
                dy: -14,
                text: ({ count }: InfluenceBin) => whole(count),
                fontSize: bins.length > 9 ? 8 : 9,
              }),
            ]
          : []),
      ],
    },
  );
}

function describe({ accuracy, mean, interval, count }: InfluenceBin): string {
  const range = interval ? ` (${significant(interval[0])} to ${significant(interval[1])})` : "";
  return `α = ${percent(accuracy)}: ${significant(mean)}${range}, n = ${count}.`;
}
