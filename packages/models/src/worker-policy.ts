import { Worker } from "node:worker_threads";
import type { Provider, ProviderName } from "@bridge-rl/runtime-onnx";
import {
  BridgeError,
  type ForwardBackwardOptions,
  type FrozenPolicy,
  type LogProbabilityOptions,
  type Loss,
  type LossRow,
  type OptimizerStepOptions,
  type Policy,
  type Rollout,
  type SampleRequest,
  type Sampler,
  type SamplingOptions,
  type TrainingRow,
} from "@bridge-rl/spec";
import type { DecoderConfig } from "./decoder-config.js";
import { divideRows } from "./internal/policy/divide-work.js";
import { type DifferentiateOptions, forwardBackward, type ScoreOptions } from "./internal/policy/forward-backward.js";
import { checkRows } from "./internal/policy/micro-batches.js";
import { emptyRows, lossRows } from "./internal/policy/run-values.js";
import { shareGradients } from "./internal/policy/share-gradients.js";
import { WorkerConnection } from "./internal/policy/worker-connection.js";
import { WorkerGroup } from "./internal/policy/worker-group.js";
import type { WorkerMethods, WorkerSetup } from "./internal/policy/worker-protocol.js";
import { divideRequests } from "./internal/sampler/divide-requests.js";
import { planSamples, resolveSampling } from "./internal/sampler/sample-plan.js";
import type { LocalPolicyOptions } from "./local-policy.js";
import { type LoraConfig, resolveLora } from "./lora.js";
import type { FileTokenizer } from "./tokenizer.js";

export interface WorkerPolicyOptions {
  /**
   * Worker threads that share the work. Each has weights, gradients and moments of its own: that memory is taken once for each. Several with one
   * thread use the cores better than one with several threads does. @defaultValue 1
   */
  readonly workers?: number;
  /** Threads of onnxruntime in each worker. All workers together should not have more than there are free cores. @defaultValue 1 */
  readonly threads?: number;
  /** Where onnxruntime runs; on one with device memory the worker holds a `DevicePolicy`. @defaultValue "cpu" */
  readonly provider?: ProviderName | Provider;
  /** As in `LocalPolicyOptions`. */
  readonly tokensPerRun?: number;
  /** As in `LocalPolicyOptions`. */
  readonly programs?: number;
  /** As in `LocalPolicyOptions`; on device memory there are no adapters yet. */
  readonly lora?: NonNullable<LocalPolicyOptions["lora"]>;
  /** As in `LocalPolicyOptions`; not on device memory. */
  readonly frozen?: readonly string[];
  /** As in `LocalPolicyOptions`; not on device memory. */
  readonly activationCheckpointing?: boolean;
  /** As in `LocalPolicyOptions`; not on device memory. */
  readonly packRows?: boolean;
  /** As in `LocalPolicyOptions`; not on device memory. */
  readonly sharePrompts?: boolean;
  /** As in `LocalPolicyOptions`, for all workers together; not on device memory. */
  readonly memoryLimit?: number;
  /** What the sampler decodes with. @defaultValue a sampler that throws `unsupported` */
  readonly tokenizer?: FileTokenizer;
}

/**
 * Starts a `LocalPolicy` in a worker thread, since a pass blocks the thread it runs on, or one in each of several, which then work as one
 * policy: rows and requests are divided between them by their tokens, and gradients are added up in a fixed order before each step.
 *
 * Losses and progress are called on this side; log-probabilities and their derivatives travel, weights don't. Calls run in order.
 * The process can end while no call is pending, even if `dispose` was forgotten.
 *
 * The same calls with the same number of workers give the same bits. Another number changes the rounding of gradients and, by about 1e-7, of
 * probabilities.
 *
 * @throws BridgeError as the constructor of `LocalPolicy`; `missing-dependency` where the provider is not available, and `unsupported` where
 *   it keeps tensors on a device, which one worker has for itself
 */
export async function createWorkerPolicy(
  config: DecoderConfig,
  weights: ReadonlyMap<string, Float32Array>,
  options: WorkerPolicyOptions = {},
): Promise<WorkerPolicy> {
  const { workers = 1, threads = 1, provider = "cpu", tokensPerRun, programs, tokenizer, ...hostOptions } = options;
  if (!Number.isInteger(workers) || workers < 1) {
    throw new BridgeError("invalid-option", `workers is ${workers}; give a whole number of at least 1`);
  }
  const gradients = workers === 1 ? [] : shareGradients(config, workers, options);
  const setup: WorkerSetup = {
    config,
    weights,
    threads,
    provider,
    // the memory of all together was looked at already
    hostOptions: workers === 1 ? hostOptions : { ...hostOptions, memoryLimit: Number.POSITIVE_INFINITY },
    ...(tokensPerRun === undefined ? {} : { tokensPerRun }),
    ...(programs === undefined ? {} : { programs }),
    ...(tokenizer === undefined ? {} : { tokenizer: tokenizer.files }),
  };
  const connections = Array.from(
    { length: workers },
    (_, index) => new WorkerConnection(startWorker(workers === 1 ? setup : { ...setup, replica: { gradients, index } })),
  );
  const started = await Promise.allSettled(connections.map(({ ready }) => ready));
  const failed = started.find((outcome) => outcome.status === "rejected");
  if (failed) {
    await Promise.all(connections.map((connection) => connection.close()));
    throw failed.reason;
  }
  return new WorkerPolicy(config, new WorkerGroup(connections), {
    sharePrompts: options.sharePrompts !== false,
    ...(options.lora && { lora: resolveLora(options.lora) }),
  });
}

/** A policy whose passes run in worker threads; made by `createWorkerPolicy`. */
export class WorkerPolicy implements Policy {
  readonly config: DecoderConfig;
  readonly sampler: Sampler;
  /** What the adapters are, where there are any. */
  readonly lora: LoraConfig | undefined;
  readonly #workers: WorkerGroup;
  readonly #sharePrompts: boolean;

  /** @internal */
  constructor(
    config: DecoderConfig,
    workers: WorkerGroup,
    { sharePrompts, lora }: { readonly sharePrompts: boolean; readonly lora?: LoraConfig },
  ) {
    this.config = config;
    this.lora = lora;
    this.#workers = workers;
    this.#sharePrompts = sharePrompts;
    this.sampler = { sample: (requests, options = {}) => this.#sample(requests, options) };
  }

  get version(): number {
    return this.#workers.version;
  }

  /** Worker threads, each with weights, gradients and moments of its own. */
  get workers(): number {
    return this.#workers.size;
  }

  async forwardBackward(
    batch: readonly TrainingRow[],
    loss: Loss,
    options: ForwardBackwardOptions = {},
  ): Promise<{ loss: number; metrics: Record<string, number> }> {
    const passes = {
      score: (rows: readonly TrainingRow[], { signal, ...rest }: ScoreOptions) =>
        this.#divided(rows, (places, own) => ["score", [own, { ...rest, places }]], signal),
      differentiate: (
        rows: readonly TrainingRow[],
        weights: readonly Float32Array[],
        selected: readonly number[],
        options: DifferentiateOptions,
      ) => this.#differentiate(rows, weights, selected, options),
    };
    return forwardBackward(passes, batch, loss, options);
  }

  optimizerStep(options: OptimizerStepOptions): Promise<{ gradientNorm: number }> {
    return this.#workers.alike("optimizerStep", [options], this.#afterSumming());
  }

  async logProbabilities(batch: readonly TrainingRow[], options: LogProbabilityOptions = {}): Promise<LossRow[]> {
    const { signal, ...rest } = options;
    return this.#divided(batch, (_, rows) => ["logProbabilities", [rows, rest]], signal);
  }

  storeGradient(name: string): Promise<{ norm: number }> {
    return this.#workers.alike("storeGradient", [name], this.#afterSumming());
  }

  save(directory: string): Promise<void> {
    return this.#workers.one("save", [directory]);
  }

  load(directory: string): Promise<void> {
    return this.#workers.alike("load", [directory]);
  }

  async snapshot(): Promise<FrozenPolicy> {
    const id = await this.#workers.alike("snapshot", []);
    return {
      logProbabilities: async (batch, { signal, ...rest } = {}) =>
        this.#divided(batch, (_, rows) => ["scoreSnapshot", [id, rows, rest]], signal),
      dispose: () => this.#workers.alike("disposeSnapshot", [id]),
    };
  }

  /**
   * A copy of the current weights, by Hugging Face name; with adapters, of their factors too.
   *
   * @param worker  whose: all have the same. @defaultValue 0
   */
  weights(worker: number = 0): Promise<ReadonlyMap<string, Float32Array>> {
    return this.#workers.one("weights", [], worker);
  }

  /** A copy of the weights as a model without adapters has them: those adapters are added in. */
  mergedWeights(): Promise<ReadonlyMap<string, Float32Array>> {
    return this.#workers.one("mergedWeights", []);
  }

  /** A copy of the adapters' factors; none where there are no adapters. */
  adapters(): Promise<ReadonlyMap<string, Float32Array>> {
    return this.#workers.one("adapters", []);
  }

  dispose(): Promise<void> {
    return this.#workers.close();
  }

  #afterSumming(): { before?: "sumGradients" } {
    return this.workers === 1 ? {} : { before: "sumGradients" };
  }

  #places(batch: readonly TrainingRow[], selected: readonly number[]): number[][] {
    // a worker would name a row by its place among its own
    if (this.workers > 1) checkRows(batch, this.config);
    return divideRows(batch, selected, this.workers, { sharePrompts: this.#sharePrompts });
  }

  async #divided<Method extends "score" | "logProbabilities" | "scoreSnapshot">(
    batch: readonly TrainingRow[],
    call: (places: readonly number[], rows: readonly TrainingRow[]) => readonly [Method, Parameters<WorkerMethods[Method]>],
    signal: AbortSignal | undefined,
  ): Promise<LossRow[]> {
    const parts = this.#places(batch, [...batch.keys()]);
    const calls = parts.map((places) => call(places, at(batch, places)));
    const [[method]] = calls as [(typeof calls)[number]];
    const results = await this.#workers.parts<"score" | "logProbabilities" | "scoreSnapshot">(
      method,
      calls.map(([, parameters]) => parameters),
      signal ? { signal } : {},
    );
    const rows: LossRow[] = [];
    for (const [part, places] of parts.entries())
      for (const [own, place] of places.entries()) rows[place] = results[part]?.[own] as LossRow;
    return rows;
  }

  async #differentiate(
    batch: readonly TrainingRow[],
    weights: readonly Float32Array[],
    selected: readonly number[],
    { signal, entropyWeights, ...rest }: DifferentiateOptions,
  ): Promise<LossRow[]> {
    const parts = this.#places(batch, selected);
    const results = await this.#workers.parts(
      "differentiate",
      parts.map((places) => [
        at(batch, places),
        at(weights, places),
        [...places.keys()],
        { ...rest, places, ...(entropyWeights && { entropyWeights: at(entropyWeights, places) }) },
      ]),
      signal ? { signal } : {},
    );
    const rows = lossRows(emptyRows(batch), entropyWeights && emptyRows(batch));
    for (const [part, places] of parts.entries()) {
      for (const [own, place] of places.entries()) rows[place] = results[part]?.[own] as LossRow;
    }
    return rows;
  }

  async #sample(requests: readonly SampleRequest[], { signal, onProgress, ...options }: SamplingOptions): Promise<Rollout[]> {
    // here too, since a worker would name a request by its place among its own
    const samples = planSamples(requests, this.config, resolveSampling(options).maxTokens);
    const parts = this.workers === 1 ? [requests] : divideRequests(requests, samples, this.workers);
    const states = parts.map(() => ({ tokens: 0, finished: 0 }));
    const rollouts = await this.#workers.parts(
      "sample",
      parts.map((own) => [own, options]),
      {
        ...(signal && { signal }),
        ...(onProgress && {
          onProgress(worker, progress) {
            states[worker] = progress;
            const sum = (of: "tokens" | "finished"): number => states.reduce((total, state) => total + state[of], 0);
            onProgress({ tokens: sum("tokens"), finished: sum("finished"), total: samples.length });
          },
        }),
      },
    );
    return rollouts.flat();
  }
}

function at<Value>(values: readonly Value[], places: readonly number[]): Value[] {
  return places.map((place) => values[place] as Value);
}

/** Starts the thread's file, which lies next to this one: as JavaScript in a package, as TypeScript in a checkout. */
function startWorker(setup: WorkerSetup): Worker {
  if (!import.meta.url.endsWith(".ts")) {
    return new Worker(new URL("./policy-worker-thread.js", import.meta.url), { workerData: setup });
  }
  const loader = new URL("./internal/policy/worker-from-source.mjs", import.meta.url);
  return new Worker(loader, { workerData: setup, execArgv: ["--conditions=@bridge-rl/source"] });
}
