import * as Plot from "@observablehq/plot";
import { armColor } from "../arms.js";
import { type ArmCurve, type Point, smooth, smoothingWindow, thin } from "../curves.js";
import { fixed, percent, significant } from "../format.js";
import type { Html } from "../html.js";
import { plotSvg } from "../svg.js";

export interface LineChartOptions {
  readonly id: string;
  readonly title: string;
  readonly xLabel: string;
  readonly curves: readonly ArmCurve[];
  /** Values are shares, shown in per cent. */
  readonly percent: boolean;
  /** The axis starts at 0. */
  readonly fromZero: boolean;
}

const width = 352;
const height = 208;
const labelHeight = 12;

/** Draws a metric over steps: thin lines for seeds, thick for their mean, the arms named at the end of their lines. */
export function lineChart(options: LineChartOptions): Html {
  const { id, title, xLabel, curves, fromZero } = options;
  const format = options.percent ? (value: number) => percent(value) : significant;
  const drawn = curves.map((curve) => ({ ...curve, mean: thin(smooth(curve.mean, smoothingWindow(curve.mean.length))) }));
  const shown = drawn.flatMap(({ mean, seeds }) => [...mean, ...seeds.flatMap(({ points }) => thin(points))]);
  const [low, high] = domain(
    shown.map(([, value]) => value),
    fromZero,
  );
  const marginTop = 8;
  const marginBottom = 32;
  const marginRight = 10 + 6.2 * Math.max(...drawn.map(({ arm }) => arm.length));
  const plotHeight = height - marginTop - marginBottom;
  const ends = drawn.flatMap(({ arm, index, mean }) => {
    const last = mean.at(-1);
    return last ? [{ arm, index, last, pixel: ((high - last[1]) / (high - low)) * plotHeight }] : [];
  });
  const labels = spread(ends.map(({ pixel }) => pixel));

  return plotSvg(
    { id, title, description: describe(curves, xLabel, format) },
    {
      width,
      height,
      marginLeft: 42,
      marginRight,
      marginTop,
      marginBottom,
      x: {
        label: xLabel,
        labelAnchor: "center",
        labelArrow: "none",
        ticks: 5,
        tickSize: 3,
        tickFormat: (step: number) => fixed(step, Number.isInteger(step) ? 0 : 1),
      },
      y: { label: null, domain: [low, high], ticks: 4, tickSize: 0, tickFormat: (value: number) => tick(value, options.percent) },
      marks: [
        Plot.gridY({ ticks: 4, strokeOpacity: 0.12 }),
        ...drawn.flatMap(({ index, seeds, mean }) => {
          const isOnlyLine = seeds.length === 1 && smoothingWindow(seeds[0]?.points.length ?? 0) === 1;
          const thinLines = isOnlyLine ? [] : seeds.map(({ points }) => line(thin(points), index, 0.75, 0.5));
          const single = mean.length === 1 ? [Plot.dot(mean, { x: "0", y: "1", r: 2.5, fill: armColor(index) })] : [];
          return [...thinLines, line(mean, index, 2, 1), ...single];
        }),
        ...ends.map(({ arm, index, last, pixel }, position) =>
          Plot.text([last], {
            x: "0",
            y: "1",
            text: [arm],
            dx: 5,
            dy: (labels[position] ?? pixel) - pixel,
            textAnchor: "start",
            fill: armColor(index),
            fontWeight: 600,
          }),
        ),
      ],
    },
  );
}

function line(points: readonly Point[], index: number, strokeWidth: number, strokeOpacity: number): Plot.Markish {
  return Plot.line(points, { x: "0", y: "1", stroke: armColor(index), strokeWidth, strokeOpacity });
}

/** The range of the values with a little air; a constant gets room on both sides. */
export function domain(values: readonly number[], fromZero: boolean): [number, number] {
  const low = Math.min(...values, ...(fromZero ? [0] : []));
  const high = Math.max(...values, ...(fromZero ? [0] : []));
  if (low === high)
    return fromZero ? [low, low + 1] : [low - Math.max(1e-6, Math.abs(low) / 10), high + Math.max(1e-6, Math.abs(high) / 10)];
  const air = (high - low) * 0.05;
  return [fromZero && low === 0 ? 0 : low - air, high + air];
}

/** Moves labels apart until none covers another, in their order from top to bottom. */
function spread(pixels: readonly number[]): number[] {
  const order = pixels.map((pixel, index) => ({ pixel, index })).sort((left, right) => left.pixel - right.pixel);
  for (let round = 0; round < 20; round++) {
    for (let index = 1; index < order.length; index++) {
      const above = order[index - 1];
      const below = order[index];
      if (!above || !below) continue;
      const overlap = labelHeight - (below.pixel - above.pixel);
      if (overlap > 0) {
        above.pixel -= overlap / 2;
        below.pixel += overlap / 2;
      }
    }
  }
  const result = [...pixels];
  for (const { pixel, index } of order) result[index] = pixel;
  return result;
}

function tick(value: number, isPercent: boolean): string {
  return isPercent ? `${Number((100 * value).toPrecision(3))}` : `${Number(value.toPrecision(3))}`.replace("-", "−");
}

function describe(curves: readonly ArmCurve[], xLabel: string, format: (value: number) => string): string {
  const sentences = curves.flatMap(({ arm, mean }) => {
    const first = mean[0];
    const last = mean.at(-1);
    return first && last ? [`${arm}: from ${format(first[1])} at ${xLabel} ${first[0]} to ${format(last[1])} at ${last[0]}.`] : [];
  });
  return sentences.join(" ");
}
