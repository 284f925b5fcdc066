/** Token ids in, token ids out. Text is derived from ids and never tokenised again. */
export interface Rollout {
  readonly promptIds: Int32Array;
  /** The sampled tokens, with the stop token or the tokens of the stop string. */
  readonly completionIds: Int32Array;
  /** Log-probabilities of the sampled tokens under the distribution they were drawn from, same length. */
  readonly logProbabilities: Float32Array;
  /** Log-probabilities of the prompt's tokens from the second on, at the temperature alone, where they were asked for. */
  readonly promptLogProbabilities?: Float32Array;
  readonly finishReason: "stop" | "length";
  readonly text: string;
  /** Optimiser steps of the policy that sampled it. */
  readonly policyVersion: number;
  /**
   * `logProbabilities` are those of a sampler that only comes near the policy, as one with weights in 8 bits does. Training on the rollout takes
   * the policy's own in their place, and weighs it by their ratio. @defaultValue false
   */
  readonly offPolicy?: boolean;
}

/** One prompt, sampled `count` times. */
export interface SampleRequest {
  readonly promptIds: Int32Array;
  readonly count: number;
  /** Together with the sample's number (0 … count−1) decides every draw, whatever else is in the batch. */
  readonly seed: number;
}

export interface SamplingOptions {
  /** @defaultValue 256 */
  readonly maxTokens?: number;
  /** 0 is greedy. Logits are divided by it before the softmax. @defaultValue 1 */
  readonly temperature?: number;
  /** Keep the k likeliest tokens; 0 keeps all. @defaultValue 0 */
  readonly topK?: number;
  /** Keep the smallest set of tokens whose probability reaches this. @defaultValue 1 */
  readonly topP?: number;
  /** Keep tokens whose probability is at least this share of the likeliest one's; 0 keeps all. @defaultValue 0 */
  readonly minP?: number;
  /**
   * What tokens are computed in. `int8` rounds weights and activations to 8 bits: faster on processors with integer products, but rollouts are
   * then `offPolicy`. A sampler that doesn't have it throws `unsupported`. @defaultValue "float32"
   */
  readonly precision?: "float32" | "int8";
  /** Also gives the log-probabilities of the prompts' tokens. @defaultValue false */
  readonly promptLogProbabilities?: boolean;
  /** Texts that end a completion, besides the end-of-sequence token. Kept in it. */
  readonly stop?: readonly string[];
  readonly signal?: AbortSignal;
  /** Called now and then with the tokens sampled and the rollouts finished so far. */
  readonly onProgress?: (progress: { tokens: number; finished: number; total: number }) => void;
}

/** Draws completions from a policy. */
export interface Sampler {
  /** Rollouts in the order of the requests, all samples of one after the other. */
  sample(requests: readonly SampleRequest[], options?: SamplingOptions): Promise<Rollout[]>;
}
