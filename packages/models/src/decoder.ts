import { BridgeError } from "@bridge-rl/spec";
import {
  add,
  causalAttention as blockwiseAttention,
  type Graph,
  gatherRows,
  matmul,
  multiply,
  quantizedMatmul,
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
import { isQuantized, scalesName } from "./internal/quantized-weights.js";
import { type LoraConfig, loraNames, loraParameters } from "./lora.js";
import { rotaryTables } from "./rotary-frequencies.js";

/** A decoder's parameters and rotary tables as tensors of one graph: what the functions below compute with. */
export interface Decoder {
  readonly config: DecoderConfig;
  readonly graph: Graph;
  readonly dataType: "float32" | "float64";
  /** By Hugging Face name. */
  readonly parameters: ReadonlyMap<string, Tensor>;
  /** Adapters beside projections, whose factors are among the parameters. */
  readonly lora?: LoraConfig;
  /** What an adapter's input is multiplied by in training, by the name of the projection. */
  readonly dropout: ReadonlyMap<string, Tensor>;
  readonly rotary: RotaryTable;
}

export interface DeclareDecoderOptions {
  /** Rows of the rotary tables: one more than the largest position. */
  readonly positions: number;
  /** @defaultValue "float32" */
  readonly dataType?: "float32" | "float64";
  /** Adds adapters to the parameters. @defaultValue none */
  readonly lora?: LoraConfig;
  /** Rows of dropout masks for the adapters, which become inputs then; see `dropoutMasks`. @defaultValue none: nothing is dropped */
  readonly dropoutRows?: number;
  /** Takes the layers' projections in 8 bits, `[inputs, outputs]`, each with an input `… scales`, as `quantizeRows` makes them. @defaultValue false */
  readonly quantized?: boolean;
  /** Which parameters to declare; a graph has to be given every input that it declares. @defaultValue all */
  readonly only?: (name: string) => boolean;
}

/** The parts of a layer whose inputs adapters drop elements of, with the projections that read them. */
const dropoutPlaces = {
  "attention input": ["self_attn.q_proj", "self_attn.k_proj", "self_attn.v_proj"],
  "attention output": ["self_attn.o_proj"],
  "mlp input": ["mlp.gate_proj", "mlp.up_proj"],
  "mlp output": ["mlp.down_proj"],
} as const;

/** A dropout mask of one layer: an input `[rows, width]` of 0 and 1 / (1 − dropout). */
export interface DropoutMask {
  readonly name: string;
  readonly layer: number;
  readonly width: number;
  /** The projections that it is for. */
  readonly modules: readonly string[];
}

/** The masks that a decoder with adapters has as inputs. Projections that read the same input share one. */
export function dropoutMasks(config: DecoderConfig, lora: LoraConfig): DropoutMask[] {
  const widths = {
    "attention input": config.hiddenSize,
    "attention output": config.heads * config.headDimension,
    "mlp input": config.hiddenSize,
    "mlp output": config.intermediateSize,
  };
  const places = Object.entries(dropoutPlaces) as [keyof typeof dropoutPlaces, readonly string[]][];
  return Array.from({ length: config.layers }, (_, layer) =>
    places.flatMap(([place, readers]) => {
      const modules = readers.filter((reader) => lora.targets.some((target) => reader.endsWith(target)));
      const named = modules.map((module) => `model.layers.${layer}.${module}`);
      return modules.length === 0 ? [] : [{ name: `dropout of ${place} in layer ${layer}`, layer, width: widths[place], modules: named }];
    }),
  ).flat();
}

/** Declares an input for every parameter of a decoder, named as in Hugging Face checkpoints, and its rotary tables as constants. */
export function declareDecoder(graph: Graph, config: DecoderConfig, options: DeclareDecoderOptions): Decoder {
  const { positions, dataType = "float32", lora, dropoutRows, quantized = false, only = () => true } = options;
  const declarations = [...decoderParameters(config), ...(lora ? loraParameters(config, lora) : [])].filter(({ name }) => only(name));
  const parameters = new Map<string, Tensor>();
  for (const { name, shape } of declarations) {
    const [outputs = 0, inputs = 0] = shape;
    const rounded = quantized && isQuantized(name);
    parameters.set(name, rounded ? graph.input(name, [inputs, outputs], "int8") : graph.input(name, shape, dataType));
    if (rounded) parameters.set(scalesName(name), graph.input(scalesName(name), [outputs], dataType));
  }
  const dropout = new Map<string, Tensor>();
  for (const { name, width, modules } of lora && dropoutRows !== undefined ? dropoutMasks(config, lora) : []) {
    const mask = graph.input(name, [dropoutRows ?? 0, width], dataType);
    for (const module of modules) dropout.set(module, mask);
  }
  const tables = rotaryTables(config, positions);
  const constant = (data: Float64Array): Tensor => {
    const shape = [positions, config.headDimension / 2];
    return dataType === "float64" ? graph.constant(data, shape, dataType) : graph.constant(Float32Array.from(data), shape, dataType);
  };
  const rotary = { cosine: constant(tables.cosine), sine: constant(tables.sine) };
  return { config, graph, dataType, parameters, ...(lora && { lora }), dropout, rotary };
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

/** x·Wᵀ + b, where the layer has a bias, + (alpha / rank) · x·Aᵀ·Bᵀ, where it has an adapter. */
function linear(decoder: Decoder, name: string, input: Tensor): Tensor {
  const weight = parameter(decoder, `${name}.weight`);
  const scales = decoder.parameters.get(scalesName(`${name}.weight`));
  const product = scales === undefined ? matmul(input, weight, { transposeRight: true }) : quantizedMatmul(input, weight, scales);
  const bias = decoder.parameters.get(`${name}.bias`);
  const biased = bias === undefined ? product : add(product, bias);
  const { a, b } = loraNames(name);
  if (decoder.lora === undefined || !decoder.parameters.has(a)) return biased;
  const mask = decoder.dropout.get(name);
  const inner = matmul(mask === undefined ? input : multiply(input, mask), parameter(decoder, a), { transposeRight: true });
  const scale = decoder.lora.alpha / decoder.lora.rank;
  return add(biased, matmul(inner, parameter(decoder, b), { transposeRight: true, scale }));
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
