import { join } from "node:path";
import {
  createDevicePolicy,
  createWorkerPolicy,
  type DevicePolicy,
  DeviceSampler,
  type DeviceWeights,
  LocalPolicy,
  LocalSampler,
  type LoraOptions,
  loadModelConfig,
  loadModelFolder,
  planMemory,
  refuseBeyond,
  resolveLora,
  saveLoraFolder,
  saveModelFolder,
  type WeightStorage,
  type WorkerPolicy,
} from "@bridge-rl/models";
import { createOnnxRuntime, type ProviderName, requireProvider } from "@bridge-rl/runtime-onnx";
import { BridgeError } from "@bridge-rl/spec";
import { defined } from "@bridge-rl/training";
import type { OpenModel, PassConfig } from "../pipeline/pipeline-config.js";

/** How saved weights are stored; `base` is each tensor as the model's folder had it. */
export type SaveDtype = WeightStorage | "base";

/** A model of this process, which knows how its weights are stored. */
export interface LocalModel extends OpenModel {
  /** @param storage  @defaultValue "float32" */
  save(directory: string, storage?: SaveDtype): Promise<void>;
}

/** `frozen` and the like are as in `LocalPolicyOptions`; a model in a device's memory takes `tokensPerRun` alone. */
export interface OpenModelOptions extends PassConfig {
  /** Refuses a model whose training doesn't fit into memory. @defaultValue false */
  readonly training?: boolean;
  /** Trains adapters. They are saved both added to the weights and by themselves, in `adapter/`. @defaultValue none */
  readonly lora?: LoraOptions & { readonly seed?: number };
  /** Where the model runs. @defaultValue "cpu" */
  readonly provider?: ProviderName;
  /**
   * Worker threads that share the model's work, each with `threads` threads and the model's memory for itself. Like `threads`, it is part of what
   * makes bytes repeatable. @defaultValue 1, in this thread
   */
  readonly workers?: number;
}

/**
 * Opens a model folder for training and sampling, with a fresh optimiser.
 *
 * @throws BridgeError `invalid-file` for a folder without a tokenizer, and what `loadModelFolder` and `LocalPolicy` throw
 */
export async function openModel(directory: string, threads: number, options: OpenModelOptions = {}): Promise<LocalModel> {
  const { training = false, lora, provider = "cpu", workers = 1, sharePrompts, tokensPerRun, activationCheckpointing, frozen } = options;
  // before anything large is read
  await requireProvider(provider);
  if (training && frozen === undefined) {
    const config = await loadModelConfig(directory);
    const resolved = lora && resolveLora(lora);
    refuseBeyond(planMemory(config, { workers, ...defined({ lora: resolved, tokensPerRun, activationCheckpointing }) }));
  }
  const folder = await loadModelFolder(directory);
  const { config, weights, tokenizer } = folder;
  if (tokenizer === undefined) {
    throw new BridgeError("invalid-file", `${directory} has no tokenizer.json; copy the tokenizer's files of its base model next to it`);
  }
  const runtime = createOnnxRuntime({ threads, provider });
  const adapters = lora && { lora };
  const host = { ...defined({ sharePrompts, activationCheckpointing, frozen }) };
  // a model that is only looked at has neither gradients nor moments, and what is partly frozen the policy plans for itself
  const memory = training && frozen !== undefined ? {} : { memoryLimit: Number.POSITIVE_INFINITY };
  const passes = { ...defined({ tokensPerRun }), ...adapters };
  const makePolicy = async (): Promise<LocalPolicy | DevicePolicy | WorkerPolicy> => {
    if (workers > 1) return createWorkerPolicy(config, weights, { workers, threads, provider, tokenizer, ...memory, ...host, ...passes });
    if (runtime.device) {
      const [extra] = Object.keys(host);
      if (extra !== undefined)
        throw new BridgeError("unsupported", `${extra} is not for a model in the memory of ${provider}; leave it out, or run on the cpu`);
      const createSampler = (current: () => DeviceWeights): DeviceSampler => new DeviceSampler(current, { tokenizer });
      return createDevicePolicy(config, weights, { runtime, createSampler, ...passes });
    }
    return new LocalPolicy(config, weights, {
      runtime,
      // nobody else looks at the weights that were read
      adoptWeights: true,
      createSampler: (current) => new LocalSampler(current, { tokenizer, runtime }),
      ...memory,
      ...host,
      ...passes,
    });
  };
  const policy = await makePolicy();
  return {
    policy,
    tokenizer,
    async save(target, storage = "float32") {
      await saveModelFolder(target, { ...folder, weights: await policy.mergedWeights() }, storage === "base" ? {} : { storage });
      if (policy.lora === undefined) return;
      await saveLoraFolder(join(target, "adapter"), config, { lora: policy.lora, adapters: await policy.adapters() }, directory);
    },
  };
}
