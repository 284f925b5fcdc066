import { attention, equal, Graph, gatherRows, less, multiply, pad, reshape, softmax, type Tensor, where } from "@bridge-rl/tensor";
import { declareDecoder, decoderLayer, embedTokens, headLogits } from "../../decoder.js";
import type { DecoderConfig } from "../../decoder-config.js";
import type { LoraConfig } from "../../lora.js";
import { cacheNames, type StepShape } from "../sampler/decode-graphs.js";

/**
 * One decoding step whose cache stays on the device: the whole cache enters and leaves, with the new token's keys and values in its slot.
 *
 * Inputs besides the parameters: `tokenIds` int32 `[rows]`; `positions` int64 and `slots` int32 `[rows, 1]`, both the slot of each new token; `inverseTemperature` `[]`;
 * `keys of layer …` and `values of layer …` `[rows, keyValueHeads, capacity, headDimension]`. Outputs: `probabilities` `[rows, vocabularySize]`, and
 * the cache with "new " before its names. Output and input are different buffers, since providers don't see the alias.
 */
export function deviceStepGraph(config: DecoderConfig, { rows, capacity }: StepShape, lora?: LoraConfig): Graph {
  const graph = new Graph();
  const decoder = declareDecoder(graph, config, { positions: capacity, ...(lora && { lora }) });
  const tokenIds = graph.input("tokenIds", [rows], "int32");
  const positions = graph.input("positions", [rows, 1], "int64");
  const inverseTemperature = graph.input("inverseTemperature", []);
  const slots = graph.constant(
    Int32Array.from({ length: capacity }, (_, slot) => slot),
    [capacity],
    "int32",
  );
  // the same numbers again, since providers have no arithmetic for 64 bits
  const ends = graph.input("slots", [rows, 1], "int32");
  const isNew = reshape(equal(slots, ends), [rows, 1, capacity, 1]);
  const future = less(ends, slots);
  const mask = reshape(where(future, graph.scalar(-1e9, "float32"), 0), [rows, 1, 1, capacity]);
  let hidden = embedTokens(decoder, tokenIds);
  for (let layer = 0; layer < config.layers; layer++) {
    const names = cacheNames(layer);
    const cached = (name: string, added: Tensor): Tensor => {
      const past = graph.input(name, [rows, config.keyValueHeads, capacity, config.headDimension]);
      const written = where(isNew, added, past);
      graph.output(`new ${name}`, written);
      return written;
    };
    hidden = decoderLayer(decoder, layer, hidden, {
      positions,
      attend: ({ query, key, value }) =>
        attention(query, cached(names.key, key), cached(names.value, value), { mask, scale: 1 / Math.sqrt(config.headDimension) }),
    });
  }
  const logits = headLogits(decoder, hidden, (normed) => multiply(normed, reshape(inverseTemperature, [1, 1])));
  graph.output("probabilities", softmax(logits));
  return graph;
}

/**
 * Lays out a cache anew: rows in another order or number, and room for more tokens.
 *
 * Inputs: `rows` int32 `[rows]`, which row of the source each row of the result is; every name `[sources, keyValueHeads, tokens, headDimension]`.
 * Outputs: the same names with "new " before them, `[rows, keyValueHeads, capacity, headDimension]`.
 */
export function cacheLayoutGraph(
  names: readonly string[],
  source: readonly [sources: number, heads: number, tokens: number, size: number],
  { rows, capacity }: StepShape,
): Graph {
  const graph = new Graph();
  const order = graph.input("rows", [rows], "int32");
  for (const name of names) {
    graph.output(`new ${name}`, pad(gatherRows(graph.input(name, source), order), 2, 0, capacity - source[2]));
  }
  return graph;
}
