import type { RunEvent, Tracker } from "@bridge-rl/spec";

export interface ConsoleTrackerOptions {
  /** Metrics to show, in this order; those an event lacks are left out. @defaultValue every metric of the event */
  readonly metrics?: readonly string[];
  /** Shows the steps divisible by this number. @defaultValue 1 */
  readonly every?: number;
  /** Receives each line. @defaultValue console.log */
  readonly write?: (line: string) => void;
}

/** Prints one line an event: `grpo 12  reward 0.42  grad_norm 1.3`. It remembers nothing, so rewinding it does nothing. */
export function createConsoleTracker(options: ConsoleTrackerOptions = {}): Tracker {
  const { metrics, every = 1, write = console.log } = options;
  return {
    log(event: RunEvent) {
      if (event.step % every !== 0) return;
      const names = metrics ?? Object.keys(event.metrics);
      const shown = names.filter((name) => typeof event.metrics[name] === "number");
      write([`${event.phase} ${event.step}`, ...shown.map((name) => `${name} ${short(event.metrics[name] as number)}`)].join("  "));
    },
    async flush() {},
    position: () => 0,
    async rewind() {},
  };
}

function short(value: number): string {
  return Number.isInteger(value) ? String(value) : String(Number(value.toPrecision(4)));
}
