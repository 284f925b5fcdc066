import { createTokenizer, initializeDecoder, saveModelFolder, trainTokenizer } from "@bridge-rl/models";

/** Writes an untrained model of 0.1M parameters with a tokenizer of its own: a stand-in for the base model you would take. */
export async function writeTinyModel(directory: string, texts: readonly string[]): Promise<void> {
  const tokenizer = createTokenizer(trainTokenizer({ texts, vocabularySize: 300 }));
  const config = {
    architecture: "qwen3",
    vocabularySize: tokenizer.vocabularySize,
    hiddenSize: 64,
    layers: 2,
    heads: 2,
    keyValueHeads: 2,
    headDimension: 32,
    intermediateSize: 128,
    ropeTheta: 10_000,
    normEpsilon: 1e-6,
    queryKeyNorm: true,
    attentionBias: false,
    tieEmbeddings: true,
    maximumLength: 256,
  } as const;
  await saveModelFolder(directory, { config, weights: initializeDecoder(config, "tiny model"), tokenizer });
}
