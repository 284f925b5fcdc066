import type { RunEvent, Tracker } from "@bridge-rl/spec";
import { createMemoryTracker } from "@bridge-rl/training";

/** A tracker that keeps what it gets, with a look at it. */
export function memoryTracker(): { tracker: Tracker; events: readonly RunEvent[] } {
  const tracker = createMemoryTracker();
  return { tracker, events: tracker.events };
}
