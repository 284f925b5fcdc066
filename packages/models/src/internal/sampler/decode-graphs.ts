import type { VariableAxes } from "@bridge-rl/spec";
import { add, concat, Graph, matmul, multiply, reshape, slice, softmax, type Tensor } from "@bridge-rl/tensor";
import { causalAttention, declareDecoder, decoderLayer, embedTokens, type Heads, headLogits } from "../../decoder.js";
import type { DecoderConfig } from "../../decoder-config.js";
import type { LoraConfig } from "../../lora.js";

/** The shape of a decoding step. */
export interface StepShape {
  readonly rows: number;
  /** Cached tokens that each row can have. */
  readonly capacity: number;
}

/** The axes of a step's inputs along which a run may have fewer rows and less capacity. */
export function stepAxes(config: DecoderConfig): VariableAxes {
  const names = Array.from({ length: config.layers }, (_, layer) => Object.values(cacheNames(layer))).flat();
  return {
    tokenIds: { 0: "rows" },
    positions: { 0: "rows" },
    mask: { 0: "rows", 4: "slots" },
    ...Object.fromEntries(names.map((name) => [`past ${name}`, { 0: "rows", 3: "slots" }])),
  };
}

/** What a decoding step computes with. */
export interface StepParts {
  /** @defaultValue none */
  readonly lora?: LoraConfig;
  /** Whether the layers' projections are in 8 bits, as `quantizeWeights` makes them. @defaultValue false */
  readonly quantized?: boolean;
}

/** The static shape of a prefill. */
export interface PrefillShape {
  readonly prompts: number;
  /** Tokens of each prompt, padded on the right. */
  readonly tokens: number;
}

/** Names of a layer's keys and values: `past …` as inputs, `new …` as outputs. */
export function cacheNames(layer: number): { readonly key: string; readonly value: string } {
  return { key: `keys of layer ${layer}`, value: `values of layer ${layer}` };
}

/**
 * One decoding step: a token for every row, against a cache that the caller owns.
 *
 * The cache enters and only the new token's keys and values leave, `[rows, keyValueHeads, 1, headDimension]`, since onnxruntime reads
 * inputs where they are but copies outputs.
 *
 * Inputs besides the parameters: `tokenIds` int32 `[rows]`; `positions` int64 `[rows, 1]`, the number of tokens cached; `mask`
 * `[rows, 1, 1, 1, capacity]`, 0 for cached tokens and −1e9 elsewhere; `inverseTemperature` `[]`; `past keys of layer …` and
 * `past values of layer …` `[rows, keyValueHeads, 1, capacity, headDimension]`. Output besides the new ones: `probabilities` `[rows, vocabularySize]`.
 */
export function stepGraph(config: DecoderConfig, { rows, capacity }: StepShape, parts: StepParts = {}): Graph {
  const graph = new Graph();
  const decoder = declareDecoder(graph, config, { positions: capacity + 1, ...parts });
  const tokenIds = graph.input("tokenIds", [rows], "int32");
  const positions = graph.input("positions", [rows, 1], "int64");
  const mask = graph.input("mask", [rows, 1, 1, 1, capacity]);
  const inverseTemperature = graph.input("inverseTemperature", []);
  let hidden = embedTokens(decoder, tokenIds);
  for (let layer = 0; layer < config.layers; layer++) {
    const names = cacheNames(layer);
    const shape = [rows, config.keyValueHeads, 1, capacity, config.headDimension];
    const past = { key: graph.input(`past ${names.key}`, shape), value: graph.input(`past ${names.value}`, shape), mask };
    hidden = decoderLayer(decoder, layer, hidden, {
      positions,
      attend: (heads) => {
        graph.output(`new ${names.key}`, heads.key);
        graph.output(`new ${names.value}`, heads.value);
        return cachedAttention(heads, past);
      },
    });
  }
  const logits = headLogits(decoder, hidden, (normed) => multiply(normed, reshape(inverseTemperature, [1, 1])));
  graph.output("probabilities", softmax(logits));
  return graph;
}

/**
 * Keys and values of whole prompts. Inputs besides the parameters: `tokenIds` int32 `[prompts · tokens]`. Outputs: `new keys of layer …`
 * and `new values of layer …`, `[prompts, keyValueHeads, tokens, headDimension]`.
 */
export function prefillGraph(config: DecoderConfig, { prompts, tokens }: PrefillShape, lora?: LoraConfig): Graph {
  const graph = new Graph();
  const decoder = declareDecoder(graph, config, { positions: tokens, ...(lora && { lora }) });
  const tokenIds = graph.input("tokenIds", [prompts * tokens], "int32");
  const everyPosition = BigInt64Array.from({ length: prompts * tokens }, (_, index) => BigInt(index % tokens));
  const positions = graph.constant(everyPosition, [prompts, tokens], "int64");
  let hidden = embedTokens(decoder, tokenIds);
  for (let layer = 0; layer < config.layers; layer++) {
    const names = cacheNames(layer);
    hidden = decoderLayer(decoder, layer, hidden, {
      positions,
      attend: (heads) => {
        graph.output(`new ${names.key}`, heads.key);
        graph.output(`new ${names.value}`, heads.value);
        return causalAttention(decoder, heads);
      },
    });
  }
  return graph;
}

interface Past {
  readonly key: Tensor;
  readonly value: Tensor;
  readonly mask: Tensor;
}

/**
 * Attention of each row's new token to the cached ones and to itself.
 *
 * Each query head is a product of one row, for which onnxruntime has a kernel that reads keys and values without packing them: the heads
 * that share a key head read it from the processor's cache, in less than half the time of one product of several rows.
 */
function cachedAttention({ query, key, value }: Heads, past: Past): Tensor {
  const [rows = 0, heads = 0, group = 0, size = 0] = query.shape;
  const capacity = past.key.shape.at(-2) ?? 0;
  const apart = (tensor: Tensor): Tensor => reshape(tensor, [rows, heads, tensor === query ? group : 1, 1, size]);
  // scaled beforehand, since that kernel is for a factor of 1 alone
  const scaled = multiply(apart(query), 1 / Math.sqrt(size));
  const pastScores = add(matmul(scaled, past.key, { transposeRight: true }), past.mask);
  const probabilities = softmax(concat([pastScores, matmul(scaled, apart(key), { transposeRight: true })], -1));
  // from the end, since a run can have less capacity
  const fromPast = matmul(slice(probabilities, -1, 0, -1), past.value);
  const fromNew = multiply(slice(probabilities, -1, -1, capacity + 1), apart(value));
  return reshape(add(fromPast, fromNew), query.shape);
}
