import { BridgeError } from "@bridge-rl/spec";

/** Tells work that somebody wants it to stop. */
export interface Interruption {
  readonly signal: AbortSignal;
  /** What to throw where work failed with an error: that it was stopped and how to resume, or the error itself where it is another one. */
  explain(error: unknown, resume: string): unknown;
  /** Puts the ordinary behaviour of the signals back. */
  dispose(): void;
}

/** Work was stopped by a signal, and what can be resumed is saved. */
export class Interrupted extends Error {
  override name = "Interrupted";
  readonly signal: "SIGINT" | "SIGTERM";

  constructor(signal: "SIGINT" | "SIGTERM", resume: string, cause: unknown) {
    super(`stopped, and what was done is saved. Resume with:\n  ${resume}`, { cause });
    this.signal = signal;
  }
}

/**
 * Turns the first Ctrl-C or SIGTERM into an abort signal, so that work can save itself; the second one ends the process at once.
 *
 * @param onFirst  tells the person that the signal arrived
 */
export function watchInterruption(onFirst: () => void): Interruption {
  const controller = new AbortController();
  let received: "SIGINT" | "SIGTERM" | undefined;
  const handle = (signal: NodeJS.Signals) => {
    if (received !== undefined) process.exit(signal === "SIGTERM" ? 143 : 130);
    received = signal === "SIGTERM" ? "SIGTERM" : "SIGINT";
    onFirst();
    controller.abort();
  };
  process.on("SIGINT", handle);
  process.on("SIGTERM", handle);
  return {
    signal: controller.signal,
    explain: (error, resume) => (received !== undefined && isAbort(error) ? new Interrupted(received, resume, error) : error),
    dispose() {
      process.off("SIGINT", handle);
      process.off("SIGTERM", handle);
    },
  };
}

/** Whether work failed because it was told to stop. */
export function isAbort(error: unknown): boolean {
  if (BridgeError.isInstance(error)) return error.code === "cancelled";
  return error instanceof Error && error.name === "AbortError";
}
