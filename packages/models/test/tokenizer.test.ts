import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { BridgeError } from "@bridge-rl/spec";
import { Tokenizer } from "@huggingface/tokenizers";
import fc from "fast-check";
import { afterAll, describe, expect, test } from "vitest";
import {
  createTokenizer,
  type FileTokenizer,
  loadTokenizer,
  type SplitPattern,
  saveTokenizer,
  splitPatterns,
  trainTokenizer,
} from "../src/index.js";

interface NativeCase {
  pattern: Extract<SplitPattern, string>;
  alphabet: "bytes" | "seen";
  tokenizer: { model: { vocab: Record<string, number>; merges: [string, string][] } };
  samples: { text: string; ids: number[]; decoded: string }[];
}

/** Trained and encoded by Hugging Face's native `tokenizers` 0.23.2 with the same corpus, patterns and special tokens. */
const native: { corpus: string[]; cases: NativeCase[] } = JSON.parse(
  await readFile(new URL("./fixtures/native-tokenizers.json", import.meta.url), "utf8"),
);
const configuration = { eos_token: "<|end|>", pad_token: { content: "<|pad|>" }, clean_up_tokenization_spaces: false };
const folder = await mkdtemp(join(tmpdir(), "tokenizer-"));
afterAll(() => rm(folder, { recursive: true }));

function train(pattern: SplitPattern, alphabet: "bytes" | "seen" = "bytes") {
  const vocabularySize = alphabet === "bytes" ? 420 : 200;
  return trainTokenizer({ texts: native.corpus, vocabularySize, specialTokens: ["<|sep|>"], pattern, alphabet });
}

const special = fc.constantFrom("<|end|>", "<|pad|>", "<|sep|>", "<|en", "|>", "<|end|><|end|>");
const character = fc.string({ unit: "binary", maxLength: 3 });
const phrase = fc.constantFrom(
  "don't",
  "it's",
  " K=m+T",
  "12",
  "  ",
  "\n\n",
  "\t",
  "é",
  "e\u0301",
  "\u0301",
  "각",
  "각",
  "🙂",
  "👩‍👩‍👧",
  "日本",
  "½",
);
const text = fc.array(fc.oneof(special, character, phrase), { maxLength: 12 }).map((parts) => parts.join(""));

const qwenPattern =
  "(?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\\r\\n\\p{L}\\p{N}]?\\p{L}+|\\p{N}| ?[^\\s\\p{L}\\p{N}]+[\\r\\n]*|\\s*[\\r\\n]+|\\s+(?!\\S)|\\s+";

/** Text that UTF-8 cannot hold. */
const loneSurrogate = /\p{Surrogate}/u;

/** Where Hugging Face's JavaScript library reads `\s` in GPT-2's pattern as JavaScript does, its native one as Unicode does. */
const disputedBlanks = /[\u0085\ufeff]/;

describe("trainTokenizer", () => {
  test.each(native.cases.map((nativeCase) => [nativeCase.pattern, nativeCase.alphabet, nativeCase] as const))(
    "learns what the native trainer learns (%s, %s)",
    (pattern, alphabet, nativeCase) => {
      const { model } = train(pattern, alphabet).tokenizer as unknown as NativeCase["tokenizer"];
      expect(model.merges.length).toBeGreaterThan(90);
      expect(model.merges).toEqual(nativeCase.tokenizer.model.merges);
      expect(model.vocab).toEqual(nativeCase.tokenizer.model.vocab);
    },
  );

  test("learns the most frequent pair first, of equals the smaller ids", () => {
    const { tokenizer } = trainTokenizer({ texts: ["abab cdcd", "ab xy xy"], vocabularySize: 100, alphabet: "seen", minimumFrequency: 2 });
    // ab 3, cd 2, xy 2; abab and cdcd occur once.
    expect((tokenizer as unknown as NativeCase["tokenizer"]).model.merges).toEqual([
      ["a", "b"],
      ["c", "d"],
      ["x", "y"],
    ]);
  });

  test("cuts K=m+T into five", () => {
    const tokenizer = createTokenizer(trainTokenizer({ texts: Array(9).fill("K=m+T"), vocabularySize: 300 }));
    expect([...tokenizer.encode("K=m+T")].map((id) => tokenizer.decode([id]))).toEqual(["K", "=", "m", "+", "T"]);
  });

  test("does not learn from special tokens in the texts", () => {
    const { tokenizer } = trainTokenizer({ texts: ["<|end|>", "<|end|>", "<|end|>"], vocabularySize: 300 });
    expect((tokenizer as unknown as NativeCase["tokenizer"]).model.merges).toEqual([]);
  });

  test("refuses a vocabulary without room and special tokens named twice", () => {
    expect(() => trainTokenizer({ texts: [], vocabularySize: 257 })).toThrow(/no room for 2 special tokens and 256 bytes/);
    expect(() => trainTokenizer({ texts: [], vocabularySize: 300, specialTokens: ["<|end|>"] })).toThrow(/"<\|end\|>" is there twice/);
  });
});

describe("encoding", () => {
  test.each(native.cases.map((nativeCase) => [nativeCase.pattern, nativeCase.alphabet, nativeCase] as const))(
    "gives the native library's ids (%s, %s)",
    (_, __, { tokenizer, samples }) => {
      const ours = createTokenizer({ tokenizer: tokenizer as unknown as Record<string, unknown>, configuration });
      for (const sample of samples) {
        expect([...ours.encode(sample.text)], sample.text).toEqual(sample.ids);
        expect(ours.decode(sample.ids)).toBe(sample.decoded);
      }
    },
  );

  const variants: [string, FileTokenizer][] = [
    ["separate", createTokenizer(train("separate"))],
    ["words", createTokenizer(train("words"))],
    ["gpt2", createTokenizer(train("gpt2"))],
    ["a pattern that leaves gaps", createTokenizer(train({ regularExpression: "[a-z]+" }))],
    ["NFC", createTokenizer(withParts(train("words"), { normalizer: { type: "NFC" } }))],
    [
      "GPT-2's own layout",
      createTokenizer(withParts(train("gpt2"), { pre_tokenizer: { type: "ByteLevel", add_prefix_space: false, use_regex: true } })),
    ],
    ["Qwen's pattern", createTokenizer(train({ regularExpression: qwenPattern }))],
  ];

  test.each(variants)("gives the library's ids for any text (%s)", (_, tokenizer) => {
    const library = new Tokenizer(tokenizer.files.tokenizer, tokenizer.files.configuration);
    fc.assert(
      fc.property(text, (sample) => {
        fc.pre(!disputedBlanks.test(sample));
        expect([...tokenizer.encode(sample)]).toEqual(library.encode(sample, { add_special_tokens: false }).ids);
      }),
      { numRuns: 1_500 },
    );
  });

  test.each(variants.filter(([name]) => name !== "NFC"))("is undone by decoding (%s)", (_, tokenizer) => {
    fc.assert(
      fc.property(text, (sample) => {
        fc.pre(!loneSurrogate.test(sample));
        const ids = tokenizer.encode(sample);
        expect(tokenizer.decode(ids)).toBe(sample);
        expect([...ids].filter((id) => id < 3).map((id) => tokenizer.decode([id]))).toEqual(sample.match(/<\|(end|pad|sep)\|>/g) ?? []);
      }),
      { numRuns: 1_500 },
    );
  });

  test.each(variants)("has offsets that tile the text (%s)", (name, tokenizer) => {
    fc.assert(
      fc.property(text, (sample) => {
        fc.pre(!loneSurrogate.test(sample));
        const { ids, offsets } = tokenizer.encodeWithOffsets(sample);
        expect(ids).toEqual(tokenizer.encode(sample));
        expect(offsets.length).toBe(ids.length + 1);
        expect([offsets[0], offsets[ids.length]]).toEqual([ids.length === 0 ? sample.length : 0, sample.length]);
        for (const [index, id] of ids.entries()) {
          const piece = sample.slice(offsets[index], offsets[index + 1]);
          const decoded = tokenizer.decode([id]);
          if (name === "NFC") expect(offsets[index]).toBeLessThanOrEqual(offsets[index + 1] as number);
          else if (!decoded.includes("\ufffd")) expect(piece).toBe(decoded);
        }
      }),
      { numRuns: 1_500 },
    );
  });

  test("keeps a character whole for the token that completes it", () => {
    const tokenizer = createTokenizer(trainTokenizer({ texts: [], vocabularySize: 258 }));
    expect([...tokenizer.encodeWithOffsets("a🙂b").offsets]).toEqual([0, 1, 1, 1, 1, 3, 4]);
  });

  test("points into the text as given where it is normalised", () => {
    const tokenizer = createTokenizer(
      withParts(trainTokenizer({ texts: ["é", "é"], vocabularySize: 259 }), { normalizer: { type: "NFC" } }),
    );
    const { ids, offsets } = tokenizer.encodeWithOffsets("xe\u0301y");
    expect([...ids].map((id) => tokenizer.decode([id]))).toEqual(["x", "é", "y"]);
    expect([...offsets]).toEqual([0, 1, 3, 4]);
  });

  test("says what a small alphabet cannot spell, and which ids don't exist", () => {
    const tokenizer = createTokenizer(trainTokenizer({ texts: ["abc"], vocabularySize: 5, alphabet: "seen" }));
    expect(tokenizer.vocabularySize).toBe(5);
    expect(failure(() => tokenizer.encode("abz"))).toMatchObject({ code: "invalid-input", message: /cannot spell "abz"/ });
    expect(failure(() => tokenizer.decode([5]))).toMatchObject({
      code: "invalid-input",
      message: /5 is no token id; this vocabulary has 0 to 4/,
    });
  });
});

describe("files", () => {
  test("come back from a directory as they went", async () => {
    const files = train("words");
    await saveTokenizer(join(folder, "new", "deep"), files);
    const tokenizer = await loadTokenizer(join(folder, "new", "deep"));
    expect(tokenizer.files).toEqual(files);
    expect([tokenizer.padId, tokenizer.endOfSequenceId, tokenizer.decode(tokenizer.encode("K=<|sep|>"))]).toEqual([0, 1, "K=<|sep|>"]);
  });

  test("are refused where this tokenizer could not follow them", () => {
    const files = train("separate");
    const refuse = (parts: Record<string, unknown>) => failure(() => createTokenizer(withParts(files, parts)));
    expect(refuse({ normalizer: { type: "Lowercase" } }).code).toBe("unsupported");
    expect(refuse({ pre_tokenizer: { type: "Whitespace" } }).code).toBe("unsupported");
    expect(refuse({ pre_tokenizer: { type: "ByteLevel", add_prefix_space: true } }).code).toBe("unsupported");
    expect(refuse({ model: { type: "WordPiece", vocab: {}, unk_token: "x" } }).code).toBe("unsupported");
    expect(refuse({ added_tokens: [{ id: 0, content: "<|pad|>", lstrip: true }] }).code).toBe("unsupported");
    expect(failure(() => createTokenizer({ ...files, configuration: {} })).message).toMatch(/names no eos_token/);
    expect(failure(() => createTokenizer({ ...files, configuration: { eos_token: "<|eot|>" } })).message).toMatch(/no token "<\|eot\|>"/);
  });

  test("that are missing are named", async () => {
    await expect(loadTokenizer(join(folder, "absent"))).rejects.toMatchObject({ code: "missing-file", message: /tokenizer.*json/ });
  });
});

test("the named patterns leave nothing between matches", () => {
  for (const pattern of Object.values(splitPatterns)) {
    fc.assert(
      fc.property(text, (sample) => {
        expect((sample.match(new RegExp(pattern, "gu")) ?? []).join("")).toBe(sample);
      }),
    );
  }
});

function withParts<Files extends { tokenizer: object }>(files: Files, parts: Record<string, unknown>): Files {
  return { ...files, tokenizer: { ...files.tokenizer, ...parts } };
}

function failure(action: () => unknown): BridgeError {
  try {
    action();
  } catch (error) {
    if (BridgeError.isInstance(error)) return error;
    throw error;
  }
  throw new Error("it did not fail");
}
