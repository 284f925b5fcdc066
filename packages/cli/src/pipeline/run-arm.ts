import { join } from "node:path";
import { BridgeError, type Progress } from "@bridge-rl/spec";
import { createFanOutTracker, createJsonlTracker } from "@bridge-rl/training";
import { lockPatiently } from "../internal/lock-patiently.js";
import { modelOpener } from "../resolve/resolve-model.js";
import { resolveReward } from "../resolve/resolve-reward.js";
import { resolveTask } from "../resolve/resolve-task.js";
import { defaultReward } from "../stages/default-reward.js";
import { stagesOf } from "../stages/default-stages.js";
import { armJobs } from "./arm-jobs.js";
import { runStages } from "./arm-stages.js";
import type { Pipeline } from "./define-pipeline.js";
import { createModelHolder } from "./model-holder.js";
import { openTrackers } from "./open-trackers.js";
import { createStageLog } from "./stage-log.js";
import type { StageContext } from "./stages.js";
import { addTiming } from "./timings.js";

export interface RunArmOptions {
  readonly arm: string;
  readonly seed: number;
  /** The run's directory. */
  readonly directory: string;
  /** Where relative names of the config start. */
  readonly base: string;
  readonly progress: Progress;
  readonly signal: AbortSignal;
}

/**
 * Runs all stages of one arm with one seed, and goes on where an earlier process stopped.
 *
 * @throws BridgeError `cancelled` after the signal; `run-conflict` where another process works on the arm; what the stages throw
 */
export async function runArm({ config }: Pipeline, options: RunArmOptions): Promise<void> {
  const { arm, seed, base, progress, signal } = options;
  const job = armJobs(config).find((one) => one.name === arm && one.seed === seed);
  if (job === undefined) throw new BridgeError("internal", `the config has no arm ${arm} with seed ${seed}`);
  const directory = join(options.directory, job.directory);
  const lock = await lockPatiently(directory);
  const events = createJsonlTracker(join(directory, "events.jsonl"));
  const others = await openTrackers(config, job, directory);
  const tracker = others.trackers.length === 0 ? events : createFanOutTracker([events, ...others.trackers]);
  const models = createModelHolder(modelOpener(config.baseModel, base), config);
  const task = await resolveTask(config.task, base);
  const reward =
    config.reward === undefined
      ? defaultReward(task.problems("grpo", seed) ?? task.problems("in-distribution", seed) ?? {})
      : await resolveReward(config.reward, base);
  const context: StageContext = {
    config,
    arm,
    seed,
    base,
    directory,
    checkpoints: "",
    reward,
    tracker,
    timings: others.timings,
    progress,
    signal,
  };
  const log = createStageLog(directory, tracker, (name, span) => addTiming(directory, name, span));
  let isDone = false;
  try {
    await runStages({ context, task, stages: stagesOf(config), log, models });
    isDone = true;
  } finally {
    await models.close();
    await others.close(isDone ? "FINISHED" : signal.aborted ? "KILLED" : "FAILED");
    await events.close();
    lock.release();
  }
}
