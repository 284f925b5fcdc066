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
  /** Times go to those of the config's `trackers` alone. */
  readonly timings: TrainingTimings | undefined;
  close(): Promise<void>;
}

/** Opens what a config's `tracker` and `trackers` ask for. */
export async function openTrackers(config: PipelineConfig, job: RunArm, directory: string): Promise<OpenTrackers> {
  const { console: prints = false, tensorboard = false, mlflow } = config.trackers ?? {};
  const now = () => Date.now();
  const own = config.tracker?.(job);
  const files = tensorboard ? createTensorboardTracker(join(directory, "tensorboard"), { now }) : undefined;
  // Times would count as events of a run; they have a run of their own on the server, and a folder of their own in TensorBoard.
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
    async close() {
      await timings?.flush();
      await files?.close();
      await times?.close();
      await server?.close();
    },
  };
}
