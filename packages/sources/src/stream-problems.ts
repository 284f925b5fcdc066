import { setImmediate } from "node:timers/promises";
import { BridgeError, type Problem, type ProblemSource } from "@bridge-rl/spec";

export interface StreamOptions {
  /** @defaultValue 0 */
  readonly start?: number;
  /** @defaultValue endless */
  readonly count?: number;
  /** Problems made before others get their turn on this thread. @defaultValue 64 */
  readonly batch?: number;
  readonly signal?: AbortSignal;
}

/**
 * Streams problems for `for await`: at constant memory, without holding up the thread, and until it is told to stop.
 *
 * @throws BridgeError `cancelled` once the signal is aborted
 */
export async function* streamProblems(source: ProblemSource, options: StreamOptions = {}): AsyncGenerator<Problem, void, undefined> {
  const { start, count, batch = 64, signal } = options;
  let made = 0;
  for (const problem of source.problems({ ...(start === undefined ? {} : { start }), ...(count === undefined ? {} : { count }) })) {
    if (made++ % batch === 0) await setImmediate();
    if (signal?.aborted) throw new BridgeError("cancelled", `the stream of ${source.name} was stopped`, { cause: signal.reason });
    yield problem;
  }
}
