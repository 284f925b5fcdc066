import type { TrainingTimings } from "@bridge-rl/training";

/** Sorts the time of a step into parts. Without a clock every part takes 0. */
export interface Stopwatch {
  /** Counts the time of some work for a part. */
  during<Result>(part: string, work: () => Promise<Result>): Promise<Result>;
  /** Milliseconds by part; `overhead` is what belongs to no part. */
  milliseconds(): Record<string, number>;
}

export function createStopwatch(clock: Pick<TrainingTimings, "now"> | undefined): Stopwatch {
  const now = () => clock?.now() ?? 0;
  const parts: Record<string, number> = {};
  const began = now();
  let counted = 0;
  return {
    async during(part, work) {
      const start = now();
      const already = counted;
      try {
        return await work();
      } finally {
        // What parts within this one counted is theirs.
        const took = now() - start - (counted - already);
        parts[part] = (parts[part] ?? 0) + took;
        counted += took;
      }
    },
    milliseconds: () => ({ ...parts, overhead: now() - began - counted }),
  };
}
