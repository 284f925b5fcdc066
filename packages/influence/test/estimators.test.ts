import { afterAll, beforeAll, describe, expect, test } from "vitest";
import {
  evaluationDirection,
  forwardOnly,
  fullGradients,
  influence,
  type RolloutGroup,
  type RolloutScores,
  type ScoreEstimator,
  sketchedGradients,
} from "../src/index.js";
import { mean } from "../src/internal/vector.js";
import { openBaseModel } from "./support/base-model.js";
import { closedPolicy, randomGroups, tinyPolicy } from "./support/tiny-policy.js";

describe("on the shipped base model", () => {
  let model: Awaited<ReturnType<typeof openBaseModel>>;
  let train: RolloutGroup[];
  let evaluation: RolloutGroup[];

  beforeAll(async () => {
    model = await openBaseModel();
    train = await model.sample({ queries: 4, rollouts: 6, seed: 1 });
    evaluation = await model.sample({ queries: 4, rollouts: 6, seed: 2 });
  }, 60_000);
  afterAll(() => model?.policy.dispose());

  test("two forward passes give the influence of full gradients to 1e-3", async () => {
    const exact = await influence(model.policy, { train, evaluation }, { estimator: fullGradients() });
    const cheap = await influence(model.policy, { train, evaluation });
    const norm = (values: readonly number[]): number => Math.sqrt(mean(values.map((value) => value ** 2)));
    const off = cheap.queries.map(({ influence: value }, q) => value - (exact.queries[q]?.influence as number));

    expect(exact.queries.filter(({ influence: value }) => value !== 0).length).toBeGreaterThan(1);
    expect(norm(off) / norm(exact.queries.map(({ influence: value }) => value))).toBeLessThan(1e-3);
    expect(cheap.settings.estimator).toBe("forward-only");
    expect(exact.settings.estimator).toBe("full-gradient");
  }, 60_000);
});

describe("estimators", () => {
  const policy = tinyPolicy(5);
  const train = randomGroups({ queries: 5, rollouts: 6, seed: 3, name: "train", correct: [1, 3, 5, 0, 2] });
  const evaluation = randomGroups({ queries: 4, rollouts: 6, seed: 4, name: "evaluation" });
  afterAll(() => policy.dispose());

  async function scoresOf(estimator: ScoreEstimator): Promise<RolloutScores> {
    const direction = await evaluationDirection(policy, evaluation, { keepValues: true });
    return estimator.score(policy, train, direction, {});
  }
  const flat = ({ groups }: RolloutScores): number[] => groups.flatMap((group) => Array.from(group?.scores ?? []));

  test("agree within their stated errors", async () => {
    const exact = flat(await scoresOf(fullGradients()));
    for (const estimator of [
      forwardOnly(),
      sketchedGradients({ dimensions: 512, seed: 1 }),
      sketchedGradients({ dimensions: 48, transform: "rademacher", seed: 2 }),
    ]) {
      const scored = await scoresOf(estimator);
      const error = Math.sqrt(mean(flat(scored).map((score, i) => (score - (exact[i] as number)) ** 2)));
      expect(error, estimator.name).toBeLessThan(2.5 * scored.numericalError.absolute);
      expect(error, estimator.name).toBeGreaterThan(0);
    }
  });

  test("leave out the same silent groups", async () => {
    const [exact, cheap] = [await scoresOf(fullGradients()), await scoresOf(forwardOnly())];
    expect(exact.groups.map((group) => group === undefined)).toEqual([false, false, false, true, false]);
    expect(cheap.groups.map((group) => group === undefined)).toEqual([false, false, false, true, false]);
    expect(exact.rollouts).toBe(24);
  });

  test("say so where they cannot do what is asked", async () => {
    const marks = () => [{ behavior: "reflection", start: 0, end: 2 }];
    const sides = { train, evaluation };
    await expect(influence(policy, sides, { marks, estimator: fullGradients() })).rejects.toThrow(/influence by token, or by marks/);
    const direction = await evaluationDirection(policy, evaluation);
    await expect(fullGradients().score(policy, train, direction, {})).rejects.toThrow(/keepValues: true/);
  });

  test("need a policy that shows its gradient only where they read it", async () => {
    const closed = closedPolicy(policy);
    const sides = { train, evaluation };
    expect((await influence(closed, sides)).queries).toEqual((await influence(policy, sides)).queries);
    await expect(influence(closed, sides, { estimator: fullGradients() })).rejects.toThrow(/keeps to itself; use a LocalPolicy/);
  });
});
