import { createRandom } from "@bridge-rl/spec";
import type { DecoderConfig } from "./decoder-config.js";

/** A weight tensor of a decoder, named as in Hugging Face checkpoints. */
export interface DecoderParameter {
  readonly name: string;
  readonly shape: readonly number[];
}

/** Every parameter of a decoder in the order of its computation; a tied embedding stands once. */
export function decoderParameters(config: DecoderConfig): DecoderParameter[] {
  const { hiddenSize, intermediateSize, headDimension, vocabularySize } = config;
  const queries = config.heads * headDimension;
  const keys = config.keyValueHeads * headDimension;
  const parameters: DecoderParameter[] = [];
  const declare = (name: string, ...shape: number[]): void => {
    parameters.push({ name, shape });
  };
  declare("model.embed_tokens.weight", vocabularySize, hiddenSize);
  for (let layer = 0; layer < config.layers; layer++) {
    const prefix = `model.layers.${layer}`;
    declare(`${prefix}.input_layernorm.weight`, hiddenSize);
    for (const [name, size] of [
      ["q", queries],
      ["k", keys],
      ["v", keys],
    ] as const) {
      declare(`${prefix}.self_attn.${name}_proj.weight`, size, hiddenSize);
      if (config.attentionBias) declare(`${prefix}.self_attn.${name}_proj.bias`, size);
    }
    if (config.queryKeyNorm) {
      declare(`${prefix}.self_attn.q_norm.weight`, headDimension);
      declare(`${prefix}.self_attn.k_norm.weight`, headDimension);
    }
    declare(`${prefix}.self_attn.o_proj.weight`, hiddenSize, queries);
    if (config.outputBias) declare(`${prefix}.self_attn.o_proj.bias`, hiddenSize);
    declare(`${prefix}.post_attention_layernorm.weight`, hiddenSize);
    for (const [name, to, from] of [
      ["gate", intermediateSize, hiddenSize],
      ["up", intermediateSize, hiddenSize],
      ["down", hiddenSize, intermediateSize],
    ] as const) {
      declare(`${prefix}.mlp.${name}_proj.weight`, to, from);
      if (config.mlpBias) declare(`${prefix}.mlp.${name}_proj.bias`, to);
    }
  }
  declare("model.norm.weight", hiddenSize);
  if (!config.tieEmbeddings) declare("lm_head.weight", vocabularySize, hiddenSize);
  return parameters;
}

export interface InitializationOptions {
  /** Standard deviation of embeddings and projections. @defaultValue 0.02 */
  readonly standardDeviation?: number;
}

/**
 * Random weights for training from scratch: normal matrices, those that write into the residual stream scaled by 1/√(2·layers)
 * (as GPT-2 does), norms 1, biases 0.
 *
 * Each tensor has a random stream of its own, so a change of one does not change the others.
 */
export function initializeDecoder(
  config: DecoderConfig,
  seed: number | string,
  options: InitializationOptions = {},
): Map<string, Float32Array> {
  const { standardDeviation = 0.02 } = options;
  const random = createRandom(seed, "decoder weights");
  return new Map(
    decoderParameters(config).map(({ name, shape }) => {
      const values = new Float32Array(shape.reduce((product, size) => product * size, 1));
      if (name.endsWith("norm.weight")) return [name, values.fill(1)];
      if (name.endsWith(".bias")) return [name, values];
      const intoResidual = name.endsWith("o_proj.weight") || name.endsWith("down_proj.weight");
      const scale = intoResidual ? standardDeviation / Math.sqrt(2 * config.layers) : standardDeviation;
      const stream = random.fork(name);
      return [name, values.map(() => scale * stream.normal())];
    }),
  );
}
