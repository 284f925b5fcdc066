import { setImmediate } from "node:timers/promises";
import { createOnnxRuntime } from "@bridge-rl/runtime-onnx";
import {
  BridgeError,
  type Rollout,
  type Runtime,
  type SampleRequest,
  type Sampler,
  type SamplingOptions,
  type Tokenizer,
} from "@bridge-rl/spec";
import type { Graph } from "@bridge-rl/tensor";
import type { DecoderConfig } from "./decoder-config.js";
import { DecodingRun } from "./internal/sampler/decoding-run.js";
import { KeyValueCache } from "./internal/sampler/key-value-cache.js";
import { planSamples, resolveSampling, type Sample } from "./internal/sampler/sample-plan.js";
import { SamplerPrograms } from "./internal/sampler/sampler-programs.js";
import { gridRows, gridTokens } from "./internal/sampler/shape-grid.js";
import { stopDetector } from "./internal/sampler/stop-detector.js";
import type { PolicyWeights } from "./local-policy.js";

export interface LocalSamplerOptions {
  /** Decodes rollouts, tells the end of sequence, and finds stop texts. */
  readonly tokenizer: Tokenizer;
  /** @defaultValue onnxruntime's CPU provider with one thread */
  readonly runtime?: Runtime<Graph>;
  /** Rollouts decoded at the same time. More is faster up to about 128, and takes more memory for their keys and values. @defaultValue 128 */
  readonly batchSize?: number;
  /**
   * Where programs have the weights. `initializers` makes steps faster, but programs are compiled again whenever the weights change;
   * `inputs` compiles each shape once. @defaultValue "inputs" below four million parameters, else "initializers"
   */
  readonly weightPlacement?: "inputs" | "initializers";
}

/**
 * The sampler of a policy: the decoder that training uses, with cached keys and values, in a batch that rollouts enter and leave.
 *
 * The same requests, options and weights on one machine give the same bits. What else is in a call changes only the rounding of a sample's
 * probabilities (by about 1e-7), so its tokens change only where a draw falls that close to the border between two tokens.
 * Calls run one after the other.
 */
export class LocalSampler implements Sampler {
  readonly #weights: () => PolicyWeights;
  readonly #tokenizer: Tokenizer;
  readonly #batchSize: number;
  readonly #programs: SamplerPrograms;
  #cache: KeyValueCache | undefined;
  #queue: Promise<unknown> = Promise.resolve();

  /**
   * @param weights  the current weights, read at the start of each call; `createSampler` of `LocalPolicy` passes it
   * @throws BridgeError `invalid-option`
   */
  constructor(weights: () => PolicyWeights, options: LocalSamplerOptions) {
    const { tokenizer, runtime = createOnnxRuntime(), batchSize = 128, weightPlacement } = options;
    if (!Number.isInteger(batchSize) || batchSize < 1) {
      throw new BridgeError("invalid-option", `batchSize is ${batchSize}; give a whole number of at least 1`);
    }
    this.#weights = weights;
    this.#tokenizer = tokenizer;
    this.#batchSize = batchSize;
    this.#programs = new SamplerPrograms(runtime, weightPlacement ?? (isSmall(weights()) ? "inputs" : "initializers"));
  }

  /**
   * @throws BridgeError `invalid-option`, `invalid-input`, `cancelled`; `non-finite` where the weights have diverged; `run-conflict` where
   *   they change while rollouts are being drawn
   */
  async sample(requests: readonly SampleRequest[], options: SamplingOptions = {}): Promise<Rollout[]> {
    const earlier = this.#queue;
    const result = earlier.then(() => this.#sample(requests, options));
    this.#queue = result.catch(() => undefined);
    return result;
  }

  /** Frees compiled programs and caches; sampling again makes new ones. */
  dispose(): void {
    this.#programs.dispose();
    this.#cache = undefined;
  }

  async #sample(requests: readonly SampleRequest[], options: SamplingOptions): Promise<Rollout[]> {
    const { signal, onProgress } = options;
    const sampling = resolveSampling(options);
    const weights = this.#weights();
    const samples = planSamples(requests, weights.config, sampling.maxTokens);
    const rollouts: Rollout[] = [];
    let tokens = 0;
    let finished = 0;
    const run = new DecodingRun(samples, {
      weights,
      programs: this.#programs,
      cache: this.#cacheFor(samples, weights.config),
      batchSize: this.#batchSize,
      sampling,
      isStopped: stopDetector(this.#tokenizer, sampling.stop),
      onFinished: (sample, finishReason) => {
        rollouts[sample.index] = this.#rollout(sample, finishReason, weights.version);
        finished++;
      },
    });
    try {
      while (!run.done) {
        await setImmediate();
        if (signal?.aborted) throw new BridgeError("cancelled", "sampling was cancelled", { cause: signal.reason });
        if (this.#weights().revision !== weights.revision) {
          throw new BridgeError(
            "run-conflict",
            "the weights changed while rollouts were being drawn; await sample() before the next optimiser step",
          );
        }
        tokens += await run.step();
        onProgress?.({ tokens, finished, total: samples.length });
      }
    } catch (error) {
      // a cache with NaN in it would spoil later calls, since a masked NaN is still one
      this.#cache = undefined;
      throw error;
    }
    return rollouts;
  }

  #cacheFor(samples: readonly Sample[], config: DecoderConfig): KeyValueCache {
    const rows = gridRows(Math.min(this.#batchSize, samples.length));
    const capacity = gridTokens(samples.reduce((longest, { promptIds, limit }) => Math.max(longest, promptIds.length + limit), 1));
    if (!this.#cache?.holds(rows, capacity)) this.#cache = new KeyValueCache(config, rows, capacity);
    return this.#cache;
  }

  #rollout({ promptIds, completion, logProbabilities }: Sample, finishReason: "stop" | "length", policyVersion: number): Rollout {
    return {
      promptIds,
      completionIds: Int32Array.from(completion),
      logProbabilities: Float32Array.from(logProbabilities),
      finishReason,
      // a model's vocabulary can be padded with ids that stand for no text
      text: this.#tokenizer.decode(completion.filter((id) => id < this.#tokenizer.vocabularySize)),
      policyVersion,
    };
  }
}

function isSmall({ tensors }: PolicyWeights): boolean {
  return [...tensors.values()].reduce((total, { data }) => total + data.length, 0) < 4e6;
}
