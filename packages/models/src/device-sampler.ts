import {
  BridgeError,
  type Rollout,
  type SampleRequest,
  type Sampler,
  type SamplingOptions,
  type TensorValue,
  type Tokenizer,
} from "@bridge-rl/spec";
import { decoderParameters } from "./decoder-parameters.js";
import type { DeviceWeights } from "./device-policy.js";
import { DeviceCache } from "./internal/device/device-cache.js";
import { deviceStepGraph } from "./internal/device/device-decode-graphs.js";
import { DevicePrograms } from "./internal/device/device-programs.js";
import { DeviceScorer } from "./internal/device/device-scorer.js";
import { SharedTensors } from "./internal/device/shared-tensors.js";
import { breathe } from "./internal/policy/run-values.js";
import { prefillGraph } from "./internal/sampler/decode-graphs.js";
import { drawToken } from "./internal/sampler/draw-token.js";
import { planSamples, type ResolvedSampling, resolveSampling, type Sample } from "./internal/sampler/sample-plan.js";
import { gridRows, gridTokens } from "./internal/sampler/shape-grid.js";
import { stopDetector } from "./internal/sampler/stop-detector.js";

export interface DeviceSamplerOptions {
  /** Decodes rollouts, tells the end of sequence, and finds stop texts. */
  readonly tokenizer: Tokenizer;
  /** Rollouts decoded at the same time. @defaultValue 128 */
  readonly batchSize?: number;
}

/** Tokens that a cache gets room for at a time. */
const growth = 128;

interface Progress {
  tokens: number;
  finished: number;
}

/**
 * The sampler of a policy on a device: weights and the key-value cache stay there, and only next-token probabilities cross.
 *
 * Samples are decoded batch after batch; when half of a batch has finished, its rows leave the cache. Draws are made on this side from each
 * sample's own random stream, as `LocalSampler` makes them.
 */
export class DeviceSampler implements Sampler {
  readonly #weights: () => DeviceWeights;
  readonly #tokenizer: Tokenizer;
  readonly #batchSize: number;
  #programs: DevicePrograms | undefined;
  #queue: Promise<unknown> = Promise.resolve();

  /**
   * @param weights  the current weights; `createSampler` of `createDevicePolicy` passes it
   * @throws BridgeError `invalid-option`
   */
  constructor(weights: () => DeviceWeights, options: DeviceSamplerOptions) {
    const { tokenizer, batchSize = 128 } = options;
    if (!Number.isInteger(batchSize) || batchSize < 1) {
      throw new BridgeError("invalid-option", `batchSize is ${batchSize}; give a whole number of at least 1`);
    }
    this.#weights = weights;
    this.#tokenizer = tokenizer;
    this.#batchSize = batchSize;
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

  /** Frees compiled programs; sampling again makes new ones. */
  dispose(): void {
    this.#programs?.dispose();
    this.#programs = undefined;
  }

  async #sample(requests: readonly SampleRequest[], options: SamplingOptions): Promise<Rollout[]> {
    const sampling = resolveSampling(options);
    if (sampling.precision !== "float32") {
      throw new BridgeError(
        "unsupported",
        `precision "${sampling.precision}" needs the cpu provider; on a device tokens are drawn in float32`,
      );
    }
    const weights = this.#weights();
    this.#programs ??= new DevicePrograms(weights.device, 64);
    const samples = planSamples(requests, weights.config, sampling.maxTokens);
    const prompts = sampling.promptLogProbabilities ? await this.#scorePrompts(requests, weights, sampling, options) : [];
    const reasons = new Map<Sample, "stop" | "length">();
    const progress: Progress = { tokens: 0, finished: 0 };
    // similar lengths together, so that a batch's cache fits all of its rows
    const ordered = [...samples].sort((left, right) => left.promptIds.length - right.promptIds.length || left.index - right.index);
    for (let start = 0; start < ordered.length; start += this.#batchSize) {
      const batch = ordered.slice(start, start + this.#batchSize);
      await this.#decode(batch, weights, sampling, this.#programs, {
        onToken: async () => {
          await breathe(options.signal);
          if (this.#weights().revision !== weights.revision) {
            throw new BridgeError(
              "run-conflict",
              "the weights changed while rollouts were being drawn; await sample() before the next optimiser step",
            );
          }
          options.onProgress?.({ ...progress, total: samples.length });
        },
        onFinished: (sample, reason) => {
          reasons.set(sample, reason);
          progress.finished++;
        },
        progress,
      });
    }
    return samples.map((sample) => this.#rollout(sample, reasons.get(sample) ?? "length", weights.version, prompts[sample.request]));
  }

  async #decode(
    batch: readonly Sample[],
    weights: DeviceWeights,
    sampling: ResolvedSampling,
    programs: DevicePrograms,
    parts: {
      readonly onToken: () => Promise<void>;
      readonly onFinished: (sample: Sample, reason: "stop" | "length") => void;
      readonly progress: Progress;
    },
  ): Promise<void> {
    const isStopped = stopDetector(this.#tokenizer, sampling.stop);
    const size = weights.config.vocabularySize;
    const inverseTemperature = { data: Float32Array.of(sampling.temperature === 0 ? 1 : 1 / sampling.temperature), shape: [] };
    const cache = await this.#prefill(batch, weights, programs);
    try {
      let rows: (Sample | undefined)[] = [...batch];
      while (rows.some((sample) => sample !== undefined)) {
        await parts.onToken();
        rows = await fit(cache, rows);
        const { rows: count, capacity } = cache.shape;
        const program = await programs.get(
          `step ${count} ${capacity}`,
          () => deviceStepGraph(weights.config, { rows: count, capacity }, weights.lora),
          (output) => output !== "probabilities",
        );
        const { values, resident } = program.run({ ...weights.tensors, ...cache.feeds, ...stepFeeds(rows, count), inverseTemperature });
        cache.take(resident);
        const probabilities = values.probabilities?.data as Float32Array;
        for (const [row, sample] of rows.entries()) {
          if (sample === undefined) continue;
          const { temperature, topK, topP, minP } = sampling;
          const distribution = probabilities.subarray(row * size, (row + 1) * size);
          const { id, logProbability } = drawToken(distribution, sample.random.next(), { greedy: temperature === 0, topK, topP, minP });
          sample.completion.push(id);
          sample.logProbabilities.push(logProbability);
          parts.progress.tokens++;
          const stopped = isStopped(sample.completion);
          if (!stopped && sample.completion.length < sample.limit) continue;
          rows[row] = undefined;
          parts.onFinished(sample, stopped ? "stop" : "length");
        }
      }
    } finally {
      cache.dispose();
    }
  }

  /** Runs each prompt once, all but its last token, which the first step takes, and gives every sample its row of the cache. */
  async #prefill(batch: readonly Sample[], weights: DeviceWeights, programs: DevicePrograms): Promise<DeviceCache> {
    const { config } = weights;
    const requests = [...new Set(batch.map(({ request }) => request))];
    const prompts = requests.map((request) => (batch.find((sample) => sample.request === request) as Sample).promptIds);
    const tokens = gridTokens(Math.max(...prompts.map(({ length }) => length - 1)));
    const count = gridRows(prompts.length);
    const tokenIds = new Int32Array(count * tokens);
    for (const [index, ids] of prompts.entries()) tokenIds.set(ids.subarray(0, -1), index * tokens);
    const program = await programs.get(
      `prefill ${count} ${tokens}`,
      () => prefillGraph(config, { prompts: count, tokens }, weights.lora),
      () => true,
    );
    const { resident } = program.run({ ...weights.tensors, tokenIds: { data: tokenIds, shape: [tokenIds.length] } });
    const cache = new DeviceCache(config, programs, resident, { rows: count, capacity: tokens });
    const order = new Int32Array(gridRows(batch.length));
    for (const [row, { request }] of batch.entries()) order[row] = requests.indexOf(request);
    await cache.arrange(order, capacityFor(batch, tokens));
    return cache;
  }

  async #scorePrompts(
    requests: readonly SampleRequest[],
    weights: DeviceWeights,
    { temperature }: ResolvedSampling,
    { signal }: SamplingOptions,
  ): Promise<Float32Array[]> {
    const scorer = new DeviceScorer(weights.config, decoderParameters(weights.config), this.#programs as DevicePrograms, 4096, {
      ...(weights.lora && { lora: weights.lora }),
    });
    const rows = requests.map(({ promptIds }) => ({ promptIds: promptIds.subarray(0, 1), completionIds: promptIds.subarray(1) }));
    const scored = await scorer.score(new SharedTensors(Object.entries(weights.tensors)), rows, {
      temperature: temperature === 0 ? 1 : temperature,
      ...(signal === undefined ? {} : { signal }),
    });
    return scored.map(({ logProbabilities }) => logProbabilities);
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

/** Tokens of a sample that are in the cache: all but the newest. */
function cachedTokens({ promptIds, completion }: Sample): number {
  return promptIds.length + completion.length - 1;
}

function capacityFor(samples: readonly Sample[], least: number): number {
  const needed = Math.max(...samples.map(cachedTokens)) + 1;
  return Math.max(least, Math.ceil(needed / growth) * growth);
}

/** Gives the cache room for one more token, and lets finished rows leave once they are half of it. */
async function fit(cache: DeviceCache, rows: readonly (Sample | undefined)[]): Promise<(Sample | undefined)[]> {
  const kept = [...rows.keys()].filter((row) => rows[row] !== undefined);
  const active = kept.map((row) => rows[row] as Sample);
  const { rows: count, capacity } = cache.shape;
  const wanted = gridRows(active.length);
  const needed = capacityFor(active, capacity);
  const shrinks = wanted <= count / 2;
  if (!shrinks && needed <= capacity) return [...rows];
  const order = shrinks
    ? Int32Array.from({ length: wanted }, (_, row) => kept[row] ?? 0)
    : Int32Array.from({ length: count }, (_, row) => row);
  await cache.arrange(order, needed);
  return shrinks ? active : [...rows];
}

function stepFeeds(rows: readonly (Sample | undefined)[], count: number): Record<string, TensorValue> {
  const tokenIds = new Int32Array(count);
  const slots = new Int32Array(count);
  for (const [row, sample] of rows.entries()) {
    if (sample === undefined) continue;
    tokenIds[row] = sample.completion.at(-1) ?? (sample.promptIds.at(-1) as number);
    slots[row] = cachedTokens(sample);
  }
  const positions = BigInt64Array.from(slots, BigInt);
  return {
    tokenIds: { data: tokenIds, shape: [count] },
    positions: { data: positions, shape: [count, 1] },
    slots: { data: slots, shape: [count, 1] },
  };
}
