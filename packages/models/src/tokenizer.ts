import { existsSync } from "node:fs";
import { mkdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import { BridgeError, type Tokenizer } from "@bridge-rl/spec";
import { ByteLevelVocabulary } from "./internal/byte-level-vocabulary.js";
import { readJson } from "./internal/read-json.js";
import { writeAside } from "./internal/write-aside.js";

/** A Hugging Face tokenizer as plain JSON. */
export interface TokenizerFiles {
  /** `tokenizer.json` */
  readonly tokenizer: Readonly<Record<string, unknown>>;
  /** `tokenizer_config.json`: names the end-of-sequence and padding tokens, and may carry a chat template. */
  readonly configuration: Readonly<Record<string, unknown>>;
  /** `chat_template.jinja`, which newer folders have instead of a template in their configuration. */
  readonly chatTemplate?: string;
}

/** A tokenizer that remembers the files it was made from. */
export interface FileTokenizer extends Tokenizer {
  readonly files: TokenizerFiles;
  /** The bytes that a token stands for. @throws BridgeError `invalid-input` for an id outside of the vocabulary */
  bytesOf(id: number): Uint8Array;
}

/**
 * Makes a tokenizer from the contents of its files. Ids are those of Hugging Face's libraries.
 *
 * A token that ends inside a character counts that character for the token which completes it; under a normalising tokenizer (NFC)
 * offsets point into the text as given.
 *
 * @throws BridgeError `unsupported` for anything but byte-level BPE (GPT-2, Qwen, Llama 3 and their kin);
 *   `invalid-file` where the files name no end-of-sequence token or one that the vocabulary lacks
 */
export function createTokenizer(files: TokenizerFiles): FileTokenizer {
  const vocabulary = new ByteLevelVocabulary(files.tokenizer, files.configuration);
  const endOfSequence = namedToken(files.configuration, "eos_token");
  if (endOfSequence === undefined) {
    throw new BridgeError("invalid-file", "tokenizer_config.json names no eos_token; add the token that ends a completion");
  }
  const endOfSequenceId = vocabulary.idOf(endOfSequence);
  const pad = namedToken(files.configuration, "pad_token");
  return {
    files,
    vocabularySize: vocabulary.size,
    endOfSequenceId,
    padId: pad === undefined ? endOfSequenceId : vocabulary.idOf(pad),
    encode: (text) => Int32Array.from(vocabulary.encode(text)),
    encodeWithOffsets: (text) => vocabulary.encodeWithOffsets(text),
    decode: (ids) => vocabulary.decode(ids),
    bytesOf: (id) => vocabulary.bytesOf(id),
  };
}

/**
 * Reads `tokenizer.json` and `tokenizer_config.json` of a directory, and `chat_template.jinja` where there is one.
 *
 * @throws BridgeError `missing-file`, and what `createTokenizer` throws
 */
export async function loadTokenizer(directory: string): Promise<FileTokenizer> {
  const template = join(directory, "chat_template.jinja");
  const [tokenizer, configuration, chatTemplate] = await Promise.all([
    readJson(join(directory, "tokenizer.json")),
    readJson(join(directory, "tokenizer_config.json")),
    existsSync(template) ? readFile(template, "utf8") : undefined,
  ]);
  return createTokenizer({ tokenizer, configuration, ...(chatTemplate === undefined ? {} : { chatTemplate }) });
}

/** Writes `tokenizer.json`, `tokenizer_config.json` and, where there is one, `chat_template.jinja` into a directory, which is made where it is missing. */
export async function saveTokenizer(directory: string, files: TokenizerFiles): Promise<void> {
  await mkdir(directory, { recursive: true });
  await writeAside(join(directory, "tokenizer.json"), [Buffer.from(`${JSON.stringify(files.tokenizer, null, 1)}\n`)]);
  await writeAside(join(directory, "tokenizer_config.json"), [Buffer.from(`${JSON.stringify(files.configuration, null, 2)}\n`)]);
  if (files.chatTemplate !== undefined) await writeAside(join(directory, "chat_template.jinja"), [Buffer.from(files.chatTemplate)]);
}

/** Hugging Face writes a special token as its text or as an object with the text in `content`. */
function namedToken(configuration: Readonly<Record<string, unknown>>, name: string): string | undefined {
  const value = configuration[name];
  if (typeof value === "string") return value;
  if (typeof value === "object" && value !== null && "content" in value && typeof value.content === "string") return value.content;
  if (value === undefined || value === null) return undefined;
  throw new BridgeError("invalid-file", `tokenizer_config.json: ${name} is ${JSON.stringify(value)}, expected a token`);
}
