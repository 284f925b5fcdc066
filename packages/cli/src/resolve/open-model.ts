import { LocalPolicy, LocalSampler, loadModelFolder, saveModelFolder } from "@bridge-rl/models";
import { createOnnxRuntime } from "@bridge-rl/runtime-onnx";
import { BridgeError, type TensorValue } from "@bridge-rl/spec";
import type { OpenModel } from "../pipeline/pipeline-config.js";

/** A model of this process, which knows how its weights are stored. */
export interface LocalModel extends OpenModel {
  save(directory: string, storage?: "float32" | "bfloat16"): Promise<void>;
}

/**
 * Opens a model folder for training and sampling, with a fresh optimiser.
 *
 * @throws BridgeError `invalid-file` for a folder without a tokenizer, and what `loadModelFolder` throws
 */
export async function openModel(directory: string, threads: number): Promise<LocalModel> {
  const { config, weights, tokenizer } = await loadModelFolder(directory);
  if (tokenizer === undefined) {
    throw new BridgeError("invalid-file", `${directory} has no tokenizer.json; copy the tokenizer's files of its base model next to it`);
  }
  const runtime = createOnnxRuntime({ threads });
  const policy = new LocalPolicy(config, weights, {
    runtime,
    createSampler: (current) => new LocalSampler(current, { tokenizer, runtime }),
  });
  return {
    policy,
    tokenizer,
    save: (target, storage = "float32") =>
      saveModelFolder(target, { config, weights: floats(policy.weights.tensors), tokenizer }, { storage }),
  };
}

function floats(tensors: ReadonlyMap<string, TensorValue>): Map<string, Float32Array> {
  return new Map(
    [...tensors].map(([name, { data }]) => {
      if (!(data instanceof Float32Array)) throw new BridgeError("internal", `the weights of ${name} are no 32-bit floats`);
      return [name, data];
    }),
  );
}
