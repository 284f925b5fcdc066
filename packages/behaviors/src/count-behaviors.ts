import type { Demonstration } from "@bridge-rl/spec";

/** What one behaviour wrote. */
export interface BehaviorCount {
  /** Demonstrations in which it wrote anything. */
  readonly demonstrations: number;
  readonly spans: number;
  /** In UTF-16 units. */
  readonly characters: number;
}

export interface BehaviorCounts {
  readonly demonstrations: number;
  /** Of all completions. */
  readonly characters: number;
  /** Steps of the plain solution that no behaviour touched. */
  readonly plain: BehaviorCount;
  /** By behaviour name, in the order of first appearance. */
  readonly behaviors: Readonly<Record<string, BehaviorCount>>;
}

/** Counts by behaviour the spans and characters that it wrote. */
export function countBehaviors(demonstrations: Iterable<Demonstration>): BehaviorCounts {
  const plain = emptyCount();
  const behaviors: Record<string, ReturnType<typeof emptyCount>> = {};
  let total = 0;
  let characters = 0;
  for (const { completion, spans } of demonstrations) {
    total++;
    characters += completion.length;
    const seen = new Set<ReturnType<typeof emptyCount>>();
    for (const { behavior, start, end } of spans) {
      const count = behavior === undefined ? plain : (behaviors[behavior] ?? emptyCount());
      if (behavior !== undefined) behaviors[behavior] = count;
      count.spans++;
      count.characters += end - start;
      seen.add(count);
    }
    for (const count of seen) count.demonstrations++;
  }
  return { demonstrations: total, characters, plain, behaviors };
}

function emptyCount(): { demonstrations: number; spans: number; characters: number } {
  return { demonstrations: 0, spans: 0, characters: 0 };
}
