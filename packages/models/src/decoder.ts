import { BridgeError } from "@bridge-rl/spec";
import {
  add,
  causalAttention as blockwiseAttention,
  type Graph,
  gatherRows,
  matmul,
  type RotaryTable,
  reshape,
  rmsNorm,
  rotaryEmbedding,
  siluGate,
  type Tensor,
  transpose,
} from "@bridge-rl/tensor";
import type { DecoderConfig } from "./decoder-config.js";
import { decoderParameters } from "./decoder-parameters.js";
import { rotaryTables } from "./rotary-frequencies.js";

/** A decoder's parameters and rotary tables as tensors of one graph: what the functions below compute with. */
export interface Decoder {
  readonly config: DecoderConfig;
  readonly graph: Graph;
  readonly dataType: "float32" | "float64";
  /** By Hugging Face name. */
  readonly parameters: ReadonlyMap<string, Tensor>;
  readonly rotary: RotaryTable;
}

export interface DeclareDecoderOptions {
  /** Rows of the rotary tables: one more than the largest position. */
  readonly positions: number;
  /** @defaultValue "float32" */
  readonly dataType?: "float32" | "float64";
}

/** Declares an input for every parameter of a decoder, named as in Hugging Face checkpoints, and its rotary tables as constants. */
export function declareDecoder(graph: Graph, config: DecoderConfig, options: DeclareDecoderOptions): Decoder {
  const { positions, dataType = "float32" } = options;
  const parameters = new Map(decoderParameters(config).map(({ name, shape }) => [name, graph.input(name, shape, dataType)]));
  const tables = rotaryTables(config, positions);
  const constant = (data: Float64Array): Tensor => {
    const shape = [positions, config.headDimension / 2];
    return dataType === "float64" ? graph.constant(data, shape, dataType) : graph.constant(Float32Array.from(data), shape, dataType);
  };
  return { config, graph, dataType, parameters, rotary: { cosine: constant(tables.cosine), sine: constant(tables.sine) } };
}

/** A parameter by its name. @throws BridgeError `internal` where the config has none of that name */
export function parameter(decoder: Decoder, name: string): Tensor {
  const tensor = decoder.parameters.get(name);
  if (tensor === undefined) throw new BridgeError("internal", `the decoder has no parameter ${name}`);
  return tensor;
}

/** Embeddings of token ids: `[…]` gives `[…, hiddenSize]`. */
export function embedTokens(decoder: Decoder, tokenIds: Tensor): Tensor {
  return gatherRows(parameter(decoder, "model.embed_tokens.weight"), tokenIds);
}

/** Queries, keys and values of one layer, heads apart and rotated. */
export interface Heads {
  /** `[batch, keyValueHeads, group · tokens, headDimension]`: the queries of all heads that share a key head, one head after the other. */
  readonly query: Tensor;
  /** `[batch, keyValueHeads, tokens, headDimension]` */
  readonly key: Tensor;
  /** `[batch, keyValueHeads, tokens, headDimension]` */
  readonly value: Tensor;
}

/** How one layer is run. */
export interface LayerOptions {
  /** int64 `[batch, tokens]`: where each token stands in its sequence. */
  readonly positions: Tensor;
  /** From the layer's heads to what the queries see, of the query's shape. Here a cache of earlier keys comes in. */
  readonly attend: (heads: Heads) => Tensor;
}

/**
 * One transformer layer: x + attention(norm x), then x + mlp(norm x).
 *
 * @param hidden  `[batch · tokens, hiddenSize]`
 */
export function decoderLayer(decoder: Decoder, layer: number, hidden: Tensor, options: LayerOptions): Tensor {
  const { config } = decoder;
  const prefix = `model.layers.${layer}`;
  const norm = (name: string, input: Tensor): Tensor => rmsNorm(input, parameter(decoder, `${prefix}.${name}.weight`), config.normEpsilon);
  const heads = projectHeads(decoder, layer, norm("input_layernorm", hidden), options.positions);
  const context = joinHeads(decoder, options.attend(heads), options.positions);
  const attended = add(hidden, linear(decoder, `${prefix}.self_attn.o_proj`, context));
  const normed = norm("post_attention_layernorm", attended);
  const gated = siluGate(linear(decoder, `${prefix}.mlp.gate_proj`, normed), linear(decoder, `${prefix}.mlp.up_proj`, normed));
  return add(attended, linear(decoder, `${prefix}.mlp.down_proj`, gated));
}

/**
 * Next-token logits `[rows, vocabularySize]` of the last layer's output `[rows, hiddenSize]`.
 *
 * @param scale  changes the normed rows before the head, as a temperature does at less cost than on the logits
 */
export function headLogits(decoder: Decoder, hidden: Tensor, scale?: (normed: Tensor) => Tensor): Tensor {
  const { config } = decoder;
  const normed = rmsNorm(hidden, parameter(decoder, "model.norm.weight"), config.normEpsilon);
  const head = parameter(decoder, config.tieEmbeddings ? "model.embed_tokens.weight" : "lm_head.weight");
  return matmul(scale ? scale(normed) : normed, head, { transposeRight: true });
}

/** Attention of each token to itself and all earlier ones of its row; padding on the right needs no further mask. */
export function causalAttention(decoder: Decoder, { query, key, value }: Heads): Tensor {
  const [batch = 0, heads = 0, tokens = 0, size = 0] = key.shape;
  const grouped = reshape(query, [batch, heads, -1, tokens, size]);
  const context = blockwiseAttention(grouped, key, value, { scale: 1 / Math.sqrt(decoder.config.headDimension) });
  return reshape(context, query.shape);
}

/** x·Wᵀ + b, where the layer has a bias. */
function linear(decoder: Decoder, name: string, input: Tensor): Tensor {
  const product = matmul(input, parameter(decoder, `${name}.weight`), { transposeRight: true });
  const bias = decoder.parameters.get(`${name}.bias`);
  return bias === undefined ? product : add(product, bias);
}

function projectHeads(decoder: Decoder, layer: number, input: Tensor, positions: Tensor): Heads {
  const { config } = decoder;
  const [batch = 0, tokens = 0] = positions.shape;
  const prefix = `model.layers.${layer}.self_attn`;
  const split = (name: "q" | "k" | "v", heads: number): Tensor =>
    reshape(linear(decoder, `${prefix}.${name}_proj`, input), [batch, tokens, heads, config.headDimension]);
  const turned = (name: "q" | "k", heads: number): Tensor => {
    const states = split(name, heads);
    const normed = config.queryKeyNorm ? rmsNorm(states, parameter(decoder, `${prefix}.${name}_norm.weight`), config.normEpsilon) : states;
    return rotaryEmbedding(transpose(normed, [0, 2, 1, 3]), decoder.rotary, positions);
  };
  const query = turned("q", config.heads);
  return {
    query: reshape(query, [batch, config.keyValueHeads, -1, config.headDimension]),
    key: turned("k", config.keyValueHeads),
    value: transpose(split("v", config.keyValueHeads), [0, 2, 1, 3]),
  };
}

function joinHeads(decoder: Decoder, context: Tensor, positions: Tensor): Tensor {
  const { heads, headDimension } = decoder.config;
  const [batch = 0, tokens = 0] = positions.shape;
  const apart = reshape(context, [batch, heads, tokens, headDimension]);
  return reshape(transpose(apart, [0, 2, 1, 3]), [batch * tokens, heads * headDimension]);
}
