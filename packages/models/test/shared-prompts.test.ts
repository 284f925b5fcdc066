import { createRandom, type Loss, type TrainingRow } from "@bridge-rl/spec";
import { describe, expect, test } from "vitest";
import type { DecoderConfig } from "../src/decoder-config.js";
import { initializeDecoder } from "../src/decoder-parameters.js";
import { planSharedRuns } from "../src/internal/policy/shared-prompts.js";
import { LocalPolicy } from "../src/local-policy.js";

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

function makePolicy(sharePrompts: boolean, tokensPerRun: number, changed: Partial<DecoderConfig>): LocalPolicy {
  const whole = { ...config, ...changed };
  return new LocalPolicy(whole, initializeDecoder(whole, 3, { standardDeviation: 0.3 }), { sharePrompts, tokensPerRun });
}

const gradientOf = (policy: LocalPolicy) => [...policy.gradient.values()].flatMap(({ data }) => Array.from(data as Float32Array));
const norm = (values: readonly number[]) => Math.sqrt(values.reduce((total, value) => total + value * value, 0));

describe("a prompt that is run once for all its completions", () => {
  test.each([
    [{}, 1024],
    [{ tieEmbeddings: false, queryKeyNorm: false, attentionBias: false, heads: 2 }, 1024],
    [{}, 100],
  ] as const)("gives the log-probabilities, entropies and gradients of row by row: %j, %i tokens a run", async (changed, tokensPerRun) => {
    const batch = makeBatch(1);
    const [byLogProbability, byEntropy] = [draw(batch, 2), draw(batch, 3)];
    const loss: Loss = {
      ...{ derivative: "dependent", usesEntropies: true },
      evaluate: () => ({ loss: 0, gradients: byLogProbability, entropyGradients: byEntropy, metrics: {} }),
    };
    const [shared, plain] = [makePolicy(true, tokensPerRun, changed), makePolicy(false, tokensPerRun, changed)];
    const options = { temperature: 0.7, entropies: true };
    const [ours, theirs] = [await shared.logProbabilities(batch, options), await plain.logProbabilities(batch, options)];
    await shared.forwardBackward(batch, loss, { temperature: 0.7 });
    await plain.forwardBackward(batch, loss, { temperature: 0.7 });
    const [one, other] = [gradientOf(shared), gradientOf(plain)];

    expect(planSharedRuns(batch, [...batch.keys()], tokensPerRun).runs.length).toBeGreaterThan(0);
    for (const [row, { logProbabilities, entropies }] of ours.entries()) {
      for (const [token, value] of logProbabilities.entries()) expect(value).toBeCloseTo(theirs[row]?.logProbabilities[token] as number, 4);
      for (const [token, value] of (entropies ?? []).entries()) expect(value).toBeCloseTo(theirs[row]?.entropies?.[token] as number, 4);
    }
    expect(norm(one.map((value, index) => value - (other[index] as number))) / norm(other)).toBeLessThan(1e-6);
    await Promise.all([shared.dispose(), plain.dispose()]);
  });

  test("takes part only where it is less work, and every row is run once", () => {
    const ids = (count: number) => new Int32Array(count);
    const group = (rows: number, prompt: number, completion: number): TrainingRow[] =>
      Array.from({ length: rows }, () => ({ promptIds: ids(prompt), completionIds: ids(completion) }));
    const planned = (batch: readonly TrainingRow[]) => {
      const { runs, rest } = planSharedRuns(batch, [...batch.keys()], 1024);
      return { shared: runs.flatMap(({ parts }) => parts.map(({ row }) => row)), rest };
    };

    expect(planned(group(8, 48, 16)).shared).toHaveLength(8);
    expect(planned(group(8, 1, 16)).rest).toHaveLength(8);
    expect(planned(group(1, 48, 16)).rest).toEqual([0]);
    const batch = makeBatch(4);
    const { shared, rest } = planned(batch);
    expect([...shared, ...rest].sort((one, other) => one - other)).toEqual([...batch.keys()]);
  });
});
