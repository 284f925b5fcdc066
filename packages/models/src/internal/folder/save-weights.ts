import { join } from "node:path";
import { BridgeError } from "@bridge-rl/spec";
import type { DecoderConfig } from "../../decoder-config.js";
import { decoderParameters } from "../../decoder-parameters.js";
import { type TensorToStore, writeSafetensors } from "../../safetensors.js";
import { elementSizes } from "../safetensors-header.js";
import { writeAside } from "../write-aside.js";
import { indexFile, singleFile } from "./load-weights.js";

export type StorageType = "F32" | "BF16" | "F16";

/** A weight and how it is to be stored. */
export interface WeightToStore extends TensorToStore {
  readonly data: Float32Array;
  readonly type: StorageType;
}

/** The tensors of a config with their data. @throws BridgeError `shape-mismatch` for one too few or too many */
export function weightsToStore(
  config: DecoderConfig,
  weights: ReadonlyMap<string, Float32Array>,
  typeOf: (name: string) => StorageType,
): Map<string, WeightToStore> {
  const tensors = new Map<string, WeightToStore>();
  for (const { name, shape } of decoderParameters(config)) {
    const data = weights.get(name);
    if (data === undefined) throw new BridgeError("shape-mismatch", `the weights lack ${name} [${shape.join(", ")}]`);
    tensors.set(name, { data, shape, type: typeOf(name) });
  }
  const extra = [...weights.keys()].filter((name) => !tensors.has(name));
  if (extra.length > 0) throw new BridgeError("shape-mismatch", `the config has no place for the weights ${extra.join(", ")}`);
  return tensors;
}

/**
 * Which tensors go into which file: as they lay before where that is known, else one file, or files of at most `shardBytes`, filled in the
 * order of the computation.
 */
export function placeWeights(
  tensors: ReadonlyMap<string, WeightToStore>,
  before: ReadonlyMap<string, string> | undefined,
  shardBytes: number,
): Map<string, string[]> {
  const files = new Map<string, string[]>();
  if (before !== undefined && [...tensors.keys()].every((name) => before.has(name))) {
    for (const name of tensors.keys()) {
      const file = before.get(name) as string;
      files.set(file, [...(files.get(file) ?? []), name]);
    }
    return files;
  }
  const shards: string[][] = [[]];
  let filled = 0;
  for (const [name, tensor] of tensors) {
    const bytes = bytesOf(tensor);
    if (filled > 0 && filled + bytes > shardBytes) {
      shards.push([]);
      filled = 0;
    }
    shards.at(-1)?.push(name);
    filled += bytes;
  }
  if (shards.length === 1) return new Map([[singleFile, shards[0] as string[]]]);
  const padded = (number: number): string => String(number).padStart(5, "0");
  for (const [index, names] of shards.entries()) files.set(`model-${padded(index + 1)}-of-${padded(shards.length)}.safetensors`, names);
  return files;
}

/**
 * Writes the files, and their index where there are several.
 *
 * @param index  the bytes of an index that says the same already
 */
export async function saveWeights(
  directory: string,
  tensors: ReadonlyMap<string, WeightToStore>,
  files: ReadonlyMap<string, readonly string[]>,
  index: Uint8Array | undefined,
): Promise<void> {
  for (const [file, names] of files) {
    const part = new Map(names.map((name) => [name, tensors.get(name) as WeightToStore]));
    await writeSafetensors(join(directory, file), part, { format: "pt" });
  }
  if (files.size === 1 && files.has(singleFile)) return;
  await writeAside(join(directory, indexFile), [index ?? Buffer.from(formatIndex(tensors, files))]);
}

/** As Hugging Face's libraries write it. */
function formatIndex(tensors: ReadonlyMap<string, WeightToStore>, files: ReadonlyMap<string, readonly string[]>): string {
  const places = [...files].flatMap(([file, names]) => names.map((name) => [name, file] as const));
  places.sort(([one], [other]) => (one < other ? -1 : 1));
  const all = [...tensors.values()];
  const metadata = {
    total_parameters: all.reduce((total, { data }) => total + data.length, 0),
    total_size: all.reduce((total, tensor) => total + bytesOf(tensor), 0),
  };
  return `${JSON.stringify({ metadata, weight_map: Object.fromEntries(places) }, null, 2)}\n`;
}

function bytesOf({ data, type }: WeightToStore): number {
  return data.length * elementSizes[type];
}
