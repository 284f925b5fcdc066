import { availableParallelism } from "node:os";
import { resolve } from "node:path";
import type { SummaryFile } from "@bridge-rl/report";
import type { Progress } from "@bridge-rl/spec";
import { lockPatiently } from "../internal/lock-patiently.js";
import { isPlainObject } from "../internal/parse-flags.js";
import { resolveTask } from "../resolve/resolve-task.js";
import { armJobs, jobTitle } from "./arm-jobs.js";
import { checkReferences } from "./check-references.js";
import type { Pipeline } from "./define-pipeline.js";
import { finishRun } from "./finish-run.js";
import type { LoadPipelineOptions } from "./load-pipeline.js";
import { openRun } from "./open-run.js";
import { packageVersions } from "./package-versions.js";
import { plainConfig } from "./plain-config.js";
import { runArm } from "./run-arm.js";
import { runInProcesses } from "./run-in-processes.js";

export interface RunPipelineOptions {
  /** Where the run's files go. @defaultValue the config's `directory`, else `runs/<name>` */
  readonly directory?: string;
  /** Where relative names of the config start. @defaultValue the working directory */
  readonly base?: string;
  /**
   * The file that the pipeline comes from. Arms then run side by side in processes that load it again.
   * @defaultValue none: arms run one after the other in this process
   */
  readonly source?: LoadPipelineOptions;
  /** Arms that run at once, where they have processes of their own. @defaultValue the machine's cores divided by the config's `threads` · `workers` */
  readonly parallel?: number;
  /** Shows how far each arm is. @defaultValue nobody */
  readonly progress?: (arm: string) => Progress;
  /** Stops the run; what was done is saved, and the same call goes on from there. */
  readonly signal?: AbortSignal;
  /** The command that repeats the run, for its report. */
  readonly command?: string;
  /** Seconds that were spent before, to set things up; they count. @defaultValue absent */
  readonly setupSeconds?: number;
}

/** Where a run's files are and what it found. */
export interface RunResult {
  readonly directory: string;
  readonly report: string;
  readonly summary: SummaryFile;
}

/**
 * Runs an experiment: every arm with every seed through all stages, then the summary and the report. A run that was stopped or killed
 * goes on from its last checkpoint and ends with the same events and checkpoints as one that was not.
 *
 * @throws BridgeError `run-conflict` where the directory holds another run or is in use; `cancelled` after the signal; what stages throw
 */
export async function runPipeline(pipeline: Pipeline, options: RunPipelineOptions = {}): Promise<RunResult> {
  const { config } = pipeline;
  const { base = process.cwd(), source, progress = () => silent, signal = new AbortController().signal, command, setupSeconds } = options;
  const directory = resolve(options.directory ?? config.directory ?? `runs/${config.name}`);
  const jobs = armJobs(config);
  const task = await resolveTask(config.task, base);
  await checkReferences(config, task, base);
  const plain = plainConfig(config);
  const lock = await lockPatiently(directory);
  try {
    await openRun(directory, {
      formatVersion: 1,
      name: config.name,
      task: { name: task.name, options: asRecord(plainConfig(task.options)) },
      versions: await packageVersions(),
      config: asRecord(plain),
      arms: jobs,
      seeds: config.seeds ?? [1],
      ...(command !== undefined && { command }),
    });
    const start = performance.now();
    if (source === undefined) {
      for (const job of jobs)
        await runArm(pipeline, { arm: job.name, seed: job.seed, directory, base, progress: progress(jobTitle(job)), signal });
    } else {
      await runInProcesses(
        jobs.map(({ name, seed }) => ({ pipeline: source, arm: name, seed, directory })),
        {
          parallel: options.parallel ?? Math.max(1, Math.floor(availableParallelism() / ((config.threads ?? 1) * (config.workers ?? 1)))),
          progress: ({ arm, seed }) => progress(jobTitle({ name: arm, seed })),
          signal,
        },
      );
    }
    return await finishRun(directory, jobs, { setup: setupSeconds, process: (performance.now() - start) / 1000 });
  } finally {
    lock.release();
  }
}

const silent: Progress = { update() {} };

function asRecord(value: unknown): Readonly<Record<string, unknown>> {
  return isPlainObject(value) ? value : {};
}
