import { BridgeError } from "@bridge-rl/spec";
import { isRecord } from "./read-json.js";

/** Bytes of one element of each type that safetensors files of language models use. */
export const elementSizes = {
  F64: 8,
  F32: 4,
  F16: 2,
  BF16: 2,
  I64: 8,
  U64: 8,
  I32: 4,
  U32: 4,
  I16: 2,
  U16: 2,
  I8: 1,
  U8: 1,
  BOOL: 1,
} as const;

/** An element type, by the name that the file format gives it. */
export type SafetensorsType = keyof typeof elementSizes;

/** Where a tensor lies in a file; offsets count from the first byte behind the header. */
export interface TensorEntry {
  readonly name: string;
  readonly type: SafetensorsType;
  readonly shape: readonly number[];
  readonly start: number;
  readonly end: number;
}

export interface SafetensorsHeader {
  /** In the order of their bytes. */
  readonly entries: readonly TensorEntry[];
  readonly metadata: Readonly<Record<string, string>>;
}

/** The reference implementation's limit. */
const maximumHeaderBytes = 100_000_000;

/** Checks the first eight bytes against the file's size and returns the header's length. */
export function headerLength(prefix: Uint8Array, fileBytes: number, file: string): number {
  if (fileBytes < 8) throw damaged(file, `it has ${fileBytes} bytes, a safetensors file has at least 8`);
  const length = new DataView(prefix.buffer, prefix.byteOffset, 8).getBigUint64(0, true);
  if (length > BigInt(maximumHeaderBytes)) {
    throw damaged(file, `its header claims ${length} bytes, at most ${maximumHeaderBytes} are allowed; is it a safetensors file?`);
  }
  if (Number(length) > fileBytes - 8) {
    throw damaged(file, `its header claims ${length} bytes, but only ${fileBytes - 8} follow; the file is truncated`);
  }
  return Number(length);
}

/** Reads a header and proves that its tensors cover the data exactly once. */
export function parseHeader(bytes: Uint8Array, dataBytes: number, file: string): SafetensorsHeader {
  const fields = parseFields(bytes, file);
  const metadata = parseMetadata(fields.get("__metadata__"), file);
  fields.delete("__metadata__");
  const entries = [...fields].map(([name, value]) => parseEntry(name, value, file));
  entries.sort((left, right) => left.start - right.start || left.end - right.end);
  checkCoverage(entries, dataBytes, file);
  return { entries, metadata };
}

/** Lays tensors out as the reference implementation does (wide types first, then by name) and writes their header, padded to 8 bytes. */
export function buildHeader(
  tensors: Iterable<{ name: string; type: SafetensorsType; shape: readonly number[] }>,
  metadata: Readonly<Record<string, string>>,
): { bytes: Uint8Array; entries: readonly TensorEntry[] } {
  const ordered = [...tensors].sort(
    (left, right) => elementSizes[right.type] - elementSizes[left.type] || (left.name < right.name ? -1 : left.name > right.name ? 1 : 0),
  );
  const fields: string[] = [];
  const names = Object.keys(metadata).sort();
  if (names.length > 0) {
    fields.push(`"__metadata__":{${names.map((name) => `${JSON.stringify(name)}:${JSON.stringify(metadata[name])}`).join(",")}}`);
  }
  const entries: TensorEntry[] = [];
  let start = 0;
  for (const { name, type, shape } of ordered) {
    const end = start + shape.reduce((product, size) => product * size, elementSizes[type]);
    entries.push({ name, type, shape, start, end });
    fields.push(`${JSON.stringify(name)}:${JSON.stringify({ dtype: type, shape, data_offsets: [start, end] })}`);
    start = end;
  }
  const json = Buffer.from(`{${fields.join(",")}}`);
  const padded = Buffer.alloc(8 + Math.ceil(json.length / 8) * 8, " ");
  padded.writeBigUInt64LE(BigInt(padded.length - 8));
  json.copy(padded, 8);
  return { bytes: padded, entries };
}

function parseFields(bytes: Uint8Array, file: string): Map<string, unknown> {
  let text: string;
  let header: unknown;
  try {
    text = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(bytes);
    header = JSON.parse(text);
  } catch (cause) {
    throw new BridgeError("invalid-file", `${file}: its header is not JSON in UTF-8; write the file again`, { cause });
  }
  if (!text.startsWith("{") || !isRecord(header)) throw damaged(file, "its header does not start with a JSON object");
  const repeated = repeatedKey(text);
  if (repeated !== undefined) throw damaged(file, `its header names "${repeated}" twice`);
  return new Map(Object.entries(header));
}

function parseMetadata(value: unknown, file: string): Record<string, string> {
  if (value === undefined) return {};
  if (!isRecord(value)) throw damaged(file, `"__metadata__" is ${shown(value)}, expected an object of texts`);
  return Object.fromEntries(
    Object.entries(value).map(([name, text]) => {
      if (typeof text !== "string") throw damaged(file, `metadata "${name}" is ${shown(text)}, expected a text`);
      return [name, text];
    }),
  );
}

function parseEntry(name: string, value: unknown, file: string): TensorEntry {
  if (!isRecord(value)) throw damaged(file, `tensor "${name}" is described by ${shown(value)}, expected an object`);
  const { dtype, shape, data_offsets: offsets } = value;
  if (typeof dtype !== "string") throw damaged(file, `tensor "${name}" has dtype ${shown(dtype)}, expected a text`);
  if (!isSupported(dtype)) {
    throw new BridgeError(
      "unsupported",
      `${file}: tensor "${cut(name)}" has dtype ${cut(dtype)}; this reader knows ${Object.keys(elementSizes).join(", ")}: convert the file`,
    );
  }
  if (!isCounts(shape)) throw damaged(file, `tensor "${name}" has shape ${shown(shape)}, expected a list of sizes`);
  if (!isCounts(offsets) || offsets.length !== 2) {
    throw damaged(file, `tensor "${name}" has data_offsets ${shown(offsets)}, expected [start, end]`);
  }
  const [start, end] = offsets as [number, number];
  const expected = shape.includes(0) ? 0 : shape.reduce((product, size) => product * size, elementSizes[dtype]);
  if (end - start !== expected) {
    throw damaged(file, `tensor "${name}" takes ${end - start} bytes, expected ${expected} for ${dtype} [${shape.join(", ")}]`);
  }
  return { name, type: dtype, shape, start, end };
}

function checkCoverage(entries: readonly TensorEntry[], dataBytes: number, file: string): void {
  let covered = 0;
  for (const { name, start, end } of entries) {
    if (start !== covered) {
      const fault = start < covered ? "overlaps the tensor before it" : "leaves a gap before it";
      throw damaged(file, `tensor "${name}" ${fault}: it starts at byte ${start}, expected ${covered}`);
    }
    if (end > dataBytes) {
      throw damaged(file, `tensor "${name}" ends at byte ${end}, but the data has ${dataBytes} bytes; the file is truncated`);
    }
    covered = end;
  }
  if (covered !== dataBytes) throw damaged(file, `its tensors end at byte ${covered}, but the data has ${dataBytes} bytes`);
}

/**
 * Finds a key that an object of the header has twice, which `JSON.parse` would hide.
 *
 * @param text  valid JSON
 */
function repeatedKey(text: string): string | undefined {
  const open: Set<string>[] = [];
  for (const match of text.matchAll(/[{}]|("[^"\\]*(?:\\.[^"\\]*)*")(\s*:)?/g)) {
    if (match[0] === "{") open.push(new Set());
    else if (match[0] === "}") open.pop();
    else if (match[2] !== undefined) {
      const key: unknown = JSON.parse(match[1] as string);
      const keys = open.at(-1);
      if (typeof key !== "string" || keys === undefined) continue;
      if (keys.has(key)) return key;
      keys.add(key);
    }
  }
  return undefined;
}

function isCounts(value: unknown): value is number[] {
  return Array.isArray(value) && value.every((size) => Number.isSafeInteger(size) && size >= 0);
}

function isSupported(dtype: string): dtype is SafetensorsType {
  return Object.hasOwn(elementSizes, dtype);
}

/** A value of a file for a message, which a hostile file must not make long or deep. */
function shown(value: unknown): string {
  if (typeof value === "object" && value !== null) {
    const parts = Array.isArray(value) ? value : Object.keys(value);
    const flat = Array.isArray(value) && value.length <= 8 && value.every((part) => typeof part !== "object" || part === null);
    return flat ? `[${value.map(shown).join(",")}]` : `${Array.isArray(value) ? "a list" : "an object"} of ${parts.length}`;
  }
  return value === undefined ? "missing" : cut(String(typeof value === "string" ? JSON.stringify(value) : value), 60);
}

function cut(text: string, length = 400): string {
  return text.length <= length ? text : `${text.slice(0, length)}…`;
}

function damaged(file: string, reason: string): BridgeError {
  return new BridgeError("invalid-file", `${file}: ${cut(reason)}`);
}
