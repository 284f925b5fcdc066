import type { LocalPolicy } from "@bridge-rl/models";
import type { Policy, TrainingRow } from "@bridge-rl/spec";
import { beginsRight, phrasebook, problems, tinyPolicy, tokenizer } from "@bridge-rl/test-support";
import type { RolloutGroup } from "@bridge-rl/training";
import { expect, test } from "vitest";
import { trainGrpo } from "../src/index.js";

// Completions of one token: every outcome can be enumerated, so that J, the share of right answers, is exact and not sampled.
const outcomes = Array.from({ length: tokenizer.vocabularySize }, (_, id) => id);
const rows: readonly TrainingRow[] = problems.flatMap(({ prompt }) =>
  outcomes.map((id) => ({ promptIds: tokenizer.encode(prompt), completionIds: Int32Array.of(id) })),
);
const right = problems.flatMap(({ answer }) => outcomes.map((id) => Number(tokenizer.decode([id])[0] === answer)));

async function probabilities(policy: Policy): Promise<number[]> {
  return (await policy.logProbabilities(rows)).map(({ logProbabilities }) => Math.exp(logProbabilities[0] as number));
}

async function accuracy(policy: Policy): Promise<number> {
  return (await probabilities(policy)).reduce(
    (total, probability, row) => total + (probability * (right[row] as number)) / problems.length,
    0,
  );
}

/** Σ weight · ∇ log π(row). */
async function scoreVector(policy: LocalPolicy, batch: readonly TrainingRow[], weights: readonly number[]): Promise<number[]> {
  const gradients = weights.map((weight) => Float32Array.of(weight));
  await policy.forwardBackward(batch, { derivative: "constant", evaluate: () => ({ loss: 0, gradients, metrics: {} }) });
  const vector = [...policy.gradient.values()].flatMap(({ data }) => Array.from(data as Float32Array));
  await policy.storeGradient("scores");
  return vector;
}

const dot = (one: readonly number[], other: readonly number[]) =>
  one.reduce((total, value, index) => total + value * (other[index] as number), 0);
const mean = (values: readonly number[]) => values.reduce((total, value) => total + value, 0) / values.length;

/** One strictly on-policy step of plain gradient descent: AdamW with an ε that drowns the second moment. */
async function step(policy: Policy, rate: number, onRollouts?: (groups: readonly RolloutGroup[]) => void): Promise<void> {
  await trainGrpo({
    ...{
      policy,
      tokenizer,
      problems,
      phrasebook,
      reward: beginsRight,
      steps: 1,
      seed: 5,
      promptsPerStep: 4,
      groupSize: 32,
      inspectEvery: 0,
    },
    ...{ sampling: { maxTokens: 1 }, advantages: { standardDeviation: "population", epsilon: 0 }, maxGradientNorm: 0 },
    ...{ learningRate: 1e9 * rate, epsilon: 1e9 },
    onRollouts: ({ groups }) => onRollouts?.(groups),
  });
}

test("one step changes J by what Proposition 3.1 predicts, with slope 1 as the rate goes to 0", async () => {
  const policy = tinyPolicy(3);
  const groups: RolloutGroup[] = [];
  await step(tinyPolicy(3), 0, (sampled) => groups.push(...sampled));

  // ∇J = E over problems and outcomes of (r − J(q')) ∇ log π(o'|q').
  const chances = await probabilities(policy);
  const weights = rows.map((_, row) => {
    const first = row - (row % outcomes.length);
    const own = outcomes.reduce((total, id) => total + (chances[first + id] as number) * (right[first + id] as number), 0);
    return ((chances[row] as number) * ((right[row] as number) - own)) / problems.length;
  });
  const ascent = await scoreVector(policy, rows, weights);

  // √(α(1 − α)) · (mean K of the right rollouts − mean K of the wrong ones), over the problems (eq. 5).
  let predicted = 0;
  for (const { rollouts, correct } of groups) {
    const alpha = mean(correct.map(Number));
    if (alpha === 0 || alpha === 1) continue;
    const branch = async (wanted: boolean) => {
      const own = rollouts.filter((_, index) => correct[index] === wanted);
      return dot(
        ascent,
        await scoreVector(
          policy,
          own,
          own.map(() => 1 / own.length),
        ),
      );
    };
    const [good, bad] = [await branch(true), await branch(false)];
    predicted += (Math.sqrt(alpha * (1 - alpha)) * (good - bad)) / groups.length;
  }

  const before = await accuracy(policy);
  const slopes: number[] = [];
  for (const rate of [0.03, 0.01, 0.003]) {
    const moved = tinyPolicy(3);
    await step(moved, rate);
    slopes.push(((await accuracy(moved)) - before) / (rate * predicted));
  }
  const distances = slopes.map((slope) => Math.abs(slope - 1));

  expect(groups.some(({ correct }) => correct.includes(true) && correct.includes(false))).toBe(true);
  expect(predicted).toBeGreaterThan(0);
  expect(distances[1]).toBeLessThan(distances[0] as number);
  expect(distances[2]).toBeLessThan(distances[1] as number);
  expect(distances[2], String(slopes)).toBeLessThan(0.005);
});
