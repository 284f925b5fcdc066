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
import { paddedRows } from "./internal/policy/padded-rows.js";
import { ProgramCache as PolicyPrograms } from "./internal/policy/programs.js";
import { Scorer } from "./internal/policy/scorer.js";
import { DecodingRun } from "./internal/sampler/decoding-run.js";
import { bytesPerToken, KeyValueCache } from "./internal/sampler/key-value-cache.js";
import { RequestSource } from "./internal/sampler/request-source.js";
import { planRequest, planSamples, type ResolvedSampling, resolveSampling, type Sample } from "./internal/sampler/sample-plan.js";
import { SamplerPrograms } from "./internal/sampler/sampler-programs.js";
import { gridRows, gridTokens } from "./internal/sampler/shape-grid.js";
import { stopDetector } from "./internal/sampler/stop-detector.js";
import type { PolicyWeights } from "./local-policy.js";

export interface LocalSamplerOptions {
  /** Decodes rollouts, tells the end of sequence, and finds stop texts. */
  readonly tokenizer: Tokenizer;
  /** @defaultValue onnxruntime's CPU provider with one thread */
  readonly runtime?: Runtime<Graph>;
  /**
   * Rollouts decoded at the same time. More is faster up to about 256, and takes more memory for their keys and values.
   * @defaultValue 256 where these are at most 8 KiB for a token, else 128
   */
  readonly batchSize?: number;
  /**
   * Where programs have the weights. `initializers` makes steps faster, but programs are compiled again whenever the weights change;
   * `inputs` compiles each shape once. @defaultValue "inputs" below half a million parameters, else "initializers"
   */
  readonly weightPlacement?: "inputs" | "initializers";
}

/** A finished rollout of `LocalSampler.stream`. */
export interface StreamedRollout {
  /** Which request it answers, counted from 0 in the order they came. */
  readonly request: number;
  /** Which of the request's samples. */
  readonly sample: number;
  readonly rollout: Rollout;
}

/**
 * The sampler of a policy: the decoder that training uses, with cached keys and values, in a batch that rollouts enter and leave.
 *
 * The same requests, options and weights on one machine give the same bits. What else is in a call changes only the rounding of a sample's
 * probabilities (by about 1e-7; with precision "int8", where that moves an activation by a step, by about 1e-3), so its tokens change only
 * where a draw falls that close to the border between two tokens.
 * Calls run one after the other.
 */
export class LocalSampler implements Sampler {
  readonly #runtime: Runtime<Graph>;
  #scoring: PolicyPrograms | undefined;
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
    const current = weights();
    const { tokenizer, runtime = createOnnxRuntime(), batchSize = bytesPerToken(current.config) <= 8192 ? 256 : 128 } = options;
    const { weightPlacement = isSmall(current) ? "inputs" : "initializers" } = options;
    if (!Number.isInteger(batchSize) || batchSize < 1) {
      throw new BridgeError("invalid-option", `batchSize is ${batchSize}; give a whole number of at least 1`);
    }
    this.#runtime = runtime;
    this.#weights = weights;
    this.#tokenizer = tokenizer;
    this.#batchSize = batchSize;
    this.#programs = new SamplerPrograms(runtime, weightPlacement);
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

  /**
   * Draws rollouts of requests that come one after the other, and gives each as it is finished, in whatever order that is. A request is taken
   * when a row is about to be free for it, and nothing is decoded while a rollout waits to be taken: neither side runs ahead of the other.
   * Each has the tokens that `sample` gives it. Other calls wait until this one is read to its end, or ended by `return` (as `break` does).
   *
   * @throws BridgeError as `sample`
   */
  async *stream(
    requests: Iterable<SampleRequest> | AsyncIterable<SampleRequest>,
    options: SamplingOptions = {},
  ): AsyncGenerator<StreamedRollout, void, undefined> {
    const earlier = this.#queue;
    let release = (): void => undefined;
    this.#queue = new Promise<void>((resolve) => {
      release = resolve;
    });
    const source = new RequestSource(requests);
    try {
      await earlier;
      yield* this.#stream(source, options);
    } finally {
      release();
      await source.close();
    }
  }

  /** Frees compiled programs and caches; sampling again makes new ones. */
  dispose(): void {
    this.#programs.dispose();
    this.#scoring?.dispose();
    this.#scoring = undefined;
    this.#cache = undefined;
  }

  async #sample(requests: readonly SampleRequest[], options: SamplingOptions): Promise<Rollout[]> {
    const { onProgress } = options;
    const sampling = resolveSampling(options);
    const origin = originOf(sampling);
    const weights = this.#weights();
    const samples = planSamples(requests, weights.config, sampling.maxTokens);
    const prompts = sampling.promptLogProbabilities ? await this.#scorePrompts(requests, weights, sampling, options) : [];
    const rollouts: Rollout[] = [];
    let tokens = 0;
    let finished = 0;
    const run = this.#run(samples, weights, sampling, (sample, finishReason) => {
      rollouts[sample.index] = { ...this.#rollout(sample, finishReason, weights.version, prompts[sample.request]), ...origin };
      finished++;
    });
    while (!run.done) {
      tokens += await this.#step(run, weights, options);
      onProgress?.({ tokens, finished, total: samples.length });
    }
    return rollouts;
  }

  async *#stream(source: RequestSource, options: SamplingOptions): AsyncGenerator<StreamedRollout, void, undefined> {
    const { onProgress } = options;
    const sampling = resolveSampling(options);
    const origin = originOf(sampling);
    const weights = this.#weights();
    const prompts = new Map<number, Float32Array>();
    let ready: StreamedRollout[] = [];
    let [tokens, finished, total] = [0, 0, 0];
    const run = this.#run([], weights, sampling, (sample, finishReason) => {
      const rollout = { ...this.#rollout(sample, finishReason, weights.version, prompts.get(sample.request)), ...origin };
      ready.push({ request: sample.request, sample: sample.number, rollout });
      finished++;
    });
    while (true) {
      while (run.waiting < this.#batchSize) {
        // decoding goes on while a request is on its way, unless there is nothing to decode
        const next = await source.next(run.done);
        if (next === undefined) break;
        const samples = planRequest(next.request, next.number, total, weights.config, sampling.maxTokens);
        if (sampling.promptLogProbabilities) {
          const [scored] = await this.#scorePrompts([next.request], weights, sampling, options);
          if (scored) prompts.set(next.number, scored);
        }
        run.add(samples);
        total += samples.length;
      }
      if (run.done && source.ended) return;
      if (run.done) continue;
      tokens += await this.#step(run, weights, options);
      onProgress?.({ tokens, finished, total });
      const taken = ready;
      ready = [];
      yield* taken;
    }
  }

  #run(
    samples: readonly Sample[],
    weights: PolicyWeights,
    sampling: ResolvedSampling,
    onFinished: (sample: Sample, finishReason: "stop" | "length") => void,
  ): DecodingRun {
    return new DecodingRun(samples, {
      weights,
      programs: this.#programs,
      cache: this.#cacheFor(samples, weights.config),
      batchSize: this.#batchSize,
      sampling,
      isStopped: stopDetector(this.#tokenizer, sampling.stop),
      onFinished,
    });
  }

  /** One token for every row. Returns how many. */
  async #step(run: DecodingRun, weights: PolicyWeights, { signal }: SamplingOptions): Promise<number> {
    try {
      await setImmediate();
      if (signal?.aborted) throw new BridgeError("cancelled", "sampling was cancelled", { cause: signal.reason });
      if (this.#weights().revision !== weights.revision) {
        throw new BridgeError(
          "run-conflict",
          "the weights changed while rollouts were being drawn; await sample() before the next optimiser step",
        );
      }
      return await run.step();
    } catch (error) {
      // a cache with NaN in it would spoil later calls, since a masked NaN is still one
      this.#cache = undefined;
      throw error;
    }
  }

  /** Log-probabilities of each request's prompt from its second token on. */
  async #scorePrompts(
    requests: readonly SampleRequest[],
    weights: PolicyWeights,
    { temperature }: ResolvedSampling,
    { signal }: SamplingOptions,
  ): Promise<Float32Array[]> {
    this.#scoring ??= new PolicyPrograms(this.#runtime, weights.config, 16, weights.lora === undefined ? {} : { lora: weights.lora });
    const scorer = new Scorer(weights.config, paddedRows(weights.config, this.#scoring, 1024));
    const rows = requests.map(({ promptIds }) => ({ promptIds: promptIds.subarray(0, 1), completionIds: promptIds.subarray(1) }));
    const scored = await scorer.score({ tensors: () => weights.tensors }, rows, {
      temperature: temperature === 0 ? 1 : temperature,
      ...(signal === undefined ? {} : { signal }),
    });
    return scored.map(({ logProbabilities }) => logProbabilities);
  }

  #cacheFor(samples: readonly Sample[], config: DecoderConfig): KeyValueCache {
    const rows = gridRows(Math.min(this.#batchSize, samples.length));
    const capacity = gridTokens(samples.reduce((longest, { promptIds, limit }) => Math.max(longest, promptIds.length + limit), 1));
    if (!this.#cache?.holds(rows, capacity)) this.#cache = new KeyValueCache(config, rows, capacity);
    return this.#cache;
  }

  #rollout(
    { promptIds, completion, logProbabilities }: Sample,
    finishReason: "stop" | "length",
    policyVersion: number,
    promptLogProbabilities: Float32Array | undefined,
  ): Rollout {
    return {
      promptIds,
      completionIds: Int32Array.from(completion),
      logProbabilities: Float32Array.from(logProbabilities),
      ...(promptLogProbabilities === undefined ? {} : { promptLogProbabilities }),
      finishReason,
      // a model's vocabulary can be padded with ids that stand for no text
      text: this.#tokenizer.decode(completion.filter((id) => id < this.#tokenizer.vocabularySize)),
      policyVersion,
    };
  }
}

/** What rollouts say of the log-probabilities that they carry. */
function originOf({ precision }: ResolvedSampling): { readonly offPolicy?: boolean } {
  return precision === "float32" ? {} : { offPolicy: true };
}

function isSmall({ tensors }: PolicyWeights): boolean {
  return [...tensors.values()].reduce((total, { data }) => total + data.length, 0) < 5e5;
}
