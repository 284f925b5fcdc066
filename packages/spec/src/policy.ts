import type { Sampler } from "./rollout.js";

/** One sequence to score or to train on. The loss looks at completion tokens alone. */
export interface TrainingRow {
  readonly promptIds: Int32Array;
  readonly completionIds: Int32Array;
}

/**
 * What a loss sees of one row: arrays over its completion tokens.
 */
export interface LossRow {
  /** Log-probabilities under the policy being trained. */
  readonly logProbabilities: Float32Array;
  /** Entropy in nats of each next-token distribution, where the policy was asked for it. */
  readonly entropies?: Float32Array;
}

/**
 * A loss as a pure function from per-token log-probabilities to its value and its derivative with respect to each of them.
 * Whatever else it needs (old and reference log-probabilities, masks, advantages) it holds itself, row by row in the batch's order.
 */
export interface Loss {
  /**
   * `constant` says that the derivative does not depend on the log-probabilities (as in SFT), so one pass is enough.
   */
  readonly derivative: "constant" | "dependent";
  /** Whether the loss looks at entropies, as an entropy bonus does: then its rows come with them. @defaultValue false */
  readonly usesEntropies?: boolean;
  /**
   * `constant` says that no derivative of the loss depends on the entropies, as with a bonus that is a multiple of them: where the
   * log-probabilities are known, one pass is then enough. @defaultValue "dependent"
   */
  readonly entropyDerivative?: "constant" | "dependent";
  evaluate(rows: readonly LossRow[]): LossResult;
}

export interface LossResult {
  readonly loss: number;
  /** d loss / d log-probability, row by row, over completion tokens. */
  readonly gradients: readonly Float32Array[];
  /** d loss / d entropy, row by row, over completion tokens; for losses that use entropies. @defaultValue zeros */
  readonly entropyGradients?: readonly Float32Array[];
  readonly metrics: Readonly<Record<string, number>>;
}

export interface ForwardBackwardOptions {
  /**
   * Log-probabilities of the current parameters that are already known, as the sampler gives them on policy.
   * They stand in for the first of the two passes.
   */
  readonly knownLogProbabilities?: readonly Float32Array[];
  /** Divides the logits before the softmax, as the sampler did. @defaultValue 1 */
  readonly temperature?: number;
  readonly signal?: AbortSignal;
}

export interface LogProbabilityOptions {
  /** Divides the logits before the softmax. @defaultValue 1 */
  readonly temperature?: number;
  /** Scores at θ + scale · direction, where the direction was stored by `storeGradient`. The parameters stay as they are. */
  readonly direction?: { readonly name: string; readonly scale: number };
  /** Also returns entropies. @defaultValue false */
  readonly entropies?: boolean;
  readonly signal?: AbortSignal;
}

export interface OptimizerStepOptions {
  readonly learningRate: number;
  /** @defaultValue 0.9 */
  readonly beta1?: number;
  /** @defaultValue 0.999 */
  readonly beta2?: number;
  /** @defaultValue 1e-8 */
  readonly epsilon?: number;
  /** Decoupled, on matrices only. @defaultValue 0 */
  readonly weightDecay?: number;
  /** Scales the gradient down to this global norm; 0 is off. @defaultValue 1 */
  readonly maxGradientNorm?: number;
}

/** A language model that can be trained. The verbs follow Tinker's. */
export interface Policy {
  /** Optimiser steps taken so far. */
  readonly version: number;
  readonly sampler: Sampler;
  /** Adds the gradient of a loss over a batch to the accumulated one. */
  forwardBackward(
    batch: readonly TrainingRow[],
    loss: Loss,
    options?: ForwardBackwardOptions,
  ): Promise<{ loss: number; metrics: Record<string, number> }>;
  /** AdamW on the accumulated gradient, which is then zero. Returns its global norm before clipping. @throws BridgeError `non-finite` */
  optimizerStep(options: OptimizerStepOptions): Promise<{ gradientNorm: number }>;
  /** Per row, over its completion tokens. */
  logProbabilities(batch: readonly TrainingRow[], options?: LogProbabilityOptions): Promise<LossRow[]>;
  /** Moves the accumulated gradient into a named direction and sets it to zero. Returns its norm. */
  storeGradient(name: string): Promise<{ norm: number }>;
  /** Weights, optimiser moments and version into a directory that appears complete or not at all. */
  save(directory: string): Promise<void>;
  /** What `save` wrote, exactly. */
  load(directory: string): Promise<void>;
  /** A frozen copy of the current parameters, for reference log-probabilities. Held by name; `logProbabilities` of the copy alone. */
  snapshot(): Promise<FrozenPolicy>;
  dispose(): Promise<void>;
}

/** Parameters that no longer change. */
export interface FrozenPolicy {
  logProbabilities(batch: readonly TrainingRow[], options?: Omit<LogProbabilityOptions, "direction">): Promise<LossRow[]>;
  dispose(): Promise<void>;
}

/** Text to ids and back. */
export interface Tokenizer {
  readonly vocabularySize: number;
  readonly endOfSequenceId: number;
  readonly padId: number;
  /** No special token is added; special tokens written in the text become themselves. */
  encode(text: string): Int32Array;
  decode(ids: ArrayLike<number>): string;
  /** Ids with the characters each covers: `offsets[i]` is the start of token i in `text`, `offsets[length]` its end. */
  encodeWithOffsets(text: string): { ids: Int32Array; offsets: Int32Array };
}
