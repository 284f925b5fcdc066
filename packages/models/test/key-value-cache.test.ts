import type { TensorValue } from "@bridge-rl/spec";
import fc from "fast-check";
import { expect, test } from "vitest";
import type { DecoderConfig } from "../src/index.js";
import { KeyValueCache } from "../src/internal/sampler/key-value-cache.js";
import { gridRows, gridTokens } from "../src/internal/sampler/shape-grid.js";

const config = { layers: 2, keyValueHeads: 2, headDimension: 4 } as DecoderConfig;
const names = ["keys of layer 0", "values of layer 0", "keys of layer 1", "values of layer 1"];
const [maximumRows, maximumCapacity] = [6, 12];

/** Outputs of a run with a number for each element that says where it belongs. */
function outputs(batch: number, tokens: number, tag: number): Record<string, TensorValue> {
  const shape = [batch, 2, tokens, 4];
  const make = (part: number): Float32Array =>
    Float32Array.from({ length: batch * 2 * tokens * 4 }, (_, index) => tag * 1_000 + part * 200 + index);
  return Object.fromEntries(names.map((name, part) => [`new ${name}`, { data: make(part), shape }]));
}

/** One cached token as [part][head][element], read from outputs by the definition of their layout. */
function token(values: Record<string, TensorValue>, row: number, position: number): number[][][] {
  return names.map((name) => {
    const { data, shape } = values[`new ${name}`] as TensorValue;
    const tokens = shape[2] as number;
    return [0, 1].map((head) => [0, 1, 2, 3].map((element) => Number(data[((row * 2 + head) * tokens + position) * 4 + element])));
  });
}

type Action =
  | { kind: "reshape"; keep: boolean[]; closeUp: boolean; rows: number; capacity: number }
  | { kind: "load"; row: number; length: number }
  | { kind: "append"; rows: boolean[] };

const action: fc.Arbitrary<Action> = fc.oneof(
  fc.record({
    kind: fc.constant("reshape" as const),
    keep: fc.array(fc.boolean(), { minLength: maximumRows, maxLength: maximumRows }),
    closeUp: fc.boolean(),
    rows: fc.integer({ min: 1, max: maximumRows }),
    capacity: fc.integer({ min: 1, max: maximumCapacity }),
  }),
  fc.record({ kind: fc.constant("load" as const), row: fc.nat(maximumRows - 1), length: fc.nat(maximumCapacity) }),
  fc.record({ kind: fc.constant("append" as const), rows: fc.array(fc.boolean(), { minLength: maximumRows, maxLength: maximumRows }) }),
);

test("holds what a list of tokens per row would hold, whatever happens to its shape", () => {
  fc.assert(
    fc.property(fc.array(action, { maxLength: 25 }), (actions) => {
      const cache = new KeyValueCache(config, maximumRows, maximumCapacity);
      let model: number[][][][][] = [[], [], []];
      cache.reshape([], 3, 4);
      for (const [tag, each] of actions.entries()) {
        if (each.kind === "reshape") {
          const ascending = [...model.keys()].filter((row) => each.keep[row]);
          // or the last ones in the places of those that leave
          const moving = ascending.filter((row) => row >= ascending.length);
          const closedUp = ascending.map((_, row) => (each.keep[row] ? row : (moving.pop() as number)));
          const kept = each.closeUp ? closedUp : ascending;
          const longest = Math.max(1, ...kept.map((row) => (model[row] as unknown[]).length));
          const [rows, capacity] = [Math.max(1, each.rows, kept.length), Math.max(each.capacity, longest)];
          cache.reshape(kept, rows, capacity);
          model = Array.from({ length: rows }, (_, row) => (kept[row] === undefined ? [] : (model[kept[row]] as number[][][][])));
        } else if (each.kind === "load") {
          const row = each.row % cache.rows;
          const length = Math.min(each.length, cache.capacity);
          const prefill = outputs(3, maximumCapacity, tag);
          cache.load(row, length === 0 ? undefined : { length, outputs: prefill, index: 1 });
          model[row] = Array.from({ length }, (_, position) => token(prefill, 1, position));
        } else {
          const rows = [...model.keys()].filter((row) => each.rows[row] && (model[row] as unknown[]).length < cache.capacity);
          const step = outputs(cache.rows, 1, tag);
          cache.append(rows, step);
          model = model.map((tokens, row) => (rows.includes(row) ? [...tokens, token(step, row, 0)] : tokens));
        }
        check(cache, model);
      }
    }),
    { numRuns: 300 },
  );
});

function check(cache: KeyValueCache, model: readonly (readonly number[][][])[][]): void {
  const feeds = cache.feeds();
  for (const [row, tokens] of model.entries()) {
    expect(cache.length(row)).toBe(tokens.length);
    const mask = feeds.mask?.data.slice(row * cache.capacity, (row + 1) * cache.capacity);
    expect(Array.from(mask as Float32Array)).toEqual(
      Array.from({ length: cache.capacity }, (_, position) => (position < tokens.length ? 0 : Math.fround(-1e9))),
    );
    for (const [position, expected] of tokens.entries()) {
      const found = names.map((name) =>
        [0, 1].map((head) => {
          const start = ((row * 2 + head) * cache.capacity + position) * 4;
          return Array.from(feeds[`past ${name}`]?.data.slice(start, start + 4) as Float32Array);
        }),
      );
      expect(found).toEqual(expected);
    }
  }
}

test("shapes come from a coarse grid that holds what is asked", () => {
  expect([1, 4, 5, 9, 13, 17, 33, 49, 65, 97, 129].map(gridRows)).toEqual([4, 4, 8, 12, 16, 24, 48, 64, 96, 128, 192]);
  expect([0, 1, 32, 33, 100].map(gridTokens)).toEqual([32, 32, 32, 64, 128]);
});
