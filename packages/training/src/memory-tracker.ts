import { BridgeError, type RunEvent, type Tracker, type TrackerPosition } from "@bridge-rl/spec";

/** A tracker whose events can be looked at. */
export interface MemoryTracker extends Tracker {
  readonly events: readonly RunEvent[];
}

/** Keeps events in memory, for tests and for programs that look at their own run. */
export function createMemoryTracker(): MemoryTracker {
  const events: RunEvent[] = [];
  return {
    events,
    log(event) {
      events.push(event);
    },
    async flush() {},
    position: () => events.length,
    async rewind(position: TrackerPosition) {
      if (typeof position !== "number" || position > events.length) {
        throw new BridgeError(
          "invalid-input",
          `this tracker holds ${events.length} events and can't go back to ${JSON.stringify(position)}`,
        );
      }
      events.length = position;
    },
  };
}
