import { Worker } from "node:worker_threads";
import type { Provider, ProviderName } from "@bridge-rl/runtime-onnx";
import type {
  ForwardBackwardOptions,
  FrozenPolicy,
  LogProbabilityOptions,
  Loss,
  LossRow,
  OptimizerStepOptions,
  Policy,
  Sampler,
  TrainingRow,
} from "@bridge-rl/spec";
import type { DecoderConfig } from "./decoder-config.js";
import { type DifferentiateOptions, forwardBackward, type ScoreOptions } from "./internal/policy/forward-backward.js";
import { WorkerConnection } from "./internal/policy/worker-connection.js";
import type { WorkerSetup } from "./internal/policy/worker-protocol.js";
import type { LocalPolicyOptions } from "./local-policy.js";
import type { FileTokenizer } from "./tokenizer.js";

export interface WorkerPolicyOptions {
  /** Threads of onnxruntime in the worker. All workers together should not have more than there are free cores. @defaultValue 1 */
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
  /** What the sampler decodes with. @defaultValue a sampler that throws `unsupported` */
  readonly tokenizer?: FileTokenizer;
}

/**
 * Starts a `LocalPolicy` in a worker thread, since a pass blocks the thread it runs on.
 *
 * Losses and progress are called on this side; log-probabilities and their derivatives travel, weights don't. Calls run in order.
 * The process can end while no call is pending, even if `dispose` was forgotten.
 *
 * @throws BridgeError as the constructor of `LocalPolicy`, and `missing-dependency` where the provider is not available
 */
export async function createWorkerPolicy(
  config: DecoderConfig,
  weights: ReadonlyMap<string, Float32Array>,
  options: WorkerPolicyOptions = {},
): Promise<WorkerPolicy> {
  const { threads = 1, provider = "cpu", tokensPerRun, programs, tokenizer, ...hostOptions } = options;
  const setup: WorkerSetup = {
    config,
    weights,
    threads,
    provider,
    hostOptions,
    ...(tokensPerRun === undefined ? {} : { tokensPerRun }),
    ...(programs === undefined ? {} : { programs }),
    ...(tokenizer === undefined ? {} : { tokenizer: tokenizer.files }),
  };
  const connection = new WorkerConnection(startWorker(setup));
  await connection.ready;
  return new WorkerPolicy(config, connection);
}

/** A policy whose passes run in a worker thread; made by `createWorkerPolicy`. */
export class WorkerPolicy implements Policy {
  readonly config: DecoderConfig;
  readonly sampler: Sampler;
  readonly #connection: WorkerConnection;

  constructor(config: DecoderConfig, connection: WorkerConnection) {
    this.config = config;
    this.#connection = connection;
    this.sampler = {
      sample: (requests, { signal, onProgress, ...options } = {}) =>
        connection.call("sample", [requests, options], {
          ...(signal === undefined ? {} : { signal }),
          ...(onProgress === undefined ? {} : { onProgress }),
        }),
    };
  }

  get version(): number {
    return this.#connection.version;
  }

  forwardBackward(
    batch: readonly TrainingRow[],
    loss: Loss,
    options: ForwardBackwardOptions = {},
  ): Promise<{ loss: number; metrics: Record<string, number> }> {
    const connection = this.#connection;
    const passes = {
      score: (rows: readonly TrainingRow[], { signal, ...rest }: ScoreOptions) =>
        connection.call("score", [rows, rest], signal ? { signal } : {}),
      differentiate: (
        rows: readonly TrainingRow[],
        weights: readonly Float32Array[],
        selected: readonly number[],
        { signal, ...rest }: DifferentiateOptions,
      ) => connection.call("differentiate", [rows, weights, selected, rest], signal ? { signal } : {}),
    };
    return forwardBackward(passes, batch, loss, options);
  }

  optimizerStep(options: OptimizerStepOptions): Promise<{ gradientNorm: number }> {
    return this.#connection.call("optimizerStep", [options]);
  }

  logProbabilities(batch: readonly TrainingRow[], options: LogProbabilityOptions = {}): Promise<LossRow[]> {
    const { signal, ...rest } = options;
    return this.#connection.call("logProbabilities", [batch, rest], signal ? { signal } : {});
  }

  storeGradient(name: string): Promise<{ norm: number }> {
    return this.#connection.call("storeGradient", [name]);
  }

  save(directory: string): Promise<void> {
    return this.#connection.call("save", [directory]);
  }

  load(directory: string): Promise<void> {
    return this.#connection.call("load", [directory]);
  }

  async snapshot(): Promise<FrozenPolicy> {
    const connection = this.#connection;
    const id = await connection.call("snapshot", []);
    return {
      logProbabilities(batch, { signal, ...rest } = {}) {
        return connection.call("scoreSnapshot", [id, batch, rest], signal ? { signal } : {});
      },
      dispose: () => connection.call("disposeSnapshot", [id]),
    };
  }

  /** A copy of the current weights, by Hugging Face name. */
  weights(): Promise<ReadonlyMap<string, Float32Array>> {
    return this.#connection.call("weights", []);
  }

  dispose(): Promise<void> {
    return this.#connection.close();
  }
}

/** Starts the thread's file, which lies next to this one: as JavaScript in a package, as TypeScript in a checkout. */
function startWorker(setup: WorkerSetup): Worker {
  if (!import.meta.url.endsWith(".ts")) {
    return new Worker(new URL("./policy-worker-thread.js", import.meta.url), { workerData: setup });
  }
  const loader = new URL("./internal/policy/worker-from-source.mjs", import.meta.url);
  return new Worker(loader, { workerData: setup, execArgv: ["--conditions=@bridge-rl/source"] });
}
