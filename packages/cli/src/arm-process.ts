import { BridgeError } from "@bridge-rl/spec";
import { isAbort } from "./internal/interruption.js";
import type { FromArm, ToArm } from "./pipeline/arm-messages.js";
import { loadPipeline } from "./pipeline/load-pipeline.js";
import { runArm } from "./pipeline/run-arm.js";

// The process of one arm, started by `runInProcesses`. It ends when its work ends, or when the process that started it does.
const interruption = new AbortController();
const tell = (message: FromArm) =>
  new Promise<void>((resolve) => (process.connected ? process.send?.(message, () => resolve()) : resolve()));

// Ctrl-C reaches every process of a terminal; the run's process decides what it means and tells this one.
process.on("SIGINT", () => {});
process.on("SIGTERM", () => interruption.abort());
process.on("disconnect", () => process.exit(1));
process.on("message", async (message: ToArm) => {
  if (message.type === "stop") {
    interruption.abort();
    return;
  }
  const { pipeline: source, arm, seed, directory } = message.job;
  const progress = {
    update: throttled((state: Omit<Extract<FromArm, { type: "progress" }>, "type">) => void tell({ type: "progress", ...state })),
  };
  try {
    const { pipeline, base } = await loadPipeline(source);
    await runArm(pipeline, { arm, seed, directory, base, progress, signal: interruption.signal });
    await tell({ type: "done" });
  } catch (error) {
    await tell(failure(error));
  }
  process.exit();
});

/** Passes on at most ten updates a second, and every first and last one of a phase. */
function throttled<State extends { phase: string; done: number; total: number }>(send: (state: State) => void): (state: State) => void {
  let last = Number.NEGATIVE_INFINITY;
  let phase = "";
  return (state) => {
    const now = performance.now();
    if (state.phase === phase && state.done < state.total && now - last < 100) return;
    last = now;
    phase = state.phase;
    send(state);
  };
}

function failure(error: unknown): FromArm {
  if (isAbort(error)) return { type: "failed", message: error instanceof Error ? error.message : "stopped", code: "cancelled" };
  if (BridgeError.isInstance(error)) return { type: "failed", message: error.message, code: error.code };
  if (!(error instanceof Error)) return { type: "failed", message: String(error) };
  return { type: "failed", message: error.message, ...(error.stack !== undefined && { stack: error.stack }) };
}
