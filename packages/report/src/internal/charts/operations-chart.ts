import type { Accuracy } from "../../run-files.js";
import { percent } from "../format.js";
import type { Html } from "../html.js";
import { accuracyLines } from "./accuracy-lines.js";

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
  const [least, most] = domain;
  return accuracyLines({
    ...{ id, title, description: describe(lines), index },
    xAxis: {
      domain: [least - 0.5, most + 0.5],
      label: "operations of a problem",
      ticks: ticks(least, most),
      tickFormat: (value: number) => `${value}`,
    },
    shift: 0.07,
    lines: lines.map(({ isFinal, points }) => ({
      isFinal,
      points: points.map(({ operations, accuracy }) => ({ x: operations, accuracy })),
    })),
  });
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
