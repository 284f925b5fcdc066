import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { BridgeError } from "@bridge-rl/spec";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { decodeSafetensors, encodeSafetensors, readSafetensors, type SafetensorsContents } from "../src/index.js";

const whole = Buffer.from(
  encodeSafetensors(
    new Map([
      ["a", { data: Float32Array.of(1, 2, 3, 4, 5, 6), shape: [2, 3] }],
      ["b", { data: Float32Array.of(7, 8), shape: [2], type: "BF16" as const }],
      ["c", { data: BigInt64Array.of(9n), shape: [] }],
    ]),
    { format: "pt" },
  ),
);
const headerBytes = Number(whole.readBigUInt64LE(0));

/** The contents, or the refusal. Anything else that is thrown is a bug. */
function outcome(read: () => SafetensorsContents): SafetensorsContents | BridgeError {
  try {
    return read();
  } catch (error) {
    if (BridgeError.isInstance(error)) return error;
    throw error;
  }
}

/** Reads bytes that stand within others, which a reader that minds its bounds never sees. */
function outcomeWithin(bytes: Uint8Array, surroundings: number): SafetensorsContents | BridgeError {
  const wide = Buffer.alloc(bytes.length + 128, surroundings);
  wide.set(bytes, 64);
  return outcome(() => decodeSafetensors(wide.subarray(64, 64 + bytes.length), "weights.safetensors"));
}

function expectBounded(bytes: Uint8Array): void {
  const result = outcomeWithin(bytes, 0xab);
  const elsewhere = outcomeWithin(bytes, 0x22);
  if (BridgeError.isInstance(result)) {
    expect(["invalid-file", "unsupported"]).toContain(result.code);
    expect(result.message).toContain("weights.safetensors");
    expect(result.message.length).toBeLessThan(1000);
    expect(BridgeError.isInstance(elsewhere) && elsewhere.message).toBe(result.message);
    return;
  }
  expect(elsewhere).toEqual(result);
  for (const { data, shape } of result.tensors.values()) expect(data.length).toBe(shape.reduce((product, size) => product * size, 1));
}

/** JSON in which a hostile author has a free hand: sizes beyond any file, negative, fractional, huge, of the wrong kind. */
const number = fc.oneof(fc.integer({ min: -4, max: 60 }), fc.constantFrom(2 ** 31, 2 ** 32 + 8, 2 ** 53 - 1, 2 ** 53, 1e308, 0.5, -0));
const loose = fc.oneof(number, fc.constantFrom(null, true, "F32", "", "__proto__", {}, []), fc.array(number, { maxLength: 4 }));
const entry = fc.record(
  {
    dtype: fc.oneof(fc.constantFrom("F32", "BF16", "I64", "U8", "F8_E4M3", "constructor", "toString"), loose),
    shape: fc.oneof(fc.array(number, { maxLength: 4 }), loose),
    data_offsets: fc.oneof(fc.array(number, { minLength: 2, maxLength: 2 }), loose),
  },
  { requiredKeys: [] },
);

describe("a hostile safetensors file is read within its bounds or refused by name", () => {
  test("with bytes of its header changed", () => {
    const change = fc.record({ at: fc.nat({ max: 8 + headerBytes - 1 }), byte: fc.nat({ max: 255 }) });
    fc.assert(
      fc.property(fc.array(change, { minLength: 1, maxLength: 3 }), (changes) => {
        const bytes = Buffer.from(whole);
        for (const { at, byte } of changes) bytes[at] = byte;
        expectBounded(bytes);
      }),
      { numRuns: 1000 },
    );
  });

  test("with a header of its own", () => {
    fc.assert(
      fc.property(
        fc.dictionary(fc.constantFrom("a", "b", "__metadata__", "__proto__"), fc.oneof(entry, loose)),
        fc.nat({ max: 64 }),
        (fields, size) => {
          const header = Buffer.from(JSON.stringify(fields));
          const prefix = Buffer.alloc(8);
          prefix.writeBigUInt64LE(BigInt(header.length));
          expectBounded(Buffer.concat([prefix, header, Buffer.alloc(size, 1)]));
        },
      ),
      { numRuns: 1000 },
    );
  });

  test.each<[string, string]>([
    ["lists within lists", `{"a":${"[".repeat(50_000)}${"]".repeat(50_000)}}`],
    ["objects within objects", `{"a":${'{"a":'.repeat(50_000)}1${"}".repeat(50_000)}}`],
    ["a name of two megabytes", `{"${"x".repeat(2_000_000)}":{"dtype":"F32","shape":[1],"data_offsets":[0,4]},"b":1}`],
    ["a type of two megabytes", `{"a":{"dtype":"${"x".repeat(2_000_000)}","shape":[1],"data_offsets":[0,4]}}`],
    ["three hundred thousand sizes", `{"a":{"dtype":"F32","shape":[${"1,".repeat(300_000)}2],"data_offsets":[0,4]}}`],
    ["sizes whose product is no number", `{"a":{"dtype":"F32","shape":[${`${2 ** 53 - 1},`.repeat(30)}1],"data_offsets":[0,4]}}`],
    [
      "a name in a file where it stands twice",
      `{"a":{"dtype":"F32","shape":[1],"data_offsets":[0,4]},"\\u0061":{"dtype":"F32","shape":[1],"data_offsets":[0,4]}}`,
    ],
  ])("with %s", (_, header) => {
    const prefix = Buffer.alloc(8);
    prefix.writeBigUInt64LE(BigInt(Buffer.byteLength(header)));
    const result = outcomeWithin(Buffer.concat([prefix, Buffer.from(header), Buffer.alloc(4)]), 0xab);
    expect(BridgeError.isInstance(result)).toBe(true);
    expect((result as BridgeError).message.length).toBeLessThan(1000);
  });

  test("on disk, too", async () => {
    const folder = await mkdtemp(join(tmpdir(), "safetensors-fuzz-"));
    const path = join(folder, "weights.safetensors");
    try {
      await fc.assert(
        fc.asyncProperty(
          fc.nat({ max: 8 + headerBytes - 1 }),
          fc.nat({ max: 255 }),
          fc.nat({ max: whole.length }),
          async (at, byte, length) => {
            const bytes = Buffer.from(whole);
            bytes[at] = byte;
            await writeFile(path, bytes.subarray(0, length));
            const fromDisk = await readSafetensors(path).catch((error: unknown) => error);
            const fromMemory = outcome(() => decodeSafetensors(bytes.subarray(0, length), path));
            if (BridgeError.isInstance(fromMemory)) expect(fromDisk).toMatchObject({ code: fromMemory.code, message: fromMemory.message });
            else expect(fromDisk).toEqual(fromMemory);
          },
        ),
        { numRuns: 200 },
      );
    } finally {
      await rm(folder, { recursive: true });
    }
  });
});
