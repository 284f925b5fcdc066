// Entry point of the worker that `createWorkerPolicy` starts; it cannot be imported.
import { parentPort, workerData } from "node:worker_threads";
import { createOnnxRuntime, requireProvider } from "@bridge-rl/runtime-onnx";
import { BridgeError, type FrozenPolicy } from "@bridge-rl/spec";
import { createDevicePolicy, DevicePolicy } from "./device-policy.js";
import { DeviceSampler } from "./device-sampler.js";
import { sumGradients } from "./internal/policy/sum-gradients.js";
import {
  buffersOf,
  type FromWorker,
  packError,
  type ToWorker,
  type WorkerMethods,
  type WorkerSetup,
} from "./internal/policy/worker-protocol.js";
import { LocalPolicy } from "./local-policy.js";
import { LocalSampler } from "./local-sampler.js";
import { createTokenizer } from "./tokenizer.js";

async function makePolicy(setup: WorkerSetup): Promise<LocalPolicy | DevicePolicy> {
  const { config, weights, threads, provider, tokensPerRun, programs, tokenizer: files, hostOptions, replica } = setup;
  await requireProvider(provider);
  const runtime = createOnnxRuntime({ threads, provider });
  const tokenizer = files === undefined ? undefined : createTokenizer(files);
  const options = {
    runtime,
    ...(tokensPerRun === undefined ? {} : { tokensPerRun }),
    ...(programs === undefined ? {} : { programs }),
  };
  if (runtime.device !== undefined) {
    const { lora, ...others } = hostOptions;
    const [extra] = Object.keys(others);
    if (extra !== undefined)
      throw new BridgeError("unsupported", `${extra} needs the cpu provider; policies in device memory don't have it yet`);
    return createDevicePolicy(config, weights, {
      ...options,
      ...(lora && { lora }),
      ...(tokenizer === undefined ? {} : { createSampler: (current) => new DeviceSampler(current, { tokenizer }) }),
    });
  }
  return new LocalPolicy(config, weights, {
    ...options,
    ...hostOptions,
    // the message that brought them copied them already
    adoptWeights: true,
    ...(replica && { gradient: replica.gradients[replica.index] as ReadonlyMap<string, Float32Array> }),
    ...(tokenizer === undefined ? {} : { createSampler: (current) => new LocalSampler(current, { tokenizer, runtime }) }),
  });
}

/** What one call needs of its caller: whether it was given up, and whom to tell how far it has come. */
interface Call {
  readonly signal: AbortSignal;
  readonly onProgress: (progress: { tokens: number; finished: number; total: number }) => void;
}

function copied(tensors: Iterable<readonly [string, Float32Array]>): Map<string, Float32Array> {
  return new Map([...tensors].map(([name, data]) => [name, data.slice()]));
}

function methods(policy: LocalPolicy | DevicePolicy, { signal, onProgress }: Call, snapshots: Map<number, FrozenPolicy>): WorkerMethods {
  const { replica } = workerData as WorkerSetup;
  const frozen = (id: number): FrozenPolicy => {
    const snapshot = snapshots.get(id);
    if (snapshot === undefined) throw new BridgeError("invalid-input", "the snapshot was disposed; take another");
    return snapshot;
  };
  return {
    score: (batch, options) => policy.score(batch, { ...options, signal }),
    differentiate: (batch, weights, selected, options) => policy.differentiate(batch, weights, selected, { ...options, signal }),
    logProbabilities: (batch, options) => policy.logProbabilities(batch, { ...options, signal }),
    async sumGradients() {
      if (replica) sumGradients(replica.gradients, replica.index);
    },
    optimizerStep: (options) => policy.optimizerStep(options),
    storeGradient: (name) => policy.storeGradient(name),
    save: (directory) => policy.save(directory),
    load: (directory) => policy.load(directory),
    async snapshot() {
      const id = snapshots.size;
      snapshots.set(id, await policy.snapshot());
      return id;
    },
    scoreSnapshot: async (id, batch, options) => frozen(id).logProbabilities(batch, { ...options, signal }),
    disposeSnapshot: async (id) => frozen(id).dispose(),
    sample: (requests, options) => policy.sampler.sample(requests, { ...options, signal, onProgress }),
    async weights() {
      if (policy instanceof DevicePolicy) return policy.weights();
      return copied([...policy.weights.tensors].map(([name, { data }]) => [name, data as Float32Array]));
    },
    mergedWeights: async () => copied(await policy.mergedWeights()),
    adapters: async () => copied(await policy.adapters()),
  };
}

async function serve(port: NonNullable<typeof parentPort>): Promise<void> {
  const send = (message: FromWorker, transfer: readonly ArrayBuffer[] = []): void => port.postMessage(message, transfer);
  let policy: LocalPolicy | DevicePolicy;
  try {
    policy = await makePolicy(workerData as WorkerSetup);
  } catch (error) {
    send({ kind: "failed", error: packError(error) });
    port.close();
    return;
  }
  const snapshots = new Map<number, FrozenPolicy>();
  const running = new Map<number, AbortController>();
  let last: Promise<void> = Promise.resolve();

  async function answer({ id, method, parameters }: ToWorker & { kind: "call" }, signal: AbortSignal): Promise<void> {
    const onProgress: Call["onProgress"] = (progress) => send({ kind: "progress", id, progress });
    try {
      const handler = methods(policy, { signal, onProgress }, snapshots)[method] as (...parameters: readonly unknown[]) => Promise<unknown>;
      const result = await handler(...parameters);
      send({ kind: "result", id, version: policy.version, result }, [...buffersOf(result)]);
    } catch (error) {
      send({ kind: "error", id, version: policy.version, error: packError(error) });
    } finally {
      running.delete(id);
    }
  }

  port.on("message", (message: ToWorker) => {
    if (message.kind === "cancel") {
      running.get(message.id)?.abort();
      return;
    }
    const controller = new AbortController();
    running.set(message.id, controller);
    // one after the other: a step must not change weights under a pass
    last = last.then(() => answer(message, controller.signal));
  });
  send({ kind: "ready" });
}

if (parentPort === null) throw new BridgeError("internal", "policy-worker-thread runs in a worker alone; use createWorkerPolicy");
await serve(parentPort);
