import { fork } from "node:child_process";
import { fileURLToPath } from "node:url";
import { BridgeError, type Progress } from "@bridge-rl/spec";
import type { ArmJob, FromArm, ToArm } from "./arm-messages.js";

export interface RunInProcessesOptions {
  /** How many arms run at once. */
  readonly parallel: number;
  readonly progress: (job: ArmJob) => Progress;
  readonly signal: AbortSignal;
}

/**
 * Runs each job in a process of its own, a few at a time. Where one fails or the signal aborts, the others are told to save and stop.
 *
 * @throws the first failure; BridgeError `cancelled` where the signal stopped them
 */
export async function runInProcesses(jobs: readonly ArmJob[], options: RunInProcessesOptions): Promise<void> {
  const { parallel, progress, signal } = options;
  const stop = new AbortController();
  const stopAll = () => stop.abort();
  signal.addEventListener("abort", stopAll, { once: true });
  if (signal.aborted) stopAll();
  const queue = [...jobs];
  const failures: unknown[] = [];
  const work = async () => {
    for (let job = queue.shift(); job !== undefined && !stop.signal.aborted; job = queue.shift()) {
      await runProcess(job, progress(job), stop.signal).catch((error: unknown) => {
        failures.push(error);
        stopAll();
      });
    }
  };
  await Promise.all(Array.from({ length: Math.min(parallel, jobs.length) }, work));
  signal.removeEventListener("abort", stopAll);
  // Those that were stopped because another one failed report `cancelled`; the reason is the other one.
  const reason = failures.find((error) => !isCancelled(error)) ?? failures[0];
  if (reason !== undefined) throw reason;
  if (signal.aborted) throw new BridgeError("cancelled", "the run was stopped before every arm began");
}

function runProcess(job: ArmJob, progress: Progress, stop: AbortSignal): Promise<void> {
  return new Promise((resolve, reject) => {
    const child = fork(fileURLToPath(import.meta.resolve("bridge-rl/arm-process")), [], { stdio: ["ignore", "inherit", "inherit", "ipc"] });
    const tell = (message: ToArm) => child.connected && child.send(message);
    const onStop = () => tell({ type: "stop" });
    let outcome: FromArm | undefined;
    stop.addEventListener("abort", onStop, { once: true });
    child.on("message", (message: FromArm) => {
      if (message.type === "progress") progress.update(message);
      else outcome = message;
    });
    child.on("error", reject);
    child.on("close", (code, killedBy) => {
      stop.removeEventListener("abort", onStop);
      if (outcome?.type === "done") resolve();
      else if (outcome?.type === "failed") reject(errorOf(outcome));
      else {
        const end = killedBy === null ? `exited with ${code}` : `was ended by ${killedBy}`;
        reject(new BridgeError("internal", `the process of ${job.arm}, seed ${job.seed}, ${end} without a word; run it again to resume`));
      }
    });
    tell({ type: "start", job });
  });
}

function errorOf({ code, message, stack }: Extract<FromArm, { type: "failed" }>): Error {
  if (code !== undefined) return new BridgeError(code, message);
  const error = new Error(message);
  if (stack !== undefined) error.stack = stack;
  return error;
}

function isCancelled(error: unknown): boolean {
  return BridgeError.isInstance(error) && error.code === "cancelled";
}
