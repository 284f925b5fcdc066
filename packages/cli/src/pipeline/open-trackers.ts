import { join } from "node:path";
import type { RunArm } from "@bridge-rl/report";
import type { Tracker } from "@bridge-rl/spec";
import {
  createConsoleTracker,
  createFanOutTracker,
  createMlflowTracker,
  createTensorboardTracker,
  type TrainingTimings,
  trackTimings,
} from "@bridge-rl/training";
import type { PipelineConfig } from "./pipeline-config.js";

/** The receivers of an arm's events besides `events.jsonl`. */
export interface OpenTrackers {
  readonly trackers: readonly Tracker[];
  /** Times go to the console and to TensorBoard alone. */
  readonly timings: TrainingTimings | undefined;
  /** @param outcome  what a server is told: the arm is done, it failed, or somebody stopped it */
  close(outcome: "FINISHED" | "FAILED" | "KILLED"): Promise<void>;
}

/** Opens what a config's `tracker` and `trackers` ask for. */
export async function openTrackers(config: PipelineConfig, job: RunArm, directory: string): Promise<OpenTrackers> {
  const { console: prints = false, tensorboard = false, mlflow } = config.trackers ?? {};
  const now = () => Date.now();
  const own = config.tracker?.(job);
  const files = tensorboard ? createTensorboardTracker(join(directory, "tensorboard"), { now }) : undefined;
  // Times would count as events of the run, and differ each time; so they have a folder of their own.
  const times = tensorboard ? createTensorboardTracker(join(directory, "tensorboard", "times"), { now }) : undefined;
  const server = mlflow && (await createMlflowTracker({ ...mlflow, run: `${config.name}/${job.name}-seed${job.seed}`, now }));
  const line = prints
    ? createConsoleTracker({ write: (text) => process.stderr.write(`${job.name}-seed${job.seed}  ${text}\n`) })
    : undefined;
  const trackers = [own, files, server, line].filter((tracker) => tracker !== undefined);
  const timed = [times, line].filter((tracker) => tracker !== undefined);
  const timings = timed.length === 0 ? undefined : trackTimings(createFanOutTracker(timed), () => performance.now());
  return {
    trackers,
    timings,
    async close(outcome) {
      await timings?.flush();
      await files?.close();
      await times?.close();
      await server?.close(outcome);
    },
  };
}
