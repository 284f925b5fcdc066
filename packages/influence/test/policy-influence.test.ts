import { createRandom } from "@bridge-rl/spec";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import {
  evaluationDirection,
  forwardOnly,
  groupAdvantages,
  influence,
  type MeasuredRung,
  type MeasuredStep,
  meanInterval,
  measuredStep,
  queryInfluence,
  type RolloutGroup,
  scoreRollouts,
} from "../src/index.js";
import { dot, mean, sum } from "../src/internal/vector.js";
import { exactScore, randomGroups, rowsOf, tinyPolicy } from "./support/tiny-policy.js";

const policy = tinyPolicy(3);
const train = randomGroups({ queries: 6, rollouts: 8, seed: 1, name: "train", correct: [1, 2, 4, 6, 0, 8] });
const evaluation = randomGroups({ queries: 5, rollouts: 8, seed: 2, name: "evaluation" });

/** Scores of every training rollout by one backward pass each, and V by weighting those of the evaluation rollouts. */
const exact: { train: Float64Array[][]; direction: Float64Array } = { train: [], direction: new Float64Array(0) };

beforeAll(async () => {
  for (const group of train) exact.train.push(await scoresOf(group));
  const advantages = evaluation.map(({ rewards }) => groupAdvantages(rewards));
  const parts: { weight: number; score: Float64Array }[] = [];
  for (const [q, group] of evaluation.entries()) {
    for (const [i, score] of (await scoresOf(group)).entries()) {
      parts.push({ weight: (advantages[q]?.[i] as number) / (8 * evaluation.length), score });
    }
  }
  exact.direction = combine(parts);
});

afterAll(() => policy.dispose());

async function scoresOf(group: RolloutGroup): Promise<Float64Array[]> {
  const scores: Float64Array[] = [];
  for (const row of rowsOf(group)) scores.push(await exactScore(policy, row));
  return scores;
}

function combine(parts: readonly { weight: number; score: Float64Array }[]): Float64Array {
  const total = new Float64Array(parts[0]?.score.length ?? 0);
  for (const { weight, score } of parts) {
    for (let j = 0; j < total.length; j++) total[j] = (total[j] as number) + weight * (score[j] as number);
  }
  return total;
}

describe("the evaluation direction", () => {
  test("is the weighted sum of exact scores", async () => {
    const direction = await evaluationDirection(policy, evaluation);

    expect(direction.norm).toBeCloseTo(Math.sqrt(dot(exact.direction, exact.direction)), 4);
    expect(direction).toMatchObject({ queries: 5, rollouts: 40 });
  });

  test("weights the accuracy's queries by what the standard deviation took away", async () => {
    const direction = await evaluationDirection(policy, evaluation, { objective: "accuracy" });
    const leaveOneOut = await evaluationDirection(policy, evaluation, { convention: "rloo" });

    expect(direction.norm).toBe(leaveOneOut.norm);
  });

  test("refuses a policy that holds a gradient", async () => {
    const [row] = rowsOf(train[0] as RolloutGroup);
    const gradients = [new Float32Array(row?.completionIds.length ?? 0).fill(1)];
    await policy.forwardBackward(row ? [row] : [], { derivative: "constant", evaluate: () => ({ loss: 0, gradients, metrics: {} }) });

    await expect(evaluationDirection(policy, evaluation)).rejects.toThrow(/held an accumulated gradient/);
  });
});

describe("two forward passes", () => {
  test("score rollouts as exact gradients do, within the error they state", async () => {
    const direction = await evaluationDirection(policy, evaluation);
    const scored = await scoreRollouts(policy, train, { direction, scoreSilentGroups: true, checkedRollouts: 48 });
    const errors = exact.train.flatMap((group, q) =>
      group.map((score, i) => (scored.groups[q]?.scores[i] as number) - dot(exact.direction, score)),
    );
    const scale = Math.sqrt(mean(exact.train.flat().map((score) => dot(exact.direction, score) ** 2)));
    const rootMeanSquare = Math.sqrt(mean(errors.map((error) => error ** 2)));

    expect(rootMeanSquare / scale).toBeLessThan(1e-3);
    expect(rootMeanSquare).toBeLessThan(2 * scored.numericalError.absolute);
    expect(scored.largestShift).toBeGreaterThan(0.02);
    expect(scored.largestShift).toBeLessThan(0.2);
  });

  test("credit every token with its own gradient", async () => {
    const direction = await evaluationDirection(policy, evaluation);
    const group = train[1] as RolloutGroup;
    const { groups } = await scoreRollouts(policy, [group], { direction });
    const [row] = rowsOf(group);
    const tokens = groups[0]?.tokenScores[0] as Float64Array;
    const scale = Math.max(...tokens.map(Math.abs));
    for (let token = 0; token < tokens.length; token++) {
      const weights = Array.from(tokens, (_, other) => (other === token ? 1 : 0));
      const score = dot(exact.direction, await exactScore(policy, row as NonNullable<typeof row>, weights));
      expect(Math.abs((tokens[token] as number) - score) / scale).toBeLessThan(2e-3);
    }
    expect(sum(tokens)).toBeCloseTo(groups[0]?.scores[0] as number, 12);
  });

  test("divide by length where log π is a mean", async () => {
    const direction = await evaluationDirection(policy, evaluation);
    const [group] = train;
    const whole = await scoreRollouts(policy, [group as RolloutGroup], { direction, epsilon: 1e-3 });
    const normalised = await scoreRollouts(policy, [group as RolloutGroup], { direction, epsilon: 1e-3, lengthNormalization: "mean" });
    for (const [i, { completionIds }] of (group as RolloutGroup).rollouts.entries()) {
      expect(normalised.groups[0]?.scores[i]).toBeCloseTo((whole.groups[0]?.scores[i] as number) / completionIds.length, 10);
    }
  });

  test("score a rollout alone as in a batch with longer ones", async () => {
    const direction = await evaluationDirection(policy, evaluation);
    const together = await scoreRollouts(policy, train, { direction, epsilon: 0.05 / direction.norm });
    const alone = await scoreRollouts(policy, [train[2] as RolloutGroup], { direction, epsilon: 0.05 / direction.norm });
    const [a, b] = [together.groups[2]?.scores as Float64Array, alone.groups[0]?.scores as Float64Array];

    expect(dot(a, b) / Math.sqrt(dot(a, a) * dot(b, b))).toBeGreaterThan(0.9999);
  });
});

describe("influence", () => {
  test("is ⟨V, ĝ⟩ of exact gradients, and exactly 0 for queries that are always right or always wrong", async () => {
    const report = await influence(policy, { train, evaluation });
    const expected = exact.train.map((scores, q) => {
      const advantages = groupAdvantages(train[q]?.rewards as Float64Array);
      return sum(scores.map((score, i) => ((advantages[i] as number) * dot(exact.direction, score)) / 8));
    });
    const scale = Math.max(...expected.map(Math.abs));
    for (const [q, { influence: value }] of report.queries.entries()) {
      expect(Math.abs(value - (expected[q] as number)) / scale).toBeLessThan(1e-3);
    }
    expect(report.queries.map(({ accuracy }) => accuracy)).toEqual([1 / 8, 2 / 8, 4 / 8, 6 / 8, 0, 1]);
    expect(report.queries[4]?.influence).toBe(0);
    expect(report.queries[5]?.influence).toBe(0);
    expect(report.scoring.rollouts).toBe(32);
    expect(report.settings.selfPairs).toBe("excluded");
    expect(report.summary.allQueries).toMatchObject({ count: 6 });
    expect(report.summary.mixedQueries.mean).toBeCloseTo(((report.summary.allQueries.mean as number) * 6) / 4, 12);
  });

  test.each(["surrogate", "accuracy"] as const)("predicts the measured change of the %s to first order", async (objective) => {
    for (const lengthNormalization of ["sum", "mean"] as const) {
      const options = { objective, lengthNormalization };
      const report = await influence(policy, { train, evaluation }, options);
      // One query at a time: over a batch, influences of both signs may cancel and leave second order in front.
      const steps = report.queries.slice(0, 4).map((query, q) => ({ query, train: [train[q] as RolloutGroup] }));
      const measure = (query: (typeof steps)[number], learningRates?: number[]) =>
        measuredStep(
          policy,
          { train: query.train, evaluation },
          { ...options, predictedRate: query.query.influence, ...(learningRates ? { learningRates } : {}) },
        );
      const pilots: MeasuredStep[] = [];
      for (const step of steps) pilots.push(await measure(step));
      const first = 4 * Math.min(...pilots.map(({ rungs }) => rungs[0]?.learningRate as number));
      const measured: MeasuredStep[] = [];
      for (const step of steps) measured.push(await measure(step, [first, first / 3, first / 9]));
      const scale = Math.sqrt(mean(steps.map(({ query }) => query.influence ** 2)));
      const errors = [0, 1, 2].map((rung) => {
        const squares = measured.map(({ rungs }) => {
          const { learningRate, predicted, measured: change } = rungs[rung] as MeasuredRung;
          return ((change - predicted) / learningRate) ** 2;
        });
        return Math.sqrt(mean(squares)) / scale;
      });
      const slope = Math.log((errors[0] as number) / (errors[2] as number)) / Math.log(9);
      expect(slope, `${objective}, ${lengthNormalization}: ${errors}`).toBeGreaterThan(0.85);
      expect(slope, `${objective}, ${lengthNormalization}: ${errors}`).toBeLessThan(1.15);
      expect(errors[2], `${objective}, ${lengthNormalization}`).toBeLessThan(0.05);
    }
  });

  test("adds up over a batch", async () => {
    const report = await influence(policy, { train, evaluation });
    const parts = exact.train.flatMap((scores, q) => {
      const advantages = groupAdvantages(train[q]?.rewards as Float64Array);
      return scores.map((score, i) => ({ weight: (advantages[i] as number) / 8, score }));
    });
    const total = sum(report.queries.map(({ influence: value }) => value));
    const scale = sum(report.queries.map(({ influence: value }) => Math.abs(value)));

    expect(Math.abs(total - dot(exact.direction, combine(parts))) / scale).toBeLessThan(1e-3);
  });

  test("follows its query when queries change places", async () => {
    const options = { estimator: forwardOnly({ epsilon: 0.01 }) };
    const straight = await influence(policy, { train, evaluation }, options);
    const reversed = await influence(policy, { train: train.toReversed(), evaluation }, options);
    const scale = Math.max(...straight.queries.map(({ influence: value }) => Math.abs(value)));
    for (const query of straight.queries) {
      const other = reversed.queries.find(({ problem }) => problem === query.problem);
      expect(Math.abs((other?.influence as number) - query.influence) / scale).toBeLessThan(1e-3);
    }
  });

  test("is around 0 for rewards shuffled within their groups", async () => {
    const direction = await evaluationDirection(policy, evaluation);
    const { groups } = await scoreRollouts(policy, train, { direction });
    const random = createRandom(9, "shuffled rewards");
    const shuffled = Array.from({ length: 600 }, () =>
      mean(
        train.slice(0, 4).map(({ rewards }, q) => {
          return queryInfluence({ rewards: random.shuffle(Array.from(rewards)), scores: groups[q]?.scores as Float64Array }).influence;
        }),
      ),
    );
    const interval = meanInterval(shuffled, { level: 0.9999 });

    expect(interval).toMatchObject({ low: expect.any(Number) });
    if (interval !== "undefined") expect(interval.low < 0 && interval.high > 0).toBe(true);
  });

  test("splits exactly over behaviours", async () => {
    const marks = (_: RolloutGroup, rollout: number) => [{ behavior: "reflection", start: rollout % 2, end: 3 }];
    const report = await influence(policy, { train, evaluation }, { marks });
    for (const { behaviors, influence: value } of report.queries.slice(0, 4)) {
      expect(sum(behaviors?.map((part) => part.influence) ?? [])).toBeCloseTo(value, 12);
      expect(behaviors?.map(({ behavior }) => behavior).toSorted()).toEqual(["plain", "reflection"]);
    }
    const total = sum(report.behaviors?.map((part) => part.influence) ?? []);
    expect(total / 6).toBeCloseTo(report.summary.allQueries.mean as number, 12);
  });

  test("splits exactly over tokens, where asked to", async () => {
    const report = await influence(policy, { train, evaluation }, { keepTokens: ({ problem }) => problem.id === "train-1" });
    expect(report.queries.map(({ tokenInfluence }) => tokenInfluence !== undefined)).toEqual([false, true, false, false, false, false]);
    const { tokenInfluence = [], influence: whole } = report.queries[1] ?? { influence: 0 };
    expect(tokenInfluence.map((tokens) => tokens.length)).toEqual(train[1]?.rollouts.map(({ completionIds }) => completionIds.length));
    expect(sum(tokenInfluence.flat())).toBeCloseTo(whole, 12);
  });

  test("refuses a problem that is on both sides", async () => {
    await expect(influence(policy, { train, evaluation: [...evaluation, train[0] as RolloutGroup] })).rejects.toThrow(/train-0/);
  });

  test("refuses groups of different sizes", async () => {
    const odd = randomGroups({ queries: 1, rollouts: 4, seed: 5, name: "odd" });
    await expect(influence(policy, { train: [...train, ...odd], evaluation })).rejects.toThrow(/4 rollouts where the first has 8/);
  });

  test("leaves parameters and version alone", async () => {
    const before = [...policy.weights.tensors.values()].map(({ data }) => data.slice());
    const report = await influence(policy, { train, evaluation });
    await measuredStep(policy, { train, evaluation }, { predictedRate: report.summary.allQueries.mean as number });

    expect([...policy.weights.tensors.values()].map(({ data }) => data)).toEqual(before);
    expect(policy.version).toBe(0);
  });
});
