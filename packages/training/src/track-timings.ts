import type { Tracker } from "@bridge-rl/spec";
import type { TrainingTimings } from "./training-loop.js";

/**
 * Passes on to a tracker how long the parts of each step took: `timing_s/<part>`, `step_time` (TRL's name), `tokens_per_second/<part>`.
 *
 * Give it a tracker apart from the one that events.jsonl is written by: times differ between two equal runs.
 *
 * @param now  the clock, in milliseconds: `() => performance.now()`
 */
export function trackTimings(
  tracker: Tracker,
  now: () => number,
): TrainingTimings & { /** Waits for what was logged. */ flush(): Promise<void> } {
  let logging: Promise<void> = Promise.resolve();
  return {
    now,
    report({ phase, step, milliseconds, tokens }) {
      const total = Object.values(milliseconds).reduce((sum, part) => sum + part, 0);
      const metrics: Record<string, number> = { step_time: total / 1000 };
      for (const [part, time] of Object.entries(milliseconds)) metrics[`timing_s/${part}`] = time / 1000;
      for (const [part, count] of Object.entries(tokens)) {
        const time = milliseconds[part] ?? total;
        if (time > 0) metrics[`tokens_per_second/${part}`] = (1000 * count) / time;
      }
      logging = logging.then(() => tracker.log({ phase, step, metrics }));
    },
    async flush() {
      await logging;
      await tracker.flush();
    },
  };
}
