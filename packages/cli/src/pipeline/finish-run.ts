import { join } from "node:path";
import { type RunArm, readRun, type SummaryFile, summarizeEvaluations, writeReport } from "@bridge-rl/report";
import { writeJson } from "../internal/write-aside.js";
import type { RunResult } from "./run-pipeline.js";
import { readTimings } from "./timings.js";

/** Writes the summary and the report of a run whose arms are done. */
export async function finishRun(directory: string, jobs: readonly RunArm[], seconds: number): Promise<RunResult> {
  const run = await readRun(directory);
  const phases = await secondsByPhase(directory, jobs);
  const summary: SummaryFile = { seconds: Number(seconds.toFixed(2)), phases, ...summarizeEvaluations(run.arms) };
  await writeJson(join(directory, "summary.json"), summary);
  const report = join(directory, "report.html");
  await writeReport(directory, { output: report });
  return { directory, report, summary };
}

/** Seconds of each stage, summed over arms, which ran side by side. */
async function secondsByPhase(directory: string, jobs: readonly RunArm[]): Promise<Record<string, number>> {
  const sums: Record<string, number> = {};
  for (const job of jobs) {
    for (const [stage, seconds] of Object.entries(await readTimings(join(directory, job.directory)))) {
      sums[stage] = Number(((sums[stage] ?? 0) + seconds).toFixed(2));
    }
  }
  return sums;
}
