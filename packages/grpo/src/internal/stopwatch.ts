import type { TrainingTimings } from "@bridge-rl/training";

/** Sorts the time of a step into parts. Without a clock every part takes 0. */
export interface Stopwatch {
  /** Counts the time since the last lap, without what `during` counted, for a part. */
  lap(part: string): void;
  /** Counts the time of some work for a part. */
  during<Result>(part: string, work: () => Promise<Result>): Promise<Result>;
  milliseconds(): Record<string, number>;
}

export function createStopwatch(clock: Pick<TrainingTimings, "now"> | undefined): Stopwatch {
  const now = () => clock?.now() ?? 0;
  const parts: Record<string, number> = {};
  let last = now();
  const add = (part: string, time: number) => {
    parts[part] = (parts[part] ?? 0) + time;
  };
  return {
    lap(part) {
      add(part, now() - last);
      last = now();
    },
    async during(part, work) {
      const began = now();
      const result = await work();
      const took = now() - began;
      add(part, took);
      last += took;
      return result;
    },
    milliseconds: () => parts,
  };
}
