import { readdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import { BridgeError } from "@bridge-rl/spec";
import type { DecoderConfig } from "./decoder-config.js";
import { exists, indexFile, loadWeights } from "./internal/folder/load-weights.js";
import { placeWeights, type StorageType, saveWeights, weightsToStore } from "./internal/folder/save-weights.js";
import { isRecord, readJson } from "./internal/read-json.js";
import { replaceFolder } from "./internal/replace-folder.js";
import { writeAside } from "./internal/write-aside.js";
import { checkModelConfig, formatModelConfig, parseModelConfig } from "./model-config.js";
import type { SafetensorsType } from "./safetensors.js";
import { type FileTokenizer, loadTokenizer, saveTokenizer, type TokenizerFiles } from "./tokenizer.js";

/** A model in memory, as a Hugging Face folder holds it. */
export interface ModelFolder {
  readonly config: DecoderConfig;
  /** By Hugging Face name, exactly the tensors of `decoderParameters(config)`. 16-bit weights are widened. */
  readonly weights: ReadonlyMap<string, Float32Array>;
  /** Absent where the folder has no `tokenizer.json`. */
  readonly tokenizer?: FileTokenizer;
  /** How the folder it comes from held it, so that saving gives the same back. Absent for a model made here. */
  readonly source?: ModelSource;
}

/** What a model's folder says besides the model. */
export interface ModelSource {
  /** The small files as they were: config, generation config, tokenizer, chat template. By name. */
  readonly files: ReadonlyMap<string, Uint8Array>;
  /** The type that each tensor is stored as. */
  readonly types: ReadonlyMap<string, SafetensorsType>;
  /** The file that each tensor lies in. */
  readonly placement: ReadonlyMap<string, string>;
  readonly config: DecoderConfig;
  readonly tokenizer?: TokenizerFiles;
}

/** A floating-point type that weights are stored as. */
export type WeightStorage = "float32" | "bfloat16" | "float16";

export interface SaveModelFolderOptions {
  /**
   * `bfloat16` and `float16` halve the files and round, to 8 and 11 significant bits; `float16` ends at 65,504.
   *
   * @defaultValue as each tensor was stored where the model was loaded, else "float32"
   */
  readonly storage?: WeightStorage;
  /** Files of weights get at most this many bytes each, a tensor that is larger by itself excepted. @defaultValue as before where the model was loaded, else 5e9 */
  readonly shardBytes?: number;
}

const storageTypes: Readonly<Record<WeightStorage, StorageType>> = { float32: "F32", bfloat16: "BF16", float16: "F16" };
const storageNames: Readonly<Record<StorageType, WeightStorage>> = { F32: "float32", BF16: "bfloat16", F16: "float16" };

/** Files of a tokenizer, which belong to it and not to the model. */
const tokenizerFiles = [
  "tokenizer.json",
  "tokenizer_config.json",
  "special_tokens_map.json",
  "added_tokens.json",
  "vocab.json",
  "merges.txt",
  "chat_template.jinja",
  "chat_template.json",
];
const keptFiles = ["config.json", "generation_config.json", indexFile, ...tokenizerFiles];

/** Reads the `config.json` of a Hugging Face folder. @throws BridgeError as `parseModelConfig`, and `missing-file` */
export async function loadModelConfig(directory: string): Promise<DecoderConfig> {
  const path = join(directory, "config.json");
  return parseModelConfig(await readJson(path), path);
}

/**
 * Reads a Hugging Face folder: `config.json`, `model.safetensors` or its shards, and the tokenizer where there is one.
 *
 * @throws BridgeError `missing-file`; `unsupported` for other architectures; `invalid-file` where a tensor is missing, unknown or of
 *   the wrong shape or type, naming file, tensor, expected and found
 */
export async function loadModelFolder(directory: string): Promise<ModelFolder> {
  const config = await loadModelConfig(directory);
  const { weights, types, placement } = await loadWeights(directory, config);
  const tokenizer = (await exists(join(directory, "tokenizer.json"))) ? await loadTokenizer(directory) : undefined;
  const files = await readKeptFiles(directory);
  const source: ModelSource = { files, types, placement, config, ...(tokenizer === undefined ? {} : { tokenizer: tokenizer.files }) };
  return { config, weights, source, ...(tokenizer === undefined ? {} : { tokenizer }) };
}

/**
 * Writes a folder that Hugging Face's libraries load. It is written under a temporary name and takes the place of an older one at once;
 * equal models give equal bytes. A model that was loaded is stored as it was, byte for byte where neither weights nor types changed.
 *
 * @throws BridgeError `unsupported` and `shape-mismatch` where the weights don't fit the config, or the config its architecture
 */
export async function saveModelFolder(directory: string, model: ModelFolder, options: SaveModelFolderOptions = {}): Promise<void> {
  const { storage, shardBytes } = options;
  const { config, weights, tokenizer, source } = model;
  if (shardBytes !== undefined && !(shardBytes > 0)) throw new BridgeError("invalid-option", `shardBytes is ${shardBytes}; give bytes`);
  // refuses a config that its architecture can't have before it asks for that config's weights
  checkModelConfig(config, "the config");
  const tensors = weightsToStore(config, weights, (name) => typeOf(name, storage, source));
  const files = placeWeights(tensors, shardBytes === undefined ? source?.placement : undefined, shardBytes ?? 5e9);
  const types = new Set([...tensors.values()].map(({ type }) => type));
  const retyped = source === undefined || [...tensors].some(([name, { type }]) => source.types.get(name) !== type);

  await replaceFolder(directory, async (aside) => {
    const configBytes = formatConfigFile(model, retyped ? types : undefined);
    await writeAside(join(aside, "config.json"), [configBytes]);
    const asBefore = source !== undefined && !retyped && shardBytes === undefined;
    await saveWeights(aside, tensors, files, asBefore ? source.files.get(indexFile) : undefined);
    await saveOtherFiles(aside, model);
    if (tokenizer !== undefined && tokenizer.files !== source?.tokenizer) await saveTokenizer(aside, tokenizer.files);
  });
}

function typeOf(name: string, storage: WeightStorage | undefined, source: ModelSource | undefined): StorageType {
  if (storage !== undefined) return storageTypes[storage];
  const before = source?.types.get(name);
  return before === "BF16" || before === "F16" ? before : "F32";
}

/**
 * The contents of config.json: as they were where they still say the same, else what this decoder comes to, with whatever else the file said.
 *
 * @param types  the types of the weights where they changed
 */
function formatConfigFile({ config, tokenizer, source }: ModelFolder, types: ReadonlySet<StorageType> | undefined): Uint8Array {
  const known = source?.files.get("config.json");
  const unchanged = known !== undefined && JSON.stringify(config) === JSON.stringify(source?.config);
  if (unchanged && types === undefined) return known;
  const [first = "F32"] = types ?? [];
  const storage = storageNames[types?.has("F32") ? "F32" : first];
  if (unchanged) {
    const before: unknown = JSON.parse(Buffer.from(known).toString("utf8"));
    if (isRecord(before)) {
      const named = "dtype" in before ? { dtype: storage } : { torch_dtype: storage };
      return Buffer.from(`${JSON.stringify({ ...before, ...named }, null, 2)}\n`);
    }
  }
  const ids = tokenizer === undefined ? {} : { endOfSequenceId: tokenizer.endOfSequenceId, padId: tokenizer.padId };
  return Buffer.from(`${JSON.stringify(formatModelConfig(config, { storage, ...ids }), null, 2)}\n`);
}

/** Gives back the small files, those of the tokenizer only where the model still has it. */
async function saveOtherFiles(directory: string, { tokenizer, source }: ModelFolder): Promise<void> {
  const ownTokenizer = tokenizer?.files === source?.tokenizer;
  for (const [name, bytes] of source?.files ?? []) {
    if (name === "config.json" || name === indexFile || (tokenizerFiles.includes(name) && !ownTokenizer)) continue;
    await writeAside(join(directory, name), [bytes]);
  }
}

async function readKeptFiles(directory: string): Promise<Map<string, Uint8Array>> {
  const present = new Set(await readdir(directory));
  const names = keptFiles.filter((name) => present.has(name));
  return new Map(await Promise.all(names.map(async (name) => [name, await readFile(join(directory, name))] as const)));
}
