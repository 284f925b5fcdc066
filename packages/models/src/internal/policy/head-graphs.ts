import {
  add,
  exp,
  Graph,
  gatherAlong,
  gradients,
  matmul,
  max,
  multiply,
  negate,
  reshape,
  rmsNorm,
  scatterAdd,
  subtract,
  sum,
  type Tensor,
} from "@bridge-rl/tensor";
import type { DecoderConfig } from "../../decoder-config.js";

/** Name of the final norm's weight. */
export const normName = "model.norm.weight";

/** The matrix that the head multiplies by. */
export function headName(config: DecoderConfig): string {
  return config.tieEmbeddings ? "model.embed_tokens.weight" : "lm_head.weight";
}

/**
 * The final norm and the temperature: `hidden` `[targets, hiddenSize]`, `weight` and `inverseTemperature` to `scaled`; with `backward`, their
 * gradients `hidden gradient` and `weight gradient` for a `gradient` of `scaled`.
 */
export function headNormGraph(config: DecoderConfig, targets: number, backward: boolean): Graph {
  const graph = new Graph();
  const hidden = graph.input("hidden", [targets, config.hiddenSize]);
  const weight = graph.input("weight", [config.hiddenSize]);
  const inverseTemperature = graph.input("inverseTemperature", []);
  const scaled = multiply(rmsNorm(hidden, weight, config.normEpsilon), reshape(inverseTemperature, [1, 1]));
  if (!backward) {
    graph.output("scaled", scaled);
    return graph;
  }
  const gradient = graph.input("gradient", scaled.shape);
  const [ofHidden, ofWeight] = gradients([{ output: scaled, gradient }], [hidden, weight]) as [Tensor, Tensor];
  graph.output("hidden gradient", ofHidden);
  graph.output("weight gradient", ofWeight);
  return graph;
}

/** The static shape of a block of the vocabulary. */
export interface BlockShape {
  readonly targets: number;
  /** Tokens of the vocabulary, rows of `matrix`. */
  readonly block: number;
}

function blockLogits(config: DecoderConfig, { targets, block }: BlockShape) {
  const graph = new Graph();
  const scaled = graph.input("scaled", [targets, config.hiddenSize]);
  const matrix = graph.input("matrix", [block, config.hiddenSize]);
  const ids = reshape(graph.input("ids", [targets], "int32"), [targets, 1]);
  return { graph, scaled, matrix, ids, logits: matmul(scaled, matrix, { transposeRight: true }) };
}

/**
 * What the logits of one block add to softmax: `largest`, `total` = Σ e^(logit − largest), `chosen` = the logit of `ids`, which count within
 * the block, and with `entropies` also `weighted` = Σ e^(logit − largest) · logit. All `[targets]`.
 */
export function headBlockGraph(config: DecoderConfig, shape: BlockShape, entropies: boolean): Graph {
  const { graph, ids, logits } = blockLogits(config, shape);
  const flat = (tensor: Tensor): Tensor => reshape(tensor, [shape.targets]);
  const largest = max(logits, -1, { keepAxes: true });
  const powers = exp(subtract(logits, largest));
  graph.output("largest", flat(largest));
  graph.output("total", flat(sum(powers, -1, { keepAxes: true })));
  graph.output("chosen", flat(gatherAlong(logits, ids)));
  if (entropies) graph.output("weighted", flat(sum(multiply(powers, logits), -1, { keepAxes: true })));
  return graph;
}

/** What the derivative of a block gives besides the gradient of `scaled`. */
export interface BlockBackwardOptions {
  readonly trainsMatrix: boolean;
  readonly entropies: boolean;
}

/**
 * The derivative of one block. Inputs besides `scaled`, `matrix` and `ids`: `normalizer` = log Σ e^logit over the whole vocabulary; `weights` of
 * the log-probabilities; `chosenWeights`, the same where the target is in this block and else 0; with `entropies` also `entropies` and
 * `entropyWeights`. All `[targets]`. Outputs `gradient` `[targets, hiddenSize]` and, where trained, `matrix gradient` of the matrix's shape.
 */
export function headBlockBackwardGraph(config: DecoderConfig, shape: BlockShape, options: BlockBackwardOptions): Graph {
  const { graph, scaled, matrix, ids, logits } = blockLogits(config, shape);
  const column = (name: string): Tensor => reshape(graph.input(name, [shape.targets]), [shape.targets, 1]);
  const logProbabilities = subtract(logits, column("normalizer"));
  const probabilities = exp(logProbabilities);
  // d log p(target) = onehot − p
  let factor = negate(column("weights"));
  if (options.entropies) {
    // d H = −p ⊙ (log p + H)
    const weight = column("entropyWeights");
    factor = subtract(factor, multiply(weight, add(logProbabilities, column("entropies"))));
  }
  const gradient = scatterAdd(multiply(probabilities, factor), ids, column("chosenWeights"));
  graph.output("gradient", matmul(gradient, matrix));
  if (options.trainsMatrix) graph.output("matrix gradient", matmul(gradient, scaled, { transposeLeft: true }));
  return graph;
}
