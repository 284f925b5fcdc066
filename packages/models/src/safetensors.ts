import { type FileHandle, open } from "node:fs/promises";
import { BridgeError } from "@bridge-rl/spec";
import { narrowToBfloat16, narrowToFloat16, widenBfloat16, widenFloat16 } from "./internal/half-precision.js";
import {
  buildHeader,
  elementSizes,
  headerLength,
  parseHeader,
  type SafetensorsType,
  type TensorEntry,
} from "./internal/safetensors-header.js";
import { writeAside } from "./internal/write-aside.js";

export type { SafetensorsType } from "./internal/safetensors-header.js";

/** Values as they are held in memory: 16-bit floats are widened, everything else keeps its type. */
export type SafetensorsData =
  | Float64Array
  | Float32Array
  | BigInt64Array
  | BigUint64Array
  | Int32Array
  | Uint32Array
  | Int16Array
  | Uint16Array
  | Int8Array
  | Uint8Array;

/** A tensor read from a file. */
export interface StoredTensor {
  readonly data: SafetensorsData;
  readonly shape: readonly number[];
  /** The type it has in the file. */
  readonly type: SafetensorsType;
}

/** A tensor to be written. */
export interface TensorToStore {
  readonly data: SafetensorsData;
  readonly shape: readonly number[];
  /** `F16` and `BF16` are rounded from a `Float32Array`, ties to even. @defaultValue the type of `data` */
  readonly type?: SafetensorsType;
}

/** What a safetensors file holds. */
export interface SafetensorsContents {
  /** By name, in the order of their bytes. */
  readonly tensors: ReadonlyMap<string, StoredTensor>;
  readonly metadata: Readonly<Record<string, string>>;
}

/** Tensors by name, as a map or as a plain object. */
export type TensorsToStore = ReadonlyMap<string, TensorToStore> | Readonly<Record<string, TensorToStore>>;

/**
 * Reads a safetensors file. 16-bit floats are widened exactly to `Float32Array`.
 *
 * @throws BridgeError `missing-file`; `invalid-file` where the header or the data is damaged, naming tensor, expected and found;
 *   `unsupported` for an element type without an array in JavaScript
 */
export async function readSafetensors(path: string): Promise<SafetensorsContents> {
  const file = await openFile(path);
  try {
    const { size } = await file.stat();
    const prefix = await readBytes(file, 0, Math.min(8, size), path);
    const length = headerLength(prefix, size, path);
    const { entries, metadata } = parseHeader(await readBytes(file, 8, length, path), size - 8 - length, path);
    const tensors = new Map<string, StoredTensor>();
    for (const entry of entries) {
      tensors.set(entry.name, toTensor(entry, await readBytes(file, 8 + length + entry.start, entry.end - entry.start, path)));
    }
    return { tensors, metadata };
  } finally {
    await file.close();
  }
}

/**
 * Writes a safetensors file under a temporary name and renames it. Equal tensors give equal bytes, whatever their order.
 *
 * @throws BridgeError `shape-mismatch` where data and shape disagree; `invalid-input` where data cannot be stored as the wanted type
 */
export async function writeSafetensors(
  path: string,
  tensors: TensorsToStore,
  metadata: Readonly<Record<string, string>> = {},
): Promise<void> {
  await writeAside(path, serialize(tensors, metadata));
}

/** The bytes that `writeSafetensors` would write. @throws BridgeError as `writeSafetensors` */
export function encodeSafetensors(tensors: TensorsToStore, metadata: Readonly<Record<string, string>> = {}): Uint8Array {
  return Buffer.concat([...serialize(tensors, metadata)]);
}

/**
 * Reads the bytes of a safetensors file.
 *
 * @param origin  what error messages call the bytes
 * @throws BridgeError as `readSafetensors`
 */
export function decodeSafetensors(bytes: Uint8Array, origin = "safetensors bytes"): SafetensorsContents {
  const length = headerLength(bytes, bytes.byteLength, origin);
  const data = bytes.subarray(8 + length);
  const { entries, metadata } = parseHeader(bytes.subarray(8, 8 + length), data.byteLength, origin);
  return {
    tensors: new Map(entries.map((entry) => [entry.name, toTensor(entry, Uint8Array.from(data.subarray(entry.start, entry.end)))])),
    metadata,
  };
}

function* serialize(tensors: TensorsToStore, metadata: Readonly<Record<string, string>>): Generator<Uint8Array> {
  const named = new Map<string, TensorToStore>(tensors instanceof Map ? tensors : Object.entries(tensors));
  const typed = [...named].map(([name, tensor]) => ({ name, type: checkedType(name, tensor), shape: tensor.shape }));
  const { bytes, entries } = buildHeader(typed, metadata);
  yield bytes;
  for (const { name, type } of entries) yield toBytes((named.get(name) as TensorToStore).data, type);
}

function checkedType(name: string, { data, shape, type }: TensorToStore): SafetensorsType {
  if (name === "__metadata__") throw new BridgeError("invalid-input", `"__metadata__" cannot name a tensor; the format keeps that name`);
  const size = shape.reduce((product, length) => product * length, 1);
  if (data.length !== size) {
    throw new BridgeError("shape-mismatch", `tensor "${name}" has ${data.length} values, its shape [${shape.join(", ")}] needs ${size}`);
  }
  const natural = naturalType(data);
  if (type === undefined || type === natural) return natural;
  const fits = natural === "F32" ? type === "F16" || type === "BF16" : natural === "U8" && type === "BOOL";
  if (!fits) throw new BridgeError("invalid-input", `tensor "${name}" holds ${natural} and cannot be stored as ${type}; convert it first`);
  return type;
}

function naturalType(data: SafetensorsData): SafetensorsType {
  if (data instanceof Float32Array) return "F32";
  if (data instanceof Float64Array) return "F64";
  if (data instanceof BigInt64Array) return "I64";
  if (data instanceof BigUint64Array) return "U64";
  if (data instanceof Int32Array) return "I32";
  if (data instanceof Uint32Array) return "U32";
  if (data instanceof Int16Array) return "I16";
  if (data instanceof Uint16Array) return "U16";
  if (data instanceof Int8Array) return "I8";
  return "U8";
}

function toBytes(data: SafetensorsData, type: SafetensorsType): Uint8Array {
  const narrow = data instanceof Float32Array && type !== "F32";
  const stored = narrow ? (type === "BF16" ? narrowToBfloat16(data) : narrowToFloat16(data)) : data;
  return new Uint8Array(stored.buffer, stored.byteOffset, stored.byteLength);
}

/** @param bytes  the tensor's own copy, alone in its buffer */
function toTensor({ type, shape, start, end }: TensorEntry, bytes: Uint8Array<ArrayBuffer>): StoredTensor {
  return { data: viewAs(type, bytes.buffer, (end - start) / elementSizes[type]), shape, type };
}

function viewAs(type: SafetensorsType, buffer: ArrayBuffer, length: number): SafetensorsData {
  switch (type) {
    case "F64":
      return new Float64Array(buffer, 0, length);
    case "F32":
      return new Float32Array(buffer, 0, length);
    case "F16":
      return widenFloat16(new Uint16Array(buffer, 0, length));
    case "BF16":
      return widenBfloat16(new Uint16Array(buffer, 0, length));
    case "I64":
      return new BigInt64Array(buffer, 0, length);
    case "U64":
      return new BigUint64Array(buffer, 0, length);
    case "I32":
      return new Int32Array(buffer, 0, length);
    case "U32":
      return new Uint32Array(buffer, 0, length);
    case "I16":
      return new Int16Array(buffer, 0, length);
    case "U16":
      return new Uint16Array(buffer, 0, length);
    case "I8":
      return new Int8Array(buffer, 0, length);
    case "U8":
    case "BOOL":
      return new Uint8Array(buffer, 0, length);
  }
}

async function openFile(path: string): Promise<FileHandle> {
  try {
    return await open(path, "r");
  } catch (cause) {
    throw new BridgeError("missing-file", `${path} cannot be opened; check the path`, { cause });
  }
}

async function readBytes(file: FileHandle, position: number, length: number, path: string): Promise<Uint8Array<ArrayBuffer>> {
  const bytes = new Uint8Array(length);
  for (let done = 0; done < length; ) {
    const { bytesRead } = await file.read(bytes, done, Math.min(length - done, 2 ** 30), position + done);
    if (bytesRead === 0)
      throw new BridgeError("invalid-file", `${path} ended at byte ${position + done} while it was read; is it still being written?`);
    done += bytesRead;
  }
  return bytes;
}
