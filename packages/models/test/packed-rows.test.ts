import { createRandom, type Loss, type TrainingRow } from "@bridge-rl/spec";
import { attentionBlocks } from "@bridge-rl/tensor";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import type { DecoderConfig } from "../src/decoder-config.js";
import { initializeDecoder } from "../src/decoder-parameters.js";
import { planPackedRuns } from "../src/internal/policy/packed-runs.js";
import { LocalPolicy, type LocalPolicyOptions } from "../src/local-policy.js";

/** Everything switched on: QK-norm, biases, grouped heads, a tied head. */
const config: DecoderConfig = {
  architecture: "qwen3",
  ...{ vocabularySize: 30, hiddenSize: 12, layers: 2, heads: 4, keyValueHeads: 2, headDimension: 6, intermediateSize: 20 },
  ...{ ropeTheta: 1e4, normEpsilon: 1e-6, queryKeyNorm: true, attentionBias: true, tieEmbeddings: true, maximumLength: 128 },
};

/** Groups of completions of one prompt each, in any order, and a row that stands alone. */
function makeBatch(seed: number): TrainingRow[] {
  const random = createRandom(seed, "groups");
  const ids = (count: number) => Int32Array.from({ length: count }, () => random.integer(0, config.vocabularySize - 1));
  const groups = [17, 40, 33, 1].flatMap((prompt) => {
    const promptIds = ids(prompt);
    return Array.from({ length: random.integer(4, 9) }, () => ({
      promptIds: promptIds.slice(),
      completionIds: ids(random.integer(1, 30)),
    }));
  });
  return random.shuffle([...groups, { promptIds: ids(5), completionIds: ids(9) }]);
}

function draw(batch: readonly TrainingRow[], seed: number): Float32Array[] {
  const random = createRandom(seed, "weights");
  return batch.map(({ completionIds }) => Float32Array.from(completionIds, () => random.normal() / 50));
}

function makePolicy(options: LocalPolicyOptions, changed: Partial<DecoderConfig>): LocalPolicy {
  const whole = { ...config, ...changed };
  return new LocalPolicy(whole, initializeDecoder(whole, 3, { standardDeviation: 0.3 }), options);
}

const gradientOf = (policy: LocalPolicy) => [...policy.gradient.values()].flatMap(({ data }) => Array.from(data as Float32Array));
const norm = (values: readonly number[]) => Math.sqrt(values.reduce((total, value) => total + value * value, 0));

describe("rows one behind the other", () => {
  test.each([
    [{}, 1024, true],
    [{}, 1024, false],
    [{ tieEmbeddings: false, queryKeyNorm: false, attentionBias: false, heads: 2 }, 1024, true],
    [{ vocabularySize: 120 }, 100, true],
    [{}, 100, false],
  ] as const)("give the numbers of padded rows: %j, %i tokens a run, prompts shared: %s", async (changed, tokensPerRun, sharePrompts) => {
    const batch = makeBatch(1);
    const [byLogProbability, byEntropy] = [draw(batch, 2), draw(batch, 3)];
    const loss: Loss = {
      ...{ derivative: "dependent", usesEntropies: true },
      evaluate: () => ({ loss: 0, gradients: byLogProbability, entropyGradients: byEntropy, metrics: {} }),
    };
    const packed = makePolicy({ tokensPerRun, sharePrompts }, changed);
    const padded = makePolicy({ tokensPerRun, packRows: false }, changed);
    const options = { temperature: 0.7, entropies: true };
    const [ours, theirs] = [await packed.logProbabilities(batch, options), await padded.logProbabilities(batch, options)];
    await packed.forwardBackward(batch, loss, { temperature: 0.7 });
    await padded.forwardBackward(batch, loss, { temperature: 0.7 });
    const [one, other] = [gradientOf(packed), gradientOf(padded)];

    for (const [row, { logProbabilities, entropies }] of ours.entries()) {
      for (const [token, value] of logProbabilities.entries()) expect(value).toBeCloseTo(theirs[row]?.logProbabilities[token] as number, 4);
      for (const [token, value] of (entropies ?? []).entries()) expect(value).toBeCloseTo(theirs[row]?.entropies?.[token] as number, 4);
    }
    expect(norm(one.map((value, index) => value - (other[index] as number))) / norm(other)).toBeLessThan(1e-6);
    await Promise.all([packed.dispose(), padded.dispose()]);
  });

  test("give a single token's gradient too", async () => {
    const batch: TrainingRow[] = [{ promptIds: Int32Array.of(3), completionIds: Int32Array.of(4) }];
    const loss: Loss = { derivative: "constant", evaluate: () => ({ loss: 0, gradients: [Float32Array.of(1)], metrics: {} }) };
    const [packed, padded] = [makePolicy({}, {}), makePolicy({ packRows: false }, {})];
    await packed.forwardBackward(batch, loss);
    await padded.forwardBackward(batch, loss);
    const [one, other] = [gradientOf(packed), gradientOf(padded)];

    expect(norm(one.map((value, index) => value - (other[index] as number))) / norm(other)).toBeLessThan(1e-6);
    await Promise.all([packed.dispose(), padded.dispose()]);
  });
});

describe("planPackedRuns", () => {
  const shape = fc.record({
    groups: fc.array(
      fc.record({
        prompt: fc.integer({ min: 1, max: 60 }),
        completions: fc.array(fc.integer({ min: 0, max: 70 }), { minLength: 1, maxLength: 9 }),
      }),
      { minLength: 1, maxLength: 6 },
    ),
    tokensPerRun: fc.integer({ min: 30, max: 400 }),
    sharePrompts: fc.boolean(),
  });

  test("lays out every token of every row once, and a shared prompt once a run", () => {
    fc.assert(
      fc.property(shape, ({ groups, tokensPerRun, sharePrompts }) => {
        let id = 0;
        const ids = (count: number) => Int32Array.from({ length: count }, () => id++);
        const batch = groups.flatMap(({ prompt, completions }): TrainingRow[] => {
          const promptIds = ids(prompt);
          return completions.map((length) => ({ promptIds, completionIds: ids(length) }));
        });
        const runs = planPackedRuns(batch, [...batch.keys()], { config, tokensPerRun, sharePrompts });
        const rows = runs.flatMap(({ parts }) => parts.map(({ row }) => row)).sort((one, other) => one - other);
        expect(rows).toEqual([...batch.keys()].filter((row) => batch[row]?.completionIds.length !== 0));
        for (const run of runs) {
          const { packed, tokenIds, positions, parts, promptOf, promptTokens, ownTokens, sources, targetIds, targetOf } = run;
          const padding = packed.tokens - 1;
          const placed = [...promptTokens, ...ownTokens].filter((token) => token !== padding);
          expect(new Set(placed).size).toBe(placed.length);
          expect(promptTokens.length + ownTokens.length).toBeGreaterThan(placed.length);
          expect(parts.length === 1 || placed.length < tokensPerRun).toBe(true);
          const lengths = Array.from({ length: packed.rows }, (_, slot) =>
            ownTokens.subarray(slot * packed.length, (slot + 1) * packed.length).findLastIndex((token) => token !== padding),
          );
          for (const [block, { start }] of attentionBlocks(packed.length).entries()) {
            expect(lengths.findLastIndex((last) => last >= start)).toBeLessThan(packed.rowsOfBlocks[block] as number);
          }
          const prompts = new Set<number>();
          for (const [slot, { row, start, length }] of parts.entries()) {
            const { promptIds, completionIds } = batch[row] as TrainingRow;
            const prompt = promptOf[slot] as number;
            const before = prompt < 0 ? [] : [...promptTokens.subarray(prompt * packed.prefix, (prompt + 1) * packed.prefix)];
            const own = [...ownTokens.subarray(slot * packed.length, (slot + 1) * packed.length)];
            const tokens = [...before, ...own].filter((token) => token !== padding);
            const whole = [...promptIds, ...completionIds];
            expect(tokens.map((token) => tokenIds[token])).toEqual(whole.slice(0, -1));
            expect(tokens.map((token) => Number(positions[token]))).toEqual([...whole.slice(0, -1).keys()]);
            expect([...targetIds.subarray(start, start + length)]).toEqual([...completionIds]);
            for (let index = 0; index < length; index++) {
              const source = sources[start + index] as number;
              expect(source).toBe(tokens[promptIds.length - 1 + index]);
              expect(targetOf[source]).toBe(start + index);
            }
            if (prompt >= 0) prompts.add(promptIds[0] as number);
          }
          expect(prompts.size).toBe(packed.prompts);
        }
      }),
      { numRuns: 300, seed: 5 },
    );
  });

  test("fills runs but for a thirtieth where rows are short, with few shapes", () => {
    const random = createRandom(6, "lengths");
    const ids = (count: number) => new Int32Array(count);
    const batch = Array.from({ length: 400 }, () => ({ promptIds: ids(10), completionIds: ids(random.integer(5, 60)) }));
    const runs = planPackedRuns(batch, [...batch.keys()], { config, tokensPerRun: 1024, sharePrompts: false });
    const real = batch.reduce((total, { completionIds }) => total + 9 + completionIds.length, 0);
    const run = runs.reduce((total, { packed }) => total + packed.tokens, 0);
    expect(run / real).toBeLessThan(1.03);
    expect(new Set(runs.map(({ packed }) => Object.values(packed).join())).size).toBeLessThan(12);
  });
});
