import { relative, resolve } from "node:path";
import { commandLine } from "../internal/command-line.js";
import { watchInterruption } from "../internal/interruption.js";
import { loadPipeline } from "../pipeline/load-pipeline.js";
import { runPipeline } from "../pipeline/run-pipeline.js";
import { createProgressDisplay } from "../terminal/progress-display.js";
import { summaryTable } from "../terminal/summary-table.js";

/** What the flags of `bridge run` come to. */
export interface RunFlags {
  readonly set: readonly string[];
  readonly directory?: string | undefined;
  readonly parallel?: number | undefined;
  readonly json?: true | undefined;
}

/** Runs a config, shows progress on standard error and the result on standard output. */
export async function runCommand(config: string, { set, directory, parallel, json }: RunFlags): Promise<void> {
  const source = { file: resolve(config), set };
  const { pipeline, base } = await loadPipeline(source);
  // A script that wraps this command, such as `npm start`, says by which words it is called itself and how long it took before.
  const command = process.env.BRIDGE_COMMAND ?? commandLine(process.argv.slice(2));
  const setupSeconds = Number(process.env.BRIDGE_SETUP_SECONDS || Number.NaN);
  const display = createProgressDisplay();
  const interruption = watchInterruption(() =>
    display.say("Stopping: each arm finishes its step and saves. Press Ctrl-C again to stop at once."),
  );
  try {
    const result = await runPipeline(pipeline, {
      source,
      base,
      command,
      progress: (arm) => display.job(arm),
      signal: interruption.signal,
      ...(Number.isFinite(setupSeconds) && { setupSeconds }),
      ...(directory !== undefined && { directory }),
      ...(parallel !== undefined && { parallel }),
    });
    display.close();
    if (json) process.stdout.write(`${JSON.stringify({ ...result.summary, report: result.report }, undefined, 2)}\n`);
    else process.stdout.write(`${summaryTable(result.summary)}\nreport: ${relative(process.cwd(), result.report)}\n`);
  } catch (error) {
    display.close();
    throw interruption.explain(error, command);
  } finally {
    interruption.dispose();
  }
}
