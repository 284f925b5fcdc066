import { access } from "node:fs/promises";
import { basename, join } from "node:path";
import { BridgeError } from "@bridge-rl/spec";
import type { DecoderConfig } from "../../decoder-config.js";
import { decoderParameters } from "../../decoder-parameters.js";
import { readSafetensors, type SafetensorsType, type StoredTensor } from "../../safetensors.js";
import { isRecord, readJson } from "../read-json.js";

export const singleFile = "model.safetensors";
export const indexFile = "model.safetensors.index.json";

/** The weights of a folder and how it holds them. */
export interface LoadedWeights {
  readonly weights: ReadonlyMap<string, Float32Array>;
  readonly types: ReadonlyMap<string, SafetensorsType>;
  readonly placement: ReadonlyMap<string, string>;
}

/** Reads `model.safetensors`, or the shards that `model.safetensors.index.json` names, one at a time. */
export async function loadWeights(directory: string, config: DecoderConfig): Promise<LoadedWeights> {
  const wanted = new Map(decoderParameters(config).map(({ name, shape }) => [name, shape]));
  const weights = new Map<string, Float32Array>();
  const types = new Map<string, SafetensorsType>();
  const placement = new Map<string, string>();
  for (const [file, names] of await weightFiles(directory)) {
    const { tensors } = await readSafetensors(file);
    for (const name of names ?? tensors.keys()) {
      const tensor = tensors.get(name);
      if (tensor === undefined) throw new BridgeError("invalid-file", `${file} lacks the tensor "${name}" that the index places there`);
      const shape = wanted.get(name);
      if (shape !== undefined) {
        weights.set(name, checkedData(name, shape, file, tensor));
        types.set(name, tensor.type);
        placement.set(name, basename(file));
      } else if (!isRedundant(name, config)) {
        throw new BridgeError("invalid-file", `${file}: the config has no place for the tensor "${name}"; is it another model's file?`);
      }
    }
  }
  for (const [name, shape] of wanted) {
    if (!weights.has(name)) {
      throw new BridgeError("invalid-file", `${directory}: the weights lack the tensor "${name}", expected [${shape.join(", ")}]`);
    }
  }
  // in the order of the computation, whatever the order of the files
  const ordered = new Map([...wanted.keys()].map((name) => [name, weights.get(name) as Float32Array]));
  return { weights: ordered, types, placement };
}

function checkedData(name: string, shape: readonly number[], file: string, { data, shape: found, type }: StoredTensor): Float32Array {
  if (found.length !== shape.length || found.some((size, axis) => size !== shape[axis])) {
    throw new BridgeError("invalid-file", `${file}: tensor "${name}" has shape [${found.join(", ")}], expected [${shape.join(", ")}]`);
  }
  if (data instanceof Float32Array) return data;
  if (data instanceof Float64Array) return Float32Array.from(data);
  throw new BridgeError("invalid-file", `${file}: tensor "${name}" has type ${type}, expected F32, BF16, F16 or F64`);
}

/** Tensors that some exporters add although the model doesn't need them. */
function isRedundant(name: string, config: DecoderConfig): boolean {
  return name.endsWith(".rotary_emb.inv_freq") || (config.tieEmbeddings && name === "lm_head.weight");
}

/** Weight files with the tensors that the index places in each; all of them where there is a single file. */
async function weightFiles(directory: string): Promise<Map<string, string[] | undefined>> {
  const single = join(directory, singleFile);
  const index = join(directory, indexFile);
  if (await exists(single)) return new Map([[single, undefined]]);
  if (!(await exists(index))) {
    throw new BridgeError("missing-file", `${directory} has neither ${singleFile} nor ${indexFile}; check the path`);
  }
  const { weight_map: map } = await readJson(index);
  if (!isRecord(map)) throw new BridgeError("invalid-file", `${index}: weight_map is ${typeof map}, expected an object`);
  const files = new Map<string, string[]>();
  for (const [name, file] of Object.entries(map)) {
    if (typeof file !== "string" || file.includes("/") || file.includes("\\")) {
      throw new BridgeError(
        "invalid-file",
        `${index}: tensor "${name}" is placed in ${JSON.stringify(file)}, expected a file of the same directory`,
      );
    }
    const path = join(directory, file);
    files.set(path, [...(files.get(path) ?? []), name]);
  }
  return files;
}

export async function exists(path: string): Promise<boolean> {
  return access(path).then(
    () => true,
    () => false,
  );
}
