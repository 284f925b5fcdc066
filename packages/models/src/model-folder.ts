import { access, mkdir, rename, rm } from "node:fs/promises";
import { dirname, join } from "node:path";
import { BridgeError } from "@bridge-rl/spec";
import type { DecoderConfig } from "./decoder-config.js";
import { decoderParameters } from "./decoder-parameters.js";
import { isRecord, readJson } from "./internal/read-json.js";
import { writeAside } from "./internal/write-aside.js";
import { formatModelConfig, parseModelConfig } from "./model-config.js";
import { readSafetensors, type StoredTensor, writeSafetensors } from "./safetensors.js";
import { type FileTokenizer, loadTokenizer, saveTokenizer } from "./tokenizer.js";

/** A model in memory, as a Hugging Face folder holds it. */
export interface ModelFolder {
  readonly config: DecoderConfig;
  /** By Hugging Face name, exactly the tensors of `decoderParameters(config)`. 16-bit weights are widened. */
  readonly weights: ReadonlyMap<string, Float32Array>;
  /** Absent where the folder has no `tokenizer.json`. */
  readonly tokenizer?: FileTokenizer;
}

export interface SaveModelFolderOptions {
  /** `bfloat16` halves the file and rounds to 8 significant bits. @defaultValue "float32" */
  readonly storage?: "float32" | "bfloat16";
}

/**
 * Reads a Hugging Face folder: `config.json`, `model.safetensors` or its shards, and the tokenizer where there is one.
 *
 * @throws BridgeError `missing-file`; `unsupported` for other architectures; `invalid-file` where a tensor is missing, unknown or of
 *   the wrong shape or type, naming file, tensor, expected and found
 */
export async function loadModelFolder(directory: string): Promise<ModelFolder> {
  const configPath = join(directory, "config.json");
  const config = parseModelConfig(await readJson(configPath), configPath);
  const weights = await loadWeights(directory, config);
  if (!(await exists(join(directory, "tokenizer.json")))) return { config, weights };
  return { config, weights, tokenizer: await loadTokenizer(directory) };
}

/**
 * Writes a folder that Hugging Face's libraries load. It is written under a temporary name and takes the place of an older one at once;
 * equal models give equal bytes.
 *
 * @throws BridgeError `unsupported` and `shape-mismatch` where the weights don't fit the config, or the config its architecture
 */
export async function saveModelFolder(directory: string, model: ModelFolder, options: SaveModelFolderOptions = {}): Promise<void> {
  const { storage = "float32" } = options;
  const { config, weights, tokenizer } = model;
  const ids = tokenizer === undefined ? {} : { endOfSequenceId: tokenizer.endOfSequenceId, padId: tokenizer.padId };
  const json = formatModelConfig(config, { storage, ...ids });
  const type: "F32" | "BF16" = storage === "bfloat16" ? "BF16" : "F32";
  const tensors = decoderParameters(config).map(({ name, shape }) => {
    const data = weights.get(name);
    if (data === undefined) throw new BridgeError("shape-mismatch", `the weights lack ${name} [${shape.join(", ")}]`);
    return [name, { data, shape, type }] as const;
  });
  if (weights.size > tensors.length) {
    const known = new Set(tensors.map(([name]) => name));
    const extra = [...weights.keys()].filter((name) => !known.has(name));
    throw new BridgeError("shape-mismatch", `the config has no place for the weights ${extra.join(", ")}`);
  }

  const aside = `${directory}.partial`;
  await mkdir(dirname(directory), { recursive: true });
  await rm(aside, { recursive: true, force: true });
  await mkdir(aside);
  try {
    await writeAside(join(aside, "config.json"), [Buffer.from(`${JSON.stringify(json, null, 2)}\n`)]);
    await writeSafetensors(join(aside, "model.safetensors"), new Map(tensors), { format: "pt" });
    if (tokenizer !== undefined) await saveTokenizer(aside, tokenizer.files);
    await rm(directory, { recursive: true, force: true });
    await rename(aside, directory);
  } catch (error) {
    await rm(aside, { recursive: true, force: true });
    throw error;
  }
}

async function loadWeights(directory: string, config: DecoderConfig): Promise<Map<string, Float32Array>> {
  const origins = new Map<string, { readonly file: string; readonly tensor: StoredTensor }>();
  for (const [file, names] of await weightFiles(directory)) {
    const { tensors } = await readSafetensors(file);
    for (const name of names ?? tensors.keys()) {
      const tensor = tensors.get(name);
      if (tensor === undefined) throw new BridgeError("invalid-file", `${file} lacks the tensor "${name}" that the index places there`);
      origins.set(name, { file, tensor });
    }
  }
  const weights = new Map<string, Float32Array>();
  for (const { name, shape } of decoderParameters(config)) {
    const found = origins.get(name);
    if (found === undefined) {
      throw new BridgeError("invalid-file", `${directory}: the weights lack the tensor "${name}", expected [${shape.join(", ")}]`);
    }
    weights.set(name, checkedData(name, shape, found.file, found.tensor));
    origins.delete(name);
  }
  for (const [name, { file }] of origins) {
    if (!isRedundant(name, config))
      throw new BridgeError("invalid-file", `${file}: the config has no place for the tensor "${name}"; is it another model's file?`);
  }
  return weights;
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
  const single = join(directory, "model.safetensors");
  const index = join(directory, "model.safetensors.index.json");
  if (await exists(single)) return new Map([[single, undefined]]);
  if (!(await exists(index))) {
    throw new BridgeError("missing-file", `${directory} has neither model.safetensors nor model.safetensors.index.json; check the path`);
  }
  const { weight_map: map } = await readJson(index);
  if (!isRecord(map)) throw new BridgeError("invalid-file", `${index}: weight_map is ${JSON.stringify(map)}, expected an object`);
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

async function exists(path: string): Promise<boolean> {
  return access(path).then(
    () => true,
    () => false,
  );
}
