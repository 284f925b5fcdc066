import type { DecoderConfig } from "@bridge-rl/models";

/** A decoder of a few thousand parameters. */
export function tinyDecoder(vocabularySize: number, changed: Partial<DecoderConfig> = {}): DecoderConfig {
  return {
    architecture: "qwen3",
    vocabularySize,
    hiddenSize: 16,
    layers: 1,
    heads: 2,
    keyValueHeads: 1,
    headDimension: 8,
    intermediateSize: 32,
    ropeTheta: 10_000,
    normEpsilon: 1e-6,
    queryKeyNorm: true,
    attentionBias: false,
    tieEmbeddings: true,
    maximumLength: 64,
    ...changed,
  };
}
