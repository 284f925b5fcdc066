import { BridgeError } from "@bridge-rl/spec";
import { byteCharacters } from "./internal/byte-alphabet.js";
import { learnMerges } from "./internal/byte-pair-merges.js";
import { gpt2Pattern, splitBySteps, splitStep } from "./internal/pre-tokenization.js";
import type { TokenizerFiles } from "./tokenizer.js";

/**
 * Where text is cut before merging; no token crosses a cut.
 *
 * - `separate`: runs of letters, runs of digits, and every other character by itself, blanks included: `K=m+T` is five pieces, and a name is
 *   the same token whether or not a blank precedes it.
 * - `words`: as `separate`, but a word takes the blank before it, so prose needs about half the tokens.
 * - `gpt2`: GPT-2's pattern.
 */
export type SplitPattern = "separate" | "words" | "gpt2" | { readonly regularExpression: string };

export interface TrainTokenizerOptions {
  /** Read once, in order. */
  readonly texts: Iterable<string>;
  /** Number of ids in the end: special tokens, alphabet and merges together. Fewer where the texts hold no more pairs. */
  readonly vocabularySize: number;
  /** Further tokens that are never split, with ids right behind padding and end of sequence. @defaultValue none */
  readonly specialTokens?: readonly string[];
  /** @defaultValue "<|end|>" */
  readonly endOfSequence?: string;
  /** @defaultValue "<|pad|>" */
  readonly pad?: string;
  /** @defaultValue "separate" */
  readonly pattern?: SplitPattern;
  /** `bytes` can encode any text; `seen` knows the bytes of the texts alone, for tiny vocabularies. @defaultValue "bytes" */
  readonly alphabet?: "bytes" | "seen";
  /** Pairs that are rarer than this stay apart. @defaultValue 2 */
  readonly minimumFrequency?: number;
}

/** The regular expressions of the named patterns; each matches every character, so nothing is left between matches. */
export const splitPatterns: Readonly<Record<Extract<SplitPattern, string>, string>> = {
  separate: "[\\p{L}\\p{M}]+|\\p{N}+|[^\\p{L}\\p{M}\\p{N}]",
  words: " ?[\\p{L}\\p{M}]+|\\p{N}+|\\s+(?!\\S)|\\s|[^\\s\\p{L}\\p{M}\\p{N}]",
  gpt2: gpt2Pattern,
};

/**
 * Learns a byte-level byte-pair encoding and returns the files of a Hugging Face tokenizer.
 *
 * Ids go to padding, end of sequence, other special tokens, the alphabet, and the merges in the order they were learned. Equal
 * texts give equal files. The merges are those of Hugging Face's own trainer.
 *
 * @throws BridgeError `invalid-option` where the vocabulary is too small for special tokens and alphabet, or a special token is repeated
 */
export function trainTokenizer(options: TrainTokenizerOptions): TokenizerFiles {
  const { texts, vocabularySize, pattern = "separate", alphabet = "bytes", minimumFrequency = 2 } = options;
  const { endOfSequence = "<|end|>", pad = "<|pad|>", specialTokens = [] } = options;
  const special = [pad, endOfSequence, ...specialTokens];
  checkSpecialTokens(special);

  const source = typeof pattern === "string" ? splitPatterns[pattern] : pattern.regularExpression;
  const pieces = countPieces(texts, splitBySteps([splitStep(source)]), special);
  const characters = byteCharacters();
  const bytes = alphabet === "bytes" ? Array.from({ length: 256 }, (_, byte) => byte) : seenBytes(pieces.keys());
  const letters = bytes.map((byte) => characters[byte] as string).sort();
  const tokens = [...special, ...letters];
  if (vocabularySize < tokens.length) {
    throw new BridgeError(
      "invalid-option",
      `a vocabulary of ${vocabularySize} has no room for ${special.length} special tokens and ${letters.length} bytes; ` +
        `ask for more than ${tokens.length}${alphabet === "bytes" ? ', or use alphabet: "seen"' : ""}`,
    );
  }

  const ids = new Map(tokens.map((token, id) => [token, id]));
  const words = [...pieces].map(([piece, count]) => ({
    symbols: Array.from(new TextEncoder().encode(piece), (byte) => ids.get(characters[byte] as string) as number),
    count,
  }));
  const merges = learnMerges(
    words,
    ({ left, right }) => {
      const token = `${tokens[left]}${tokens[right]}`;
      const known = ids.get(token);
      if (known !== undefined) return known;
      ids.set(token, tokens.length);
      return tokens.push(token) - 1;
    },
    () => tokens.length >= vocabularySize,
    minimumFrequency,
  );
  return {
    tokenizer: tokenizerJson(
      tokens,
      special,
      merges.map(({ left, right }) => [tokens[left], tokens[right]] as [string, string]),
      source,
    ),
    configuration: {
      tokenizer_class: "PreTrainedTokenizerFast",
      eos_token: endOfSequence,
      pad_token: pad,
      clean_up_tokenization_spaces: false,
      model_max_length: 1_000_000,
    },
  };
}

function checkSpecialTokens(special: readonly string[]): void {
  for (const [index, token] of special.entries()) {
    if (token === "") throw new BridgeError("invalid-option", "a special token is empty; give it a text");
    if (special.indexOf(token) !== index)
      throw new BridgeError("invalid-option", `the special token "${token}" is there twice; name each once`);
  }
}

function countPieces(texts: Iterable<string>, split: (text: string) => string[], special: readonly string[]): Map<string, number> {
  const counts = new Map<string, number>();
  for (const text of texts) {
    for (const section of splitAt(text, special)) {
      for (const piece of split(section)) counts.set(piece, (counts.get(piece) ?? 0) + 1);
    }
  }
  return counts;
}

/** Cuts special tokens out of a text, so that they don't shape the merges. */
function splitAt(text: string, special: readonly string[]): string[] {
  return special.reduce((sections, token) => sections.flatMap((section) => section.split(token)), [text]);
}

function seenBytes(pieces: Iterable<string>): number[] {
  const encoder = new TextEncoder();
  const seen = new Set<number>();
  for (const piece of pieces) for (const byte of encoder.encode(piece)) seen.add(byte);
  return [...seen];
}

function tokenizerJson(
  tokens: readonly string[],
  special: readonly string[],
  merges: readonly [string, string][],
  source: string,
): Record<string, unknown> {
  const byteLevel = { type: "ByteLevel", add_prefix_space: false, trim_offsets: true, use_regex: false };
  return {
    version: "1.0",
    truncation: null,
    padding: null,
    added_tokens: special.map((content, id) => ({
      id,
      content,
      single_word: false,
      lstrip: false,
      rstrip: false,
      normalized: false,
      special: true,
    })),
    normalizer: null,
    pre_tokenizer: {
      type: "Sequence",
      pretokenizers: [splitStep(source), byteLevel],
    },
    post_processor: null,
    decoder: byteLevel,
    model: {
      type: "BPE",
      dropout: null,
      unk_token: null,
      continuing_subword_prefix: null,
      end_of_word_suffix: null,
      fuse_unk: false,
      byte_fallback: false,
      ignore_merges: false,
      vocab: Object.fromEntries(tokens.map((token, id) => [token, id])),
      merges,
    },
  };
}
