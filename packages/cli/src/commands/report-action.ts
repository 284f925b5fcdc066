import { mergeRuns, readRun, summarizeEvaluations, watchReport, writeReport } from "@bridge-rl/report";
import { BridgeError } from "@bridge-rl/spec";
import { watchInterruption } from "../internal/interruption.js";

/** What the flags of `bridge report` come to. */
export interface ReportFlags {
  readonly output?: string | undefined;
  readonly watch?: true | undefined;
  readonly interval: number;
  readonly json?: true | undefined;
}

/** Writes a report, once or again and again. */
export async function reportCommand(runs: readonly string[], { output, watch, interval, json }: ReportFlags): Promise<void> {
  const options = output === undefined ? {} : { output };
  if (watch) {
    const [run, ...others] = runs;
    if (run === undefined || others.length > 0 || json) {
      throw new BridgeError("invalid-option", "--watch follows one run and writes a page for people; leave the others and --json out");
    }
    const interruption = watchInterruption(() => {});
    let written = false;
    try {
      await watchReport(run, {
        ...options,
        interval,
        signal: interruption.signal,
        onWrite: (path) => {
          if (!written) process.stdout.write(`report: ${path}\n`);
          written = true;
        },
        onProblem: (error) => process.stderr.write(`${error.message}\n`),
      });
    } finally {
      interruption.dispose();
    }
    return;
  }
  const report = await writeReport(runs, options);
  if (!json) {
    process.stdout.write(`report: ${report}\n`);
    return;
  }
  const { arms, file } = mergeRuns(await Promise.all(runs.map(readRun)));
  process.stdout.write(`${JSON.stringify({ name: file.name, ...summarizeEvaluations(arms), report }, undefined, 2)}\n`);
}
