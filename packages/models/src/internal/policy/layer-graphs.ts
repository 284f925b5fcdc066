import { Graph, gradients, type Tensor } from "@bridge-rl/tensor";
import { causalAttention, type DeclareDecoderOptions, declareDecoder, decoderLayer, parameter } from "../../decoder.js";
import type { DecoderConfig } from "../../decoder-config.js";
import type { LoraConfig } from "../../lora.js";
import { gradientName } from "./programs.js";

/** What one layer's program is made for. All layers share it: parameters are named as those of layer 0. */
export interface LayerGraphOptions {
  readonly rows: number;
  readonly tokens: number;
  readonly lora?: LoraConfig;
  /** Whether adapters' inputs are masked. */
  readonly dropout: boolean;
}

function layerPart(config: DecoderConfig, { rows, tokens, lora, dropout }: LayerGraphOptions) {
  const graph = new Graph();
  const options: DeclareDecoderOptions = {
    positions: tokens,
    only: (name) => name.startsWith("model.layers."),
    ...(lora && { lora, ...(dropout ? { dropoutRows: rows * tokens } : {}) }),
  };
  const decoder = declareDecoder(graph, { ...config, layers: 1 }, options);
  const everyPosition = BigInt64Array.from({ length: rows * tokens }, (_, index) => BigInt(index % tokens));
  const positions = graph.constant(everyPosition, [rows, tokens], "int64");
  const hidden = graph.input("hidden", [rows * tokens, config.hiddenSize]);
  const output = decoderLayer(decoder, 0, hidden, { positions, attend: (heads) => causalAttention(decoder, heads) });
  return { graph, decoder, hidden, output };
}

/** One layer: `hidden` `[rows · tokens, hiddenSize]` to `output` of the same shape. */
export function layerForwardGraph(config: DecoderConfig, options: LayerGraphOptions): Graph {
  const { graph, output } = layerPart(config, options);
  graph.output("output", output);
  return graph;
}

/**
 * The derivative of one layer, which is computed again for it: `hidden` and `gradient` (with respect to the layer's output) to `gradient of
 * hidden` and the gradient of each parameter in `trained`.
 */
export function layerBackwardGraph(config: DecoderConfig, options: LayerGraphOptions, trained: readonly string[]): Graph {
  const { graph, decoder, hidden, output } = layerPart(config, options);
  const gradient = graph.input("gradient", output.shape);
  const results = gradients([{ output, gradient }], [hidden, ...trained.map((name) => parameter(decoder, name))]);
  for (const [index, name] of ["hidden", ...trained].entries()) graph.output(gradientName(name), results[index] as Tensor);
  return graph;
}
