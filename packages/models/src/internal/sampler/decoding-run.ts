import type { TensorValue } from "@bridge-rl/spec";
import type { PolicyWeights } from "../../local-policy.js";
import type { PrefillShape } from "./decode-graphs.js";
import { dividePrompts } from "./divide-prompts.js";
import { drawToken } from "./draw-token.js";
import type { KeyValueCache, Prefix } from "./key-value-cache.js";
import type { ResolvedSampling, Sample } from "./sample-plan.js";
import type { SamplerPrograms } from "./sampler-programs.js";

export interface DecodingRunParts {
  readonly weights: PolicyWeights;
  readonly programs: SamplerPrograms;
  readonly cache: KeyValueCache;
  readonly batchSize: number;
  readonly sampling: ResolvedSampling;
  /** Whether the last token of a completion ends it. */
  readonly isStopped: (completion: readonly number[]) => boolean;
  readonly onFinished: (sample: Sample, finishReason: "stop" | "length") => void;
}

/**
 * Decodes samples in a batch whose rows come and go: a finished sample leaves, a waiting one takes its place, and the batch shrinks when
 * none waits.
 */
export class DecodingRun {
  readonly #parts: DecodingRunParts;
  readonly #waiting: Sample[];
  readonly #prefixes = new Map<number, Prefix>();
  /** By row of the batch. */
  #active: (Sample | undefined)[] = [];

  constructor(samples: readonly Sample[], parts: DecodingRunParts) {
    this.#parts = parts;
    this.#waiting = [...samples];
    parts.cache.reshape([], 0, 0);
  }

  get done(): boolean {
    return this.#waiting.length === 0 && this.#active.every((sample) => sample === undefined);
  }

  /** Samples that wait for a row. */
  get waiting(): number {
    return this.#waiting.length;
  }

  /** Lets more samples wait. */
  add(samples: readonly Sample[]): void {
    this.#waiting.push(...samples);
  }

  /** Draws one token for every row. */
  async step(): Promise<number> {
    await this.#admit();
    this.#fit();
    const { cache, programs, weights, sampling } = this.#parts;
    const { rows, capacity } = cache;
    const tokenIds = new Int32Array(rows);
    const positions = new BigInt64Array(rows);
    const occupied: number[] = [];
    for (const [row, sample] of this.#active.entries()) {
      if (sample === undefined) continue;
      tokenIds[row] = sample.completion.at(-1) ?? (sample.promptIds.at(-1) as number);
      positions[row] = BigInt(cache.length(row));
      occupied.push(row);
    }
    const outputs = await programs.step(weights, { rows, capacity }, sampling.precision, {
      ...cache.feeds(),
      tokenIds: { data: tokenIds, shape: [rows] },
      positions: { data: positions, shape: [rows, 1] },
      inverseTemperature: { data: Float32Array.of(sampling.temperature === 0 ? 1 : 1 / sampling.temperature), shape: [] },
    });
    cache.append(this.#draw(occupied, outputs), outputs);
    return occupied.length;
  }

  /** Draws a token for each row and returns the rows that go on. */
  #draw(occupied: readonly number[], outputs: Readonly<Record<string, TensorValue>>): number[] {
    const { sampling, weights, isStopped, onFinished } = this.#parts;
    const { temperature, topK, topP, minP } = sampling;
    const probabilities = outputs.probabilities?.data as Float32Array;
    const size = weights.config.vocabularySize;
    return occupied.filter((row) => {
      const sample = this.#active[row] as Sample;
      const distribution = probabilities.subarray(row * size, (row + 1) * size);
      const { id, logProbability } = drawToken(distribution, sample.random.next(), { greedy: temperature === 0, topK, topP, minP });
      sample.completion.push(id);
      sample.logProbabilities.push(logProbability);
      const stopped = isStopped(sample.completion);
      if (!stopped && sample.completion.length < sample.limit) return true;
      this.#active[row] = undefined;
      onFinished(sample, stopped ? "stop" : "length");
      return false;
    });
  }

  /** Puts waiting samples into free rows, once enough rows are free to make a prefill worth its while. */
  async #admit(): Promise<void> {
    const { batchSize, cache } = this.#parts;
    const occupied = this.#active.filter((sample) => sample !== undefined).length;
    const free = batchSize - occupied;
    if (this.#waiting.length === 0 || (occupied > 0 && free < Math.min(this.#waiting.length, Math.ceil(batchSize / 8)))) return;
    const admitted = this.#waiting.splice(0, free);
    await this.#prefill(admitted);
    this.#shape(occupied + admitted.length, admitted);
    for (const sample of admitted) {
      const row = this.#active.indexOf(undefined);
      this.#active[row] = sample;
      cache.load(row, this.#prefixes.get(sample.request));
    }
    const needed = new Set(this.#waiting.map(({ request }) => request));
    for (const request of this.#prefixes.keys()) if (!needed.has(request)) this.#prefixes.delete(request);
  }

  /** Gives the batch the size of what is left in it, and room for one more token. */
  #fit(): void {
    this.#shape(this.#active.filter((sample) => sample !== undefined).length, []);
  }

  #shape(count: number, joining: readonly Sample[]): void {
    const { cache, programs } = this.#parts;
    const kept = closedUp(this.#active);
    const lengths = [...kept.map((row) => cache.length(row)), ...joining.map(({ promptIds }) => promptIds.length - 1)];
    const { rows, capacity } = programs.shape(count, Math.max(...lengths) + 1);
    if (rows === cache.rows && capacity === cache.capacity) return;
    cache.reserve(rows, capacity);
    cache.reshape(kept, rows, capacity);
    this.#active = Array.from({ length: rows }, (_, row) => (kept[row] === undefined ? undefined : this.#active[kept[row]]));
  }

  /** Runs the prompts of samples through the model, each once, except for their last token, which the first step takes. */
  async #prefill(samples: readonly Sample[]): Promise<void> {
    const prompts = new Map<number, Int32Array>();
    for (const { request, promptIds } of samples) {
      if (promptIds.length > 1 && !this.#prefixes.has(request)) prompts.set(request, promptIds.subarray(0, -1));
    }
    const sorted = [...prompts].sort(([, one], [, other]) => one.length - other.length);
    for (const part of dividePrompts(sorted.map(([, ids]) => ids.length))) await this.#prefillTogether(sorted.splice(0, part.count), part);
  }

  async #prefillTogether(prompts: readonly (readonly [number, Int32Array])[], shape: PrefillShape): Promise<void> {
    const { programs, weights } = this.#parts;
    const tokenIds = new Int32Array(shape.prompts * shape.tokens);
    for (const [index, [, ids]] of prompts.entries()) tokenIds.set(ids, index * shape.tokens);
    const outputs = await programs.prefill(weights, shape, tokenIds);
    for (const [index, [request, ids]] of prompts.entries()) this.#prefixes.set(request, { length: ids.length, outputs, index });
  }
}

/** The rows that are taken, those from the end in the places of those that are free: few of them move. */
function closedUp(active: readonly (Sample | undefined)[]): number[] {
  const taken = [...active.keys()].filter((row) => active[row] !== undefined);
  const moving = taken.filter((row) => row >= taken.length);
  return taken.map((_, row) => (active[row] === undefined ? (moving.pop() as number) : row));
}
