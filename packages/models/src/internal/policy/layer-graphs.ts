import {
  concat,
  entropy,
  Graph,
  gradients,
  matmul,
  multiply,
  reshape,
  rmsNorm,
  type Seed,
  slice,
  type Tensor,
  tokenLogProbability,
} from "@bridge-rl/tensor";
import { causalAttention, type DeclareDecoderOptions, declareDecoder, decoderLayer, parameter } from "../../decoder.js";
import type { DecoderConfig } from "../../decoder-config.js";
import type { LoraConfig } from "../../lora.js";
import { gradientName } from "./programs.js";

const normName = "model.norm.weight";

/** The matrix that the head multiplies by. */
export function headName(config: DecoderConfig): string {
  return config.tieEmbeddings ? "model.embed_tokens.weight" : "lm_head.weight";
}

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

/** What the head's program gives. */
export interface HeadGraphOptions {
  readonly targets: number;
  readonly entropies: boolean;
  /** Gives the gradient of `hidden`, and those of the final norm and the head's matrix where they are trained. */
  readonly differentiate?: { readonly trained: ReadonlySet<string>; readonly entropyWeights: boolean };
  /** Elements of logits that are computed together. @defaultValue 2²⁵, which is 134 MB */
  readonly logitsAtOnce?: number;
}

/**
 * The final norm, the head and the log-probabilities of `targetIds`, from `hidden` `[targets, hiddenSize]`.
 *
 * Logits are computed in chunks of tokens, forward and backward, and never stand all together: the vocabulary can be far wider than the
 * model. The gradient of the head's matrix goes from chunk to chunk as the addend of the next product; as a sum of products, all of them
 * would stand in memory at once.
 */
export function headGraph(config: DecoderConfig, options: HeadGraphOptions): Graph {
  const { targets, entropies, differentiate, logitsAtOnce = 2 ** 25 } = options;
  const graph = new Graph();
  const matrixName = headName(config);
  const decoder = declareDecoder(graph, config, { positions: 1, only: (name) => name === normName || name === matrixName });
  const hidden = graph.input("hidden", [targets, config.hiddenSize]);
  const targetIds = graph.input("targetIds", [targets], "int32");
  const inverseTemperature = graph.input("inverseTemperature", []);
  const weights = differentiate && graph.input("weights", [targets]);
  const entropyWeights = differentiate?.entropyWeights ? graph.input("entropyWeights", [targets]) : undefined;
  const matrix = parameter(decoder, matrixName);
  const normed = rmsNorm(hidden, parameter(decoder, normName), config.normEpsilon);
  const scaled = multiply(normed, reshape(inverseTemperature, [1, 1]));
  const trainsMatrix = differentiate?.trained.has(matrixName) === true;

  const chunks = chunksOf(targets, Math.ceil((targets * config.vocabularySize) / logitsAtOnce));
  const logProbabilities: Tensor[] = [];
  const entropyValues: Tensor[] = [];
  const hiddenGradients: Tensor[] = [];
  let matrixGradient: Tensor | undefined;
  for (const { start, end } of chunks) {
    const rows = slice(scaled, 0, start, end);
    const logits = matmul(rows, matrix, { transposeRight: true });
    const ids = slice(targetIds, 0, start, end);
    const scored = tokenLogProbability(logits, ids);
    logProbabilities.push(scored);
    const spread = entropies || entropyWeights ? entropy(logits) : undefined;
    if (entropies && spread) entropyValues.push(spread);
    if (weights === undefined) continue;
    const seeds: Seed[] = [{ output: scored, gradient: slice(weights, 0, start, end) }];
    if (entropyWeights && spread) seeds.push({ output: spread, gradient: slice(entropyWeights, 0, start, end) });
    const [logitsGradient] = gradients(seeds, [logits]) as [Tensor];
    hiddenGradients.push(matmul(logitsGradient, matrix));
    if (trainsMatrix) matrixGradient = addedProduct(logitsGradient, rows, matrixGradient);
  }
  graph.output("logProbabilities", concat(logProbabilities, 0));
  if (entropies) graph.output("entropies", concat(entropyValues, 0));
  if (differentiate === undefined) return graph;
  const trainsNorm = differentiate.trained.has(normName);
  const wanted = [hidden, ...(trainsNorm ? [parameter(decoder, normName)] : [])];
  const results = gradients([{ output: scaled, gradient: concat(hiddenGradients, 0) }], wanted);
  graph.output(gradientName("hidden"), results[0] as Tensor);
  if (trainsNorm) graph.output(gradientName(normName), results[1] as Tensor);
  if (matrixGradient) graph.output(gradientName(matrixName), matrixGradient);
  return graph;
}

/** Chunks of nearly equal size. */
function chunksOf(targets: number, count: number): { start: number; end: number }[] {
  const border = (index: number): number => Math.round((index * targets) / count);
  return Array.from({ length: count }, (_, index) => ({ start: border(index), end: border(index + 1) })).filter(
    ({ start, end }) => end > start,
  );
}

/** leftᵀ·right, added to `addend` by the same operator. */
function addedProduct(left: Tensor, right: Tensor, addend: Tensor | undefined): Tensor {
  if (addend === undefined) return matmul(left, right, { transposeLeft: true });
  const attributes = { transA: 1, transB: 0, alpha: { float: 1 }, beta: { float: 1 } };
  const outputs = [{ shape: addend.shape, dataType: left.dataType }];
  return left.graph.operation({ operator: "Gemm", inputs: [left, right, addend], attributes, outputs });
}
