import type { Tokenizer } from "@bridge-rl/spec";
import type { TokenMark } from "./behavior-shares.js";

/** Characters of a completion in which a behaviour shows. */
export interface CharacterMark {
  readonly behavior: string;
  /** First character, in UTF-16 units of the completion's text. */
  readonly start: number;
  /** Behind the last character. */
  readonly end: number;
}

/**
 * Turns marks on a completion's text into marks on its tokens. A token belongs to a mark that covers at least half of its characters.
 *
 * The text is that of the ids; nothing is tokenised again. Marks that cover no token are left out.
 */
export function tokenMarks(
  tokenizer: Pick<Tokenizer, "decode">,
  completionIds: ArrayLike<number>,
  marks: readonly CharacterMark[],
): TokenMark[] {
  if (marks.length === 0) return [];
  const offsets = tokenOffsets(tokenizer, completionIds);
  return marks.flatMap(({ behavior, start, end }) => {
    const covered = Array.from(completionIds, (_, token) => {
      const from = offsets[token] as number;
      const to = offsets[token + 1] as number;
      return to > from && 2 * (Math.min(to, end) - Math.max(from, start)) >= to - from;
    });
    const first = covered.indexOf(true);
    return first < 0 ? [] : [{ behavior, start: first, end: covered.lastIndexOf(true) + 1 }];
  });
}

/** Where each token starts in the text of them all, and the end. */
function tokenOffsets(tokenizer: Pick<Tokenizer, "decode">, ids: ArrayLike<number>): number[] {
  const offsets = [0];
  for (let token = 0; token < ids.length; token++) {
    offsets.push((offsets[token] as number) + tokenizer.decode([ids[token] as number]).length);
  }
  const whole = tokenizer.decode(ids).length;
  if (offsets.at(-1) === whole) return offsets;
  // Characters that several tokens share have no length by themselves; prefixes tell, at quadratic cost.
  return Array.from({ length: ids.length + 1 }, (_, token) => Math.min(whole, tokenizer.decode(Array.from(ids).slice(0, token)).length));
}
