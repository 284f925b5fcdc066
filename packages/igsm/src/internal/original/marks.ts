import type { BehaviorMark } from "@bridge-rl/spec";

/** Recognises wrong starts, repeated premises and derivations with intermediate results, sentence by sentence. */
export function detectOriginal(completion: string): BehaviorMark[] {
  const marks: BehaviorMark[] = [];
  for (let start = 0; start < completion.length; ) {
    const stop = completion.indexOf(". ", start);
    const end = stop === -1 ? completion.length : stop;
    const kind = kindOf(completion.slice(start, end));
    if (kind !== undefined) marks.push({ start, end, kind });
    start = end + 2;
  }
  return marks;
}

function kindOf(sentence: string): BehaviorMark["kind"] | undefined {
  if (/ as BACK\.?$/.test(sentence)) return "attempt";
  if (sentence.startsWith("Recall that the number of ")) return "restate";
  return /;.*; so .* = \d+\.?$/.test(sentence) ? "stepwise" : undefined;
}
