import { BridgeError, type Value } from "@bridge-rl/spec";

/** What a policy reaches that always says the same. */
export interface ConstantBaseline {
  /** The most frequent answer; of equally frequent ones, the one seen first. */
  readonly answer: Value;
  /** The share of problems that have it. */
  readonly accuracy: number;
  readonly count: number;
}

/**
 * Finds the best constant answer to problems. Any accuracy should be read next to it: 27 % of the paper's in-distribution test answers
 * are 0.
 *
 * @param problems  problems, demonstrations, or anything else that has an answer
 * @throws BridgeError `invalid-input` where there are none
 */
export function constantBaseline(problems: Iterable<{ readonly answer: Value }>): ConstantBaseline {
  const counts = new Map<Value, number>();
  let count = 0;
  for (const { answer } of problems) {
    counts.set(answer, (counts.get(answer) ?? 0) + 1);
    count++;
  }
  let best: [Value, number] | undefined;
  for (const entry of counts) if (best === undefined || entry[1] > best[1]) best = entry;
  if (best === undefined) throw new BridgeError("invalid-input", "no problems to find a constant answer for; pass at least one");
  return { answer: best[0], accuracy: best[1] / count, count };
}
