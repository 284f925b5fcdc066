/** Stretches slow rotary frequencies for long contexts, as Llama 3.1 and later do (`rope_type: "llama3"`). */
export interface Llama3RopeScaling {
  readonly kind: "llama3";
  readonly factor: number;
  readonly lowFrequencyFactor: number;
  readonly highFrequencyFactor: number;
  readonly originalMaximumLength: number;
}

/**
 * A decoder-only transformer of the Llama family: RMSNorm before each part, rotary positions, grouped-query attention and a gated SiLU
 * MLP. Qwen2 is `attentionBias`, Qwen3 is `queryKeyNorm`, Llama neither; Llama and Qwen3 can have biases in all four attention projections.
 */
export interface DecoderConfig {
  /** Whose config.json it is read from and written as. The arithmetic is given by the other fields alone. */
  readonly architecture: "qwen2" | "qwen3" | "llama";
  readonly vocabularySize: number;
  readonly hiddenSize: number;
  readonly layers: number;
  /** Query heads. */
  readonly heads: number;
  /** Key and value heads; divides `heads`. Key head j serves query heads j·g … j·g+g−1 with g = heads / keyValueHeads. */
  readonly keyValueHeads: number;
  /** Size of each head; even. `heads · headDimension` need not be `hiddenSize`. */
  readonly headDimension: number;
  /** Width of the MLP. */
  readonly intermediateSize: number;
  /** Base of the rotary frequencies: frequency j is ropeTheta^(−2j / headDimension). */
  readonly ropeTheta: number;
  /** Absent for none. */
  readonly ropeScaling?: Llama3RopeScaling;
  /** Added to the mean square in every RMSNorm. */
  readonly normEpsilon: number;
  /** RMSNorm over each query and key head before the rotation, as Qwen3 has it. */
  readonly queryKeyNorm: boolean;
  /** Biases of the query, key and value projections, as Qwen2 has them. */
  readonly attentionBias: boolean;
  /** Bias of the attention's output projection, as Llama and Qwen3 have it where their `attention_bias` is on. @defaultValue false */
  readonly outputBias?: boolean;
  /** Biases of the MLP's three projections, as Llama can have them. @defaultValue false */
  readonly mlpBias?: boolean;
  /** The output head is the transposed embedding; no `lm_head.weight` then. */
  readonly tieEmbeddings: boolean;
  /** Longest sequence the model is meant for, in tokens (`max_position_embeddings`). */
  readonly maximumLength: number;
}
