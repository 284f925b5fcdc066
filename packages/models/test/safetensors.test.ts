import { mkdtemp, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { BridgeError } from "@bridge-rl/spec";
import fc from "fast-check";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { decodeSafetensors, encodeSafetensors, readSafetensors, writeSafetensors } from "../src/index.js";
import { narrowToBfloat16, narrowToFloat16, widenBfloat16, widenFloat16 } from "../src/internal/half-precision.js";

const fixtures = new URL("./fixtures/", import.meta.url).pathname;
let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "safetensors-"));
});
afterAll(() => rm(folder, { recursive: true }));

/** A file from a header given as text and a number of data bytes. */
function craft(header: string, dataBytes: number, claimed = Buffer.byteLength(header)): Uint8Array {
  const prefix = Buffer.alloc(8);
  prefix.writeBigUInt64LE(BigInt(claimed));
  return Buffer.concat([prefix, Buffer.from(header), Buffer.alloc(dataBytes)]);
}

function failure(action: () => unknown): BridgeError {
  try {
    action();
  } catch (error) {
    if (BridgeError.isInstance(error)) return error;
    throw error;
  }
  throw new Error("it did not fail");
}

describe("reading", () => {
  test.each(["qwen2-tiny", "llama-tiny"])("gives every tensor of %s its sum and norm", async (name) => {
    const { tensors, metadata } = await readSafetensors(join(fixtures, name, "model.safetensors"));
    const oracle = JSON.parse(await readFile(join(fixtures, name, "oracle.json"), "utf8"));

    expect([...tensors.keys()].sort()).toEqual(Object.keys(oracle.tensors).sort());
    expect(metadata).toEqual({ format: "pt" });
    for (const [tensorName, expected] of Object.entries<{ shape: number[]; l2: number; sum: number }>(oracle.tensors)) {
      const tensor = tensors.get(tensorName);
      const values = Array.from(tensor?.data as Float32Array);
      expect(tensor?.shape).toEqual(expected.shape);
      expect(values.reduce((sum, value) => sum + value, 0)).toBeCloseTo(expected.sum, 9);
      expect(Math.sqrt(values.reduce((sum, value) => sum + value * value, 0))).toBeCloseTo(expected.l2, 9);
    }
  });

  test("widens every 16-bit pattern as arithmetic says", () => {
    const patterns = Uint16Array.from({ length: 65_536 }, (_, index) => index);
    const halves = widenFloat16(patterns);
    const brains = widenBfloat16(patterns);
    for (const pattern of patterns) {
      expect(Object.is(halves[pattern], binary(pattern, 5, 10)), `F16 ${pattern}`).toBe(true);
      expect(Object.is(brains[pattern], binary(pattern, 8, 7)), `BF16 ${pattern}`).toBe(true);
    }
  });

  const good = '{"a":{"dtype":"F32","shape":[2],"data_offsets":[0,8]}}';
  test.each<[string, Uint8Array, RegExp]>([
    ["an empty file", new Uint8Array(0), /has 0 bytes/],
    ["a cut prefix", new Uint8Array(7), /has 7 bytes/],
    ["a header beyond the file", craft(good, 0, 1_000), /claims 1000 bytes, but only/],
    ["a giant header", craft(good, 0, 2 ** 40), /claims 1099511627776 bytes, at most 100000000/],
    ["truncated data", craft(good, 7), /"a" ends at byte 8, but the data has 7/],
    ["data behind the last tensor", craft(good, 9), /end at byte 8, but the data has 9/],
    ["no JSON", craft("{oops", 0), /not JSON/],
    ["no object", craft("[]", 0), /does not start with a JSON object/],
    ["leading space", craft(` ${good}`, 8), /does not start with a JSON object/],
    ["wrong size", craft('{"a":{"dtype":"F32","shape":[3],"data_offsets":[0,8]}}', 8), /"a" takes 8 bytes, expected 12 for F32 \[3\]/],
    ["end before start", craft('{"a":{"dtype":"F32","shape":[2],"data_offsets":[8,0]}}', 8), /"a" takes -8 bytes/],
    ["negative offsets", craft('{"a":{"dtype":"F32","shape":[2],"data_offsets":[-8,0]}}', 8), /data_offsets \[-8,0\]/],
    ["a fractional size", craft('{"a":{"dtype":"F32","shape":[0.5],"data_offsets":[0,2]}}', 2), /shape \[0.5\]/],
    [
      "an overflowing shape",
      craft('{"a":{"dtype":"U8","shape":[4294967296,4294967296],"data_offsets":[0,0]}}', 0),
      /expected 18446744073709552000/,
    ],
    ["a missing shape", craft('{"a":{"dtype":"F32","data_offsets":[0,8]}}', 8), /shape missing/],
    ["metadata of numbers", craft('{"__metadata__":{"step":1}}', 0), /metadata "step" is 1/],
    [
      "a tensor twice",
      craft(`{"a":{"dtype":"U8","shape":[1],"data_offsets":[0,1]},"\\u0061":{"dtype":"U8","shape":[1],"data_offsets":[0,1]}}`, 1),
      /names "a" twice/,
    ],
    [
      "an overlap",
      craft('{"a":{"dtype":"U8","shape":[4],"data_offsets":[0,4]},"b":{"dtype":"U8","shape":[4],"data_offsets":[2,6]}}', 6),
      /"b" overlaps/,
    ],
    [
      "a gap",
      craft('{"a":{"dtype":"U8","shape":[2],"data_offsets":[0,2]},"b":{"dtype":"U8","shape":[2],"data_offsets":[4,6]}}', 6),
      /"b" leaves a gap/,
    ],
  ])("refuses %s", (_, bytes, message) => {
    const error = failure(() => decodeSafetensors(bytes, "weights.safetensors"));
    expect(error.code).toBe("invalid-file");
    expect(error.message).toMatch(message);
    expect(error.message).toContain("weights.safetensors");
  });

  test("refuses every truncation of a real file", async () => {
    const whole = await readFile(join(fixtures, "qwen2-tiny", "model.safetensors"));
    fc.assert(
      fc.property(fc.integer({ min: 0, max: whole.length - 1 }), (length) => {
        expect(failure(() => decodeSafetensors(whole.subarray(0, length))).code).toBe("invalid-file");
      }),
    );
  });

  test("says which type it cannot hold, and which file is missing", async () => {
    const header = '{"a":{"dtype":"F8_E4M3","shape":[1],"data_offsets":[0,1]}}';
    expect(failure(() => decodeSafetensors(craft(header, 1))).code).toBe("unsupported");
    await expect(readSafetensors(join(folder, "absent"))).rejects.toMatchObject({ code: "missing-file" });
  });
});

describe("writing", () => {
  const tensor = fc.oneof(
    fc.float32Array({ maxLength: 20 }).map((data) => ({ data, shape: [data.length] })),
    fc.float64Array({ maxLength: 20 }).map((data) => ({ data, shape: [1, data.length] })),
    fc.bigInt64Array({ maxLength: 20 }).map((data) => ({ data, shape: [data.length, 1] })),
    fc.int32Array({ maxLength: 20 }).map((data) => ({ data, shape: [data.length] })),
    fc.int16Array({ maxLength: 20 }).map((data) => ({ data, shape: [data.length] })),
    fc.uint8Array({ maxLength: 20 }).map((data) => ({ data, shape: [data.length] })),
  );
  const tensors = fc.dictionary(fc.string({ unit: "grapheme" }), tensor);

  test("is undone by reading, bit by bit", () => {
    fc.assert(
      fc.property(tensors, fc.dictionary(fc.string(), fc.string()), (written, metadata) => {
        const read = decodeSafetensors(encodeSafetensors(written, metadata));
        expect(read.metadata).toEqual(metadata);
        expect([...read.tensors.keys()].sort()).toEqual(Object.keys(written).sort());
        for (const [name, { data, shape }] of Object.entries(written)) {
          const back = read.tensors.get(name);
          expect(back?.shape).toEqual(shape);
          expect(back?.data.constructor).toBe(data.constructor);
          expect(Buffer.compare(Buffer.from(back?.data.buffer as ArrayBuffer), Buffer.from(data.buffer))).toBe(0);
        }
      }),
      { numRuns: 500 },
    );
  });

  test("gives the same bytes in whatever order tensors and metadata come", () => {
    fc.assert(
      fc.property(tensors, (written) => {
        const backwards = new Map(Object.entries(written).reverse());
        expect(Buffer.compare(encodeSafetensors(written, { a: "1", b: "2" }), encodeSafetensors(backwards, { b: "2", a: "1" }))).toBe(0);
      }),
    );
  });

  test("gives the same bytes after reading them back", async () => {
    const { tensors, metadata } = await readSafetensors(join(fixtures, "qwen2-tiny", "model.safetensors"));
    const [first, second] = [join(folder, "first.safetensors"), join(folder, "second.safetensors")];
    await writeSafetensors(first, tensors, metadata);
    const again = await readSafetensors(first);
    await writeSafetensors(second, again.tensors, again.metadata);

    expect(again.tensors.get("model.norm.weight")?.data).toEqual(tensors.get("model.norm.weight")?.data);
    expect(Buffer.compare(await readFile(first), await readFile(second))).toBe(0);
    expect(await readdir(folder)).toEqual(["first.safetensors", "second.safetensors"]);
  });

  test("narrows to the nearest 16-bit float, ties to even", () => {
    const value = fc.oneof(fc.float(), fc.float({ min: -70_000, max: 70_000 }), fc.float({ min: -(2 ** -13), max: 2 ** -13 }));
    const halves = ascending(widenFloat16);
    const brains = ascending(widenBfloat16);
    fc.assert(
      fc.property(value, (x) => {
        expect(widenFloat16(narrowToFloat16([x]))[0]).toBe(nearest(halves, x, 65_520));
        expect(widenBfloat16(narrowToBfloat16([x]))[0]).toBe(nearest(brains, x, 2 ** 128 - 2 ** 119));
      }),
      { numRuns: 5_000 },
    );
    expect(narrowToFloat16([2 ** -25, 3 * 2 ** -25, 2049, 2051, 65_519, 65_520])).toEqual(
      Uint16Array.of(0, 2, 0x6800, 0x6802, 0x7bff, 0x7c00),
    );
    expect(narrowToBfloat16([1 + 2 ** -8, 1 + 3 * 2 ** -8, Number.NaN])).toEqual(Uint16Array.of(0x3f80, 0x3f82, 0x7fc0));
  });

  test("refuses data that does not fill its shape or change its type", () => {
    const data = new Float32Array(3);
    expect(failure(() => encodeSafetensors({ a: { data, shape: [2, 2] } }))).toMatchObject({
      code: "shape-mismatch",
      message: /"a" has 3 values.*needs 4/,
    });
    expect(failure(() => encodeSafetensors({ a: { data, shape: [3], type: "I32" } })).code).toBe("invalid-input");
    expect(failure(() => encodeSafetensors({ __metadata__: { data, shape: [3] } })).code).toBe("invalid-input");
  });

  test("leaves the old file where writing fails", async () => {
    const path = join(folder, "kept.safetensors");
    await writeFile(path, "old");
    await expect(writeSafetensors(path, { a: { data: new Float32Array(3), shape: [2] } })).rejects.toMatchObject({
      code: "shape-mismatch",
    });
    expect(await readFile(path, "utf8")).toBe("old");
  });
});

/** The value of an IEEE-like bit pattern, from the definition. */
function binary(pattern: number, exponentBits: number, mantissaBits: number): number {
  const sign = pattern >> (exponentBits + mantissaBits) === 0 ? 1 : -1;
  const exponent = (pattern >> mantissaBits) & (2 ** exponentBits - 1);
  const fraction = (pattern & (2 ** mantissaBits - 1)) / 2 ** mantissaBits;
  const bias = 2 ** (exponentBits - 1) - 1;
  if (exponent === 2 ** exponentBits - 1) return fraction === 0 ? sign * Number.POSITIVE_INFINITY : Number.NaN;
  return exponent === 0 ? sign * fraction * 2 ** (1 - bias) : sign * (1 + fraction) * 2 ** (exponent - bias);
}

/** All non-negative finite values, by pattern. */
function ascending(widen: (patterns: Uint16Array) => Float32Array): number[] {
  return [...widen(Uint16Array.from({ length: 0x8000 }, (_, index) => index))].filter(Number.isFinite);
}

function nearest(values: readonly number[], x: number, overflow: number): number {
  if (Number.isNaN(x)) return x;
  const magnitude = Math.abs(x);
  const sign = Object.is(Math.sign(x), -0) || x < 0 ? -1 : 1;
  if (magnitude >= overflow) return sign * Number.POSITIVE_INFINITY;
  let low = 0;
  for (let step = 2 ** 15; step >= 1; step /= 2) if ((values[low + step] ?? Number.POSITIVE_INFINITY) <= magnitude) low += step;
  const below = values[low] as number;
  const above = values[low + 1] ?? 2 * below;
  const gapBelow = magnitude - below;
  const gapAbove = above - magnitude;
  return sign * (gapBelow < gapAbove || (gapBelow === gapAbove && low % 2 === 0) ? below : above);
}
