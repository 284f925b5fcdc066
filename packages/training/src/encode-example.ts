import type { Span, Tokenizer, TrainingRow } from "@bridge-rl/spec";

/** A prompt and its completion as ids, with the characters of the completion that each id covers. */
export interface EncodedExample extends TrainingRow {
  /** `completionOffsets[i]` is the first character of token i in the completion; the end-of-sequence token covers none. `[tokens + 1]` */
  readonly completionOffsets: Int32Array;
}

/** Ids of a prompt, as SFT and rollouts both use them: nothing is added, so both end at the same token boundary. */
export function encodePrompt(tokenizer: Tokenizer, prompt: string): Int32Array {
  return tokenizer.encode(prompt);
}

/**
 * Ids of a prompt and of its completion with the end-of-sequence token, which a completion that was sampled may bring along.
 *
 * The two texts are tokenised apart. Tokenised together, a token could cross the boundary, and rollouts would then start from a
 * prompt ending that training never showed.
 */
export function encodeExample(tokenizer: Tokenizer, prompt: string, completion: string): EncodedExample {
  const { ids, offsets } = tokenizer.encodeWithOffsets(completion);
  const length = ids.at(-1) === tokenizer.endOfSequenceId ? ids.length : ids.length + 1;
  const completionIds = new Int32Array(length).fill(tokenizer.endOfSequenceId);
  completionIds.set(ids);
  const completionOffsets = new Int32Array(length + 1).fill(completion.length);
  completionOffsets.set(offsets.subarray(0, ids.length));
  return { promptIds: encodePrompt(tokenizer, prompt), completionIds, completionOffsets };
}

/**
 * Tells which span each token of a completion belongs to: the one it shares most characters with, the earlier of two equal ones.
 *
 * @param offsets  `[tokens + 1]`, as `encodeExample` gives them
 * @param spans    in the order of the text
 * @returns per token the position of its span in `spans`, or −1
 */
export function spanOfTokens(offsets: Int32Array, spans: readonly Span[]): Int32Array {
  const result = new Int32Array(offsets.length - 1).fill(-1);
  let first = 0;
  for (let token = 0; token < result.length; token++) {
    const start = offsets[token] as number;
    const end = offsets[token + 1] as number;
    while (first < spans.length && (spans[first] as Span).end <= start) first++;
    let most = 0;
    for (let index = first; index < spans.length && (spans[index] as Span).start < end; index++) {
      const span = spans[index] as Span;
      const shared = Math.min(end, span.end) - Math.max(start, span.start);
      if (shared > most) {
        most = shared;
        result[token] = index;
      }
    }
  }
  return result;
}
