import { BridgeError, type Tracker } from "@bridge-rl/spec";

/** Passes every event on to several trackers. Its position holds one for each of them, in their order. */
export function createFanOutTracker(trackers: readonly Tracker[]): Tracker {
  return {
    async log(event) {
      for (const tracker of trackers) await tracker.log(event);
    },
    async flush() {
      for (const tracker of trackers) await tracker.flush();
    },
    position: () => trackers.map((tracker) => tracker.position()),
    async rewind(position) {
      if (typeof position === "number" || position.length !== trackers.length) {
        throw new BridgeError(
          "invalid-input",
          `the position ${JSON.stringify(position)} was not made by ${trackers.length} trackers; resume with the trackers the run began with`,
        );
      }
      for (const [index, tracker] of trackers.entries()) await tracker.rewind(position[index] as number);
    },
  };
}
