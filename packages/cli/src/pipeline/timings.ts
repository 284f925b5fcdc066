import { join } from "node:path";
import { readJsonIfThere } from "../internal/read-json.js";
import { writeJson } from "../internal/write-aside.js";

/** From when to when, in seconds since 1970. */
export type TimeSpan = readonly [start: number, end: number];

/** When each stage was worked on: `timings.json` of an arm, apart from everything that has to be the same twice. */
export type Timings = Readonly<Record<string, readonly TimeSpan[]>>;

/** Reads an arm's timings; empty where it has none yet. */
export async function readTimings(directory: string): Promise<Timings> {
  return ((await readJsonIfThere(join(directory, "timings.json"))) as Timings | undefined) ?? {};
}

/** Notes that a stage was worked on, besides when it was before. */
export async function addTiming(directory: string, stage: string, span: TimeSpan): Promise<void> {
  const before = await readTimings(directory);
  await writeJson(join(directory, "timings.json"), { ...before, [stage]: [...(before[stage] ?? []), span] });
}

/** Seconds that any of the spans covers: arms that ran side by side count once. */
export function secondsCovered(spans: readonly TimeSpan[]): number {
  let covered = 0;
  let until = Number.NEGATIVE_INFINITY;
  for (const [start, end] of [...spans].sort((one, other) => one[0] - other[0])) {
    covered += Math.max(0, end - Math.max(start, until));
    until = Math.max(until, end);
  }
  return Number(covered.toFixed(2));
}
