import { createRandom, type TrainingRow } from "@bridge-rl/spec";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import type { DecoderConfig } from "../src/decoder-config.js";
import { planMicroBatches } from "../src/internal/policy/micro-batches.js";

const small: DecoderConfig = {
  architecture: "llama",
  ...{ vocabularySize: 350, hiddenSize: 128, layers: 1, heads: 2, keyValueHeads: 2, headDimension: 64, intermediateSize: 384 },
  ...{ ropeTheta: 1e4, normEpsilon: 1e-6, queryKeyNorm: false, attentionBias: false, tieEmbeddings: true, maximumLength: 4096 },
};
const wordy: DecoderConfig = { ...small, vocabularySize: 50_000 };

function makeRows(seed: number, count: number, longest: number): TrainingRow[] {
  const random = createRandom(seed, "rows");
  const ids = (): Int32Array => Int32Array.from({ length: random.integer(1, longest) }, () => random.integer(1, 349));
  return Array.from({ length: count }, () => ({ promptIds: ids(), completionIds: ids() }));
}

describe("planMicroBatches", () => {
  test("every token of every selected row is scored once, from the token before it", () => {
    const cases = fc.tuple(
      fc.integer(),
      fc.integer({ min: 1, max: 40 }),
      fc.constantFrom(1, 3, 90),
      fc.integer({ min: 1, max: 3000 }),
      fc.boolean(),
    );
    fc.assert(
      fc.property(cases, ([seed, count, longest, tokensPerRun, isWordy]) => {
        const batch = makeRows(seed, count, longest);
        const selected = [...batch.keys()].filter((row) => row % 3 !== 1);
        const scored = new Map<number, Int32Array>();
        for (const { shape, tokenIds, sources, targetIds, targetOf, parts } of planMicroBatches(
          batch,
          selected,
          isWordy ? wordy : small,
          tokensPerRun,
        )) {
          expect(shape.rows === 1 || shape.rows * shape.tokens <= tokensPerRun).toBe(true);
          expect([tokenIds.length, targetOf.length]).toEqual([shape.rows * shape.tokens, shape.rows * shape.tokens]);
          expect([sources.length, targetIds.length]).toEqual([shape.targets, shape.targets]);
          for (const { row, start, length } of parts) {
            expect(scored.has(row)).toBe(false);
            scored.set(row, targetIds.slice(start, start + length));
            const { promptIds, completionIds } = batch[row] as TrainingRow;
            const whole = [...promptIds, ...completionIds];
            for (let offset = 0; offset < length; offset++) {
              const source = sources[start + offset] as number;
              const position = promptIds.length + offset;
              const first = source - position + 1;
              // the tokens up to the source are the row's first ones
              const before = [...tokenIds.subarray(first, source + 1)];
              expect([targetOf[source], first % shape.tokens, before]).toEqual([start + offset, 0, whole.slice(0, position)]);
            }
          }
        }
        expect([...scored.keys()].sort((a, b) => a - b)).toEqual(selected);
        for (const row of selected) expect(scored.get(row)).toEqual(batch[row]?.completionIds);
      }),
      { numRuns: 60 },
    );
  });

  test("ordinary batches need few programs and little padding", () => {
    const shapes = new Set<string>();
    let padded = 0;
    let real = 0;
    for (let seed = 0; seed < 300; seed++) {
      const batch = makeRows(seed, 32, 64);
      for (const { shape } of planMicroBatches(batch, [...batch.keys()], small, 1024)) {
        shapes.add(JSON.stringify(shape));
        padded += shape.rows * shape.tokens;
      }
      real += batch.reduce((total, { promptIds, completionIds }) => total + promptIds.length + completionIds.length - 1, 0);
    }
    expect(shapes.size).toBeLessThanOrEqual(32);
    expect(padded / real).toBeLessThan(1.25);
  });

  test("with a large vocabulary the head runs at scored positions alone", () => {
    const batch = [{ promptIds: new Int32Array(200).fill(1), completionIds: new Int32Array(20).fill(2) }];
    expect(planMicroBatches(batch, [0], wordy, 1024)[0]?.shape).toEqual({ rows: 1, tokens: 224, targets: 28 });
    expect(planMicroBatches(batch, [0], small, 1024)[0]?.shape).toEqual({ rows: 1, tokens: 224, targets: 224 });
  });
});
