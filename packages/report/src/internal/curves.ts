import type { ArmRun } from "../read-run.js";
import { armNames } from "./arms.js";

/** A step and what was measured there. */
export type Point = readonly [step: number, value: number];

/** One metric of one arm over the steps of a phase. */
export interface ArmCurve {
  readonly arm: string;
  /** Position among the arms of the run, which decides its colour. */
  readonly index: number;
  readonly seeds: readonly { readonly seed: number; readonly points: readonly Point[] }[];
  /** At the steps that every seed has. */
  readonly mean: readonly Point[];
}

/** More points than pixels help nobody. */
const maximumPoints = 240;

/** Collects a metric of a phase from every arm that has it. Where a step was logged twice, as after a resume, the later value counts. */
export function metricCurves(arms: readonly ArmRun[], phase: string, metric: string): ArmCurve[] {
  return armNames(arms).flatMap((arm, index) => {
    const seeds = arms
      .filter((candidate) => candidate.name === arm)
      .map(({ seed, events }) => {
        const values = new Map<number, number>();
        for (const event of events) {
          const value = event.phase === phase ? event.metrics[metric] : undefined;
          if (typeof value === "number") values.set(event.step, value);
        }
        return { seed, points: [...values].sort(([left], [right]) => left - right) };
      })
      .filter(({ points }) => points.length > 0);
    return seeds.length === 0 ? [] : [{ arm, index, seeds, mean: meanOfSeeds(seeds.map(({ points }) => points)) }];
  });
}

/** The names of a phase's metrics that pass a test, over all arms, in the order of first use. */
export function metricNames(arms: readonly ArmRun[], phase: string, matches: (name: string) => boolean): string[] {
  const names = new Set<string>();
  for (const { events } of arms) {
    for (const event of events) {
      if (event.phase === phase) for (const name of Object.keys(event.metrics)) if (matches(name)) names.add(name);
    }
  }
  return [...names];
}

function meanOfSeeds(seeds: readonly (readonly Point[])[]): Point[] {
  const [first = [], ...others] = seeds;
  const lookups = others.map((points) => new Map(points));
  return first.flatMap(([step, value]) => {
    const values = lookups.flatMap((lookup) => lookup.get(step) ?? []);
    if (values.length < lookups.length) return [];
    return [[step, values.reduce((total, other) => total + other, value) / (values.length + 1)] as const];
  });
}

/** How many neighbouring points a drawn mean averages: 1 for short curves, about a fifteenth of long ones. Always odd. */
export function smoothingWindow(length: number): number {
  return length < 30 ? 1 : 2 * Math.round(length / 30) + 1;
}

/** A centred moving average; near the ends the window shrinks on both sides, so that nothing is shifted. */
export function smooth(points: readonly Point[], window: number): Point[] {
  const reach = (window - 1) / 2;
  return points.map(([step], index) => {
    const side = Math.min(reach, index, points.length - 1 - index);
    const near = points.slice(index - side, index + side + 1);
    return [step, near.reduce((total, [, value]) => total + value, 0) / near.length];
  });
}

/** Averages runs of neighbouring points where there are more than can be seen. */
export function thin(points: readonly Point[]): Point[] {
  const size = Math.ceil(points.length / maximumPoints);
  if (size <= 1) return [...points];
  const result: Point[] = [];
  for (let start = 0; start < points.length; start += size) {
    const near = points.slice(start, start + size);
    const sum = near.reduce(([steps, values], [step, value]) => [steps + step, values + value] as const, [0, 0] as const);
    result.push([sum[0] / near.length, sum[1] / near.length]);
  }
  return result;
}

/** At most so many points, evenly spread, the first and the last among them. */
export function evenly<T>(items: readonly T[], maximum: number): T[] {
  if (items.length <= maximum) return [...items];
  return Array.from({ length: maximum }, (_, index) => items[Math.round((index * (items.length - 1)) / (maximum - 1))] as T);
}
