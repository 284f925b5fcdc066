import { join } from "node:path";
import { type RunArm, readRun, type SummaryFile, summarizeEvaluations, writeReport } from "@bridge-rl/report";
import { writeJson } from "../internal/write-aside.js";
import type { RunResult } from "./run-pipeline.js";
import { readTimings, secondsCovered, type TimeSpan } from "./timings.js";

/** How long things took that are not stages of an arm. */
export interface Elapsed {
  /** Before the run, to set things up. */
  readonly setup: number | undefined;
  /** Of the run's process so far. */
  readonly process: number;
}

/** Writes the summary and the report of a run whose arms are done. */
export async function finishRun(directory: string, jobs: readonly RunArm[], { setup, process }: Elapsed): Promise<RunResult> {
  const run = await readRun(directory);
  const spans = await spansByStage(directory, jobs);
  const phases = Object.fromEntries(Object.entries(spans).map(([stage, own]) => [stage, secondsCovered(own)]));
  // A run that was resumed also took what its earlier processes spent on stages.
  const seconds = (setup ?? 0) + Math.max(process, secondsCovered(Object.values(spans).flat()));
  const summary: SummaryFile = {
    seconds: Number(seconds.toFixed(2)),
    phases: setup === undefined ? phases : { setup, ...phases },
    ...summarizeEvaluations(run.arms),
  };
  await writeJson(join(directory, "summary.json"), summary);
  const report = join(directory, "report.html");
  await writeReport(directory, { output: report });
  return { directory, report, summary };
}

/** When each stage was worked on, over all arms. */
async function spansByStage(directory: string, jobs: readonly RunArm[]): Promise<Record<string, TimeSpan[]>> {
  const spans: Record<string, TimeSpan[]> = {};
  for (const job of jobs) {
    for (const [stage, own] of Object.entries(await readTimings(join(directory, job.directory)))) {
      spans[stage] = [...(spans[stage] ?? []), ...own];
    }
  }
  return spans;
}
