import { type DecoderConfig, type FileTokenizer, initializeDecoder, type ModelFolder } from "@bridge-rl/models";

/** A decoder and its weights. */
export interface Start {
  readonly decoder: DecoderConfig;
  readonly weights: ReadonlyMap<string, Float32Array>;
}

const tablesOfTokens = ["model.embed_tokens.weight", "lm_head.weight"];

/**
 * Gives a model another tokenizer: what it knows of a token goes along where both tokenizers have one of the same bytes, other tokens
 * begin at random.
 */
export function exchangeTokenizer({ config, weights }: ModelFolder, from: FileTokenizer, to: FileTokenizer, seed: number): Start {
  const decoder = { ...config, vocabularySize: to.vocabularySize };
  const initial = initializeDecoder(decoder, seed);
  const known = new Map(Array.from({ length: from.vocabularySize }, (_, id) => [nameOf(from, id), id]));
  const width = config.hiddenSize;
  const moved = new Map(weights);
  for (const name of tablesOfTokens) {
    const [table, fresh] = [weights.get(name), initial.get(name)];
    if (table === undefined || fresh === undefined) continue;
    for (let id = 0; id < to.vocabularySize; id++) {
      const old = known.get(nameOf(to, id));
      if (old !== undefined) fresh.set(table.subarray(old * width, (old + 1) * width), id * width);
    }
    moved.set(name, fresh);
  }
  return { decoder, weights: moved };
}

function nameOf(tokenizer: FileTokenizer, id: number): string {
  return Buffer.from(tokenizer.bytesOf(id)).toString("latin1");
}
