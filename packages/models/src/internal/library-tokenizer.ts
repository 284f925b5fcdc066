import { BridgeError } from "@bridge-rl/spec";
import { Tokenizer } from "@huggingface/tokenizers";

/** The merging part of a library tokenizer. */
export interface LibraryModel {
  readonly config: { readonly type: string };
  /** Token by id, with holes where an id is free. */
  readonly vocab: readonly (string | undefined)[];
  readonly tokens_to_ids: ReadonlyMap<string, number>;
  encode(pieces: string[]): string[];
}

/** The parts of `@huggingface/tokenizers` that are used here; its own declarations don't resolve under `NodeNext`. */
export interface LibraryTokenizer {
  readonly model: LibraryModel;
  readonly pre_tokenizer: { pre_tokenize(text: string): string[] } | null;
}

/** @throws BridgeError `invalid-file` where the library refuses the contents */
export function libraryTokenizer(
  tokenizer: Readonly<Record<string, unknown>>,
  configuration: Readonly<Record<string, unknown>>,
): LibraryTokenizer {
  try {
    return new Tokenizer({ normalizer: null, pre_tokenizer: null, post_processor: null, decoder: null, ...tokenizer }, configuration);
  } catch (cause) {
    throw new BridgeError("invalid-file", "tokenizer.json is not a Hugging Face tokenizer", { cause });
  }
}
