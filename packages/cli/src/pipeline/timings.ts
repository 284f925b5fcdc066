import { join } from "node:path";
import { readJsonIfThere } from "../internal/read-json.js";
import { writeJson } from "../internal/write-aside.js";

/** Seconds by stage: `timings.json` of an arm, apart from everything that has to be the same twice. */
export type Timings = Readonly<Record<string, number>>;

/** Reads an arm's timings; empty where it has none yet. */
export async function readTimings(directory: string): Promise<Timings> {
  return ((await readJsonIfThere(join(directory, "timings.json"))) as Timings | undefined) ?? {};
}

/** Adds to a stage's seconds. A stage that was interrupted counts what the last process spent on it. */
export async function addTiming(directory: string, stage: string, seconds: number): Promise<void> {
  const before = await readTimings(directory);
  await writeJson(join(directory, "timings.json"), { ...before, [stage]: Number(((before[stage] ?? 0) + seconds).toFixed(2)) });
}
