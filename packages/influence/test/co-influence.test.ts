import fc from "fast-check";
import { afterAll, describe, expect, test } from "vitest";
import {
  coInfluenceMatrix,
  columnInfluences,
  createInfluenceMonitor,
  evaluationBootstrap,
  fullGradients,
  gramMatrix,
  influence,
  measuredStep,
  oneStepScore,
  type RolloutGroup,
  readiness,
  rolloutGradient,
  scoreMatrix,
  smallestEigenvalue,
  whatIf,
} from "../src/index.js";
import { mean } from "../src/internal/vector.js";
import { memoryTracker } from "./support/memory-tracker.js";
import { closedPolicy, randomGroups, rowsOf, tinyPolicy } from "./support/tiny-policy.js";

const policy = tinyPolicy(8);
const train = randomGroups({ queries: 5, rollouts: 6, seed: 1, name: "train", correct: [1, 3, 5, 0, 6] });
const evaluation = randomGroups({ queries: 4, rollouts: 6, seed: 2, name: "evaluation" });
const sides = { train, evaluation };
afterAll(() => policy.dispose());

function near(actual: readonly number[], expected: readonly number[], tolerance: number): void {
  const scale = Math.max(...expected.map(Math.abs));
  for (const [index, value] of actual.entries()) expect(Math.abs(value - (expected[index] as number)) / scale).toBeLessThan(tolerance);
}

describe("the co-influence matrix", () => {
  test("averages to the influence of each query, 0 for silent ones", async () => {
    const matrix = await coInfluenceMatrix(policy, sides);
    const report = await influence(policy, sides, { estimator: fullGradients() });
    near(
      columnInfluences(matrix),
      report.queries.map((query) => query.influence),
      1e-4,
    );
    expect(matrix.columns.map(({ accuracy }) => accuracy)).toEqual([1 / 6, 3 / 6, 5 / 6, 0, 1]);
    expect(matrix.influence.map((row) => row[3])).toEqual([0, 0, 0, 0]);
    expect(matrix.rows).toEqual(evaluation.map(({ problem }) => problem.id));
  });

  test("is √(α(1−α)) · (K⁺ − K⁻) in every entry", async () => {
    const { columns, positive, negative, influence: values } = await coInfluenceMatrix(policy, sides);
    for (const [row, line] of values.entries()) {
      for (const [column, value] of line.entries()) {
        const { accuracy = 0 } = columns[column] ?? {};
        const [plus, minus] = [positive[row]?.[column] ?? 0, negative[row]?.[column] ?? 0];
        expect(value).toBeCloseTo(Math.sqrt(accuracy * (1 - accuracy)) * (plus - minus), 8);
      }
    }
  });

  test("is the same by forward passes, where gradients can't be read", async () => {
    const exact = await coInfluenceMatrix(policy, sides);
    const cheap = await coInfluenceMatrix(closedPolicy(policy), sides);
    near(cheap.influence.flat(), exact.influence.flat(), 5e-3);
    near(cheap.positive.flat().map(Number), exact.positive.flat().map(Number), 5e-3);
  });

  test("of rollouts with each other is symmetric and positive semidefinite", async () => {
    const gradients: Float32Array[] = [];
    for (const row of train.slice(0, 2).flatMap(rowsOf)) gradients.push(await rolloutGradient(policy, row));
    const K = gramMatrix(gradients);
    const trace = K.reduce((total, row, i) => total + (row[i] as number), 0);
    for (const [i, row] of K.entries()) for (const [j, value] of row.entries()) expect(value).toBe(K[j]?.[i]);
    expect(smallestEigenvalue(K)).toBeGreaterThan(-1e-6 * trace);
  });
});

describe("a score matrix", () => {
  test("answers what another convention, other weights and fewer rollouts would give, without the model", async () => {
    const matrix = await scoreMatrix(policy, sides, { estimator: fullGradients() });
    const plain = await influence(policy, sides, { estimator: fullGradients() });
    near(
      whatIf(matrix).map((query) => query.influence),
      plain.queries.map((query) => query.influence),
      1e-5,
    );
    const first = await influence(policy, { train, evaluation: evaluation.slice(0, 1) }, { estimator: fullGradients() });
    near(
      whatIf(matrix, { evaluationWeights: [2, 0, 0, 0] }).map((query) => query.influence),
      first.queries.map((query) => query.influence),
      1e-5,
    );
    const halved = train.map(({ rollouts, rewards, ...rest }) => ({
      ...rest,
      rollouts: rollouts.slice(0, 4),
      rewards: Array.from(rewards).slice(0, 4),
    }));
    const fewer = await influence(policy, { train: halved, evaluation }, { estimator: fullGradients() });
    near(
      whatIf(matrix, { keep: (_, rollout) => rollout < 4 }).map((query) => query.influence),
      fewer.queries.map((query) => query.influence),
      1e-5,
    );
  });

  test("gives intervals that hold the mean and shrink to nothing where all targets agree", async () => {
    const matrix = await scoreMatrix(policy, sides);
    for (const { mean: middle, low, high } of evaluationBootstrap(matrix, { seed: 1, samples: 400 })) {
      expect(low).toBeLessThanOrEqual(middle);
      expect(high).toBeGreaterThanOrEqual(middle);
    }
    const alike = { ...matrix, scores: matrix.scores.map(() => matrix.scores[0] ?? []) };
    for (const { low, high } of evaluationBootstrap(alike, { seed: 1, samples: 50 })) expect(high - low).toBeLessThan(1e-9);
  });
});

test("one-step scores of subsets rank as their measured steps do", async () => {
  const many = { train: randomGroups({ queries: 8, rollouts: 6, seed: 5, name: "train" }), evaluation };
  const { queries } = await influence(policy, many);
  const score = await oneStepScore(policy, many, { influences: queries.map((query) => query.influence), seed: 1, subsets: 12 });

  expect(score.spearman).toBeGreaterThan(0.95);
  expect(score.slope).toBeGreaterThan(0.9);
  expect(score.slope).toBeLessThan(1.1);
  expect(new Set(score.subsets.map(({ queries: members }) => members.length))).toEqual(new Set([4]));
});

describe("the monitor", () => {
  test("logs every k-th step, with influence measured on the other half, and touches nothing", async () => {
    const { tracker, events } = memoryTracker();
    const measured: string[][] = [];
    const monitor = createInfluenceMonitor({
      ...{ policy, tracker, seed: 1, every: 2 },
      onInfluence: ({ queries }) => void measured.push(queries.map(({ problem }) => problem)),
    });
    const before = [...policy.weights.tensors.values()].map(({ data }) => data.slice());
    for (const step of [1, 2, 3]) await monitor({ step, groups: train });

    expect(events.map(({ phase, step }) => `${phase} ${step}`)).toEqual(["influence 1", "influence 3"]);
    expect(measured.map((problems) => problems.toSorted())).toEqual([1, 3].map(() => train.map(({ problem }) => problem.id)));
    expect(events[0]?.metrics["accuracy_histogram/3"]).toBeCloseTo(1 / 5, 12);
    expect(events[0]?.metrics["influence/numerical_error"]).toBeLessThan(1e-2);
    expect([...policy.weights.tensors.values()].map(({ data }) => data)).toEqual(before);
  });

  test("measures the same again after an interruption", async () => {
    const [first, second] = [memoryTracker(), memoryTracker()];
    for (const { tracker } of [first, second])
      await createInfluenceMonitor({ policy, tracker, seed: 3, every: 1 })({ step: 7, groups: train });
    expect(second.events).toEqual(first.events);
  });
});

test("readiness is the mean influence on accuracy, with its rivals", async () => {
  const found = await readiness(policy, sides);
  const report = await influence(policy, sides, { objective: "accuracy" });

  expect(found.influence).toBe(report.summary.allQueries.mean);
  expect(found.accuracy).toBeCloseTo(15 / 30, 12);
  expect(found.passAtN).toBeCloseTo(4 / 5, 12);
  expect(found.coefficient).toBeCloseTo(mean([1, 3, 5, 0, 6].map((right) => Math.sqrt((right / 6) * (1 - right / 6)))), 12);
  const exact = await influence(policy, sides, { estimator: fullGradients() });
  const gradients: { weight: number; score: Float32Array }[] = [];
  expect(exact.queries.length).toBe(5);
  for (const [q, group] of train.entries()) {
    const right = Array.from(group.rewards).filter((reward) => reward === 1).length;
    if (right === 0 || right === 6) continue;
    for (const [i, row] of rowsOf(group as RolloutGroup).entries()) {
      const s = Math.sqrt((right / 6) * (1 - right / 6));
      const weight = ((group.rewards[i] as number) - right / 6) / s / 6 / train.length;
      gradients.push({ weight, score: await rolloutGradient(policy, row) });
      expect(q).toBeLessThan(3);
    }
  }
  const total = Array.from(gradients[0]?.score ?? [], (_, j) =>
    gradients.reduce((sum, { weight, score }) => sum + weight * (score[j] as number), 0),
  );
  expect(found.gradientNorm).toBeCloseTo(Math.hypot(...total), 4);

  const { gradientNorm } = await measuredStep(policy, sides, { predictedRate: 0, learningRates: [1e-3] });
  expect(gradientNorm).toBe(found.gradientNorm);
  expect(await readiness(policy, sides, { gradientNorm: 2 })).toEqual({ ...found, gradientNorm: 2 });
});

test("silent groups have influence 0 whatever their rollouts", async () => {
  await fc.assert(
    fc.asyncProperty(fc.integer({ min: 0, max: 1e6 }), fc.boolean(), async (seed, right) => {
      const silent = randomGroups({ queries: 1, rollouts: 3, seed, name: "silent", correct: [right ? 3 : 0] });
      const report = await influence(policy, { train: silent, evaluation: evaluation.slice(0, 1) });
      expect(report.queries[0]?.influence).toBe(0);
    }),
    { numRuns: 5 },
  );
});
