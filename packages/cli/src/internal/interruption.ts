/** Tells work that somebody wants it to stop. */
export interface Interruption {
  readonly signal: AbortSignal;
  /** The signal that came, if one did. */
  readonly received: () => "SIGINT" | "SIGTERM" | undefined;
  /** Puts the ordinary behaviour of the signals back. */
  dispose(): void;
}

/**
 * Turns the first Ctrl-C or SIGTERM into an abort signal, so that work can save itself; the second one ends the process at once.
 */
export function watchInterruption(options: { onFirst?: () => void } = {}): Interruption {
  const controller = new AbortController();
  let received: "SIGINT" | "SIGTERM" | undefined;
  const handle = (signal: NodeJS.Signals) => {
    if (received !== undefined) process.exit(signal === "SIGTERM" ? 143 : 130);
    received = signal === "SIGTERM" ? "SIGTERM" : "SIGINT";
    options.onFirst?.();
    controller.abort(signal);
  };
  process.on("SIGINT", handle);
  process.on("SIGTERM", handle);
  return {
    signal: controller.signal,
    received: () => received,
    dispose() {
      process.off("SIGINT", handle);
      process.off("SIGTERM", handle);
    },
  };
}
