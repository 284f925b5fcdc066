import { percent } from "../format.js";
import type { Html } from "../html.js";
import { type AccuracyLine, accuracyLines } from "./accuracy-lines.js";

export interface XyChartOptions {
  readonly id: string;
  readonly title: string;
  readonly index: number;
  readonly xLabel: string;
  readonly lines: readonly (AccuracyLine & { readonly stage: string })[];
}

/** Draws accuracies with their intervals over a number that arms differ in. */
export function xyChart({ id, title, index, xLabel, lines }: XyChartOptions): Html {
  const values = [...new Set(lines.flatMap(({ points }) => points.map(({ x }) => x)))].sort((a, b) => a - b);
  const [least = 0, most = 1] = [values[0], values.at(-1)];
  const span = most - least || 1;
  const description = lines
    .map(({ stage, points }) => `${stage}: ${points.map(({ x, accuracy }) => `${x} ${percent(accuracy.accuracy, 0)}`).join(", ")}.`)
    .join(" ");
  return accuracyLines({
    ...{ id, title, description, index },
    xAxis: {
      domain: [least - span * 0.08, most + span * 0.08],
      label: xLabel,
      ticks: values.length <= 8 ? values : 6,
      tickFormat: (value: number) => `${Number(value.toPrecision(3))}`,
    },
    shift: 0.008 * span,
    lines,
  });
}
