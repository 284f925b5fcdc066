import type { Tokenizer } from "@bridge-rl/spec";

/**
 * Makes the test for whether the last token of a completion ends it.
 *
 * A stop text can begin in one token and end in another. Each of its bytes takes at most one token, so only that many need to be decoded.
 */
export function stopDetector(tokenizer: Tokenizer, stop: readonly string[]): (completion: readonly number[]) => boolean {
  const longest = Math.max(0, ...stop.map((text) => Buffer.byteLength(text)));
  return (completion) => {
    if (completion.at(-1) === tokenizer.endOfSequenceId) return true;
    if (stop.length === 0) return false;
    const tail = tokenizer.decode(completion.slice(-longest).filter((id) => id < tokenizer.vocabularySize));
    return stop.some((text) => tail.includes(text));
  };
}
