import { access, readdir, rename, rm } from "node:fs/promises";
import { join } from "node:path";
import type { LoraOptions } from "@bridge-rl/models";
import type { ProviderName } from "@bridge-rl/runtime-onnx";
import { BridgeError, type Progress, type Tracker } from "@bridge-rl/spec";
import {
  type CheckpointStore,
  createCheckpointStore,
  createJsonlTracker,
  type LearningRateSchedule,
  lockDirectory,
} from "@bridge-rl/training";
import { commandLine } from "../internal/command-line.js";
import { watchInterruption } from "../internal/interruption.js";
import type { OpenModel } from "../pipeline/pipeline-config.js";
import { openModel, type SaveDtype } from "../resolve/open-model.js";
import { resolveModelDirectory } from "../resolve/resolve-model.js";
import { createProgressDisplay } from "../terminal/progress-display.js";

export interface TrainingFolderOptions {
  readonly model: string;
  readonly output: string;
  readonly threads: number;
  /** @defaultValue 1 */
  readonly workers?: number;
  readonly provider: ProviderName;
  /** Trains adapters. @defaultValue none */
  readonly lora?: LoraOptions | undefined;
  /** How the trained weights are stored; checkpoints keep every bit. @defaultValue "float32" */
  readonly saveDtype?: SaveDtype;
}

/** What a training command gives its trainer. */
export interface TrainingTools {
  readonly model: OpenModel;
  readonly tracker: Tracker;
  readonly store: CheckpointStore;
  readonly progress: Progress;
  readonly signal: AbortSignal;
}

/**
 * Trains a model into a folder: `events.jsonl` and `checkpoints/` as it goes, the model's own files once it is done.
 *
 * @throws BridgeError `run-conflict` where the folder is in use; `Interrupted` after Ctrl-C, saved
 */
export async function trainIntoFolder(options: TrainingFolderOptions, train: (tools: TrainingTools) => Promise<void>): Promise<void> {
  const { output, threads, workers = 1, provider, lora } = options;
  const base = await resolveModelDirectory(options.model, process.cwd());
  const display = createProgressDisplay();
  const interruption = watchInterruption(() =>
    display.say("Stopping after this step, with a checkpoint. Press Ctrl-C again to stop at once."),
  );
  const lock = lockDirectory(output);
  const tracker = createJsonlTracker(join(output, "events.jsonl"));
  const store = createCheckpointStore(join(output, "checkpoints"), { keep: 1 });
  const model = await openModel(base, threads, { training: true, provider, workers, ...(lora && { lora }) });
  try {
    await train({ model, tracker, store, progress: display.job(""), signal: interruption.signal });
    await moveInto(output, (aside) => model.save(aside, options.saveDtype));
    display.close();
    process.stdout.write(`model: ${output}\n`);
  } catch (error) {
    display.close();
    throw interruption.explain(error, commandLine(process.argv.slice(2)));
  } finally {
    await model.policy.dispose();
    store.close();
    await tracker.close();
    lock.release();
    interruption.dispose();
  }
}

/** Puts a model's files into a folder that holds others too; `config.json`, which makes it a model, comes last. */
async function moveInto(folder: string, save: (aside: string) => Promise<void>): Promise<void> {
  const aside = join(folder, ".model");
  await save(aside);
  const names = (await readdir(aside)).sort((one, other) => Number(one === "config.json") - Number(other === "config.json"));
  for (const name of names) await rename(join(aside, name), join(folder, name));
  await rm(aside, { recursive: true });
}

/** The learning rate that flags describe. @throws BridgeError `invalid-option` for another schedule */
export function scheduleOf(flags: { learningRate: number; schedule: string; warmup: number }): LearningRateSchedule {
  const { learningRate: peak, schedule: kind, warmup: warmupSteps } = flags;
  if (kind !== "constant" && kind !== "linear" && kind !== "cosine") {
    throw new BridgeError("invalid-option", `--schedule ${kind} does not exist; there are constant, linear and cosine`);
  }
  return { kind, peak, warmupSteps };
}

/** Refuses an output that is a trained model already. */
export async function refuseFinished(output: string): Promise<void> {
  const finished = await access(join(output, "config.json")).then(
    () => true,
    () => false,
  );
  if (finished) throw new BridgeError("run-conflict", `${output} holds a trained model already; pass another --output, or remove it`);
}
