import fc from "fast-check";
import { describe, expect, test } from "vitest";
import {
  type AdvantageConvention,
  accuracyHistogram,
  influenceByAccuracy,
  influenceInterval,
  meanInterval,
  queryInfluence,
} from "../src/index.js";

const group = fc.array(fc.record({ right: fc.boolean(), score: fc.double({ min: -10, max: 10, noNaN: true }) }), {
  minLength: 2,
  maxLength: 24,
});

describe("queryInfluence", () => {
  test("is the coefficient times the difference of the branches, in every convention", () => {
    fc.assert(
      fc.property(group, fc.constantFrom<AdvantageConvention>("population", "bessel", "dr-grpo", "rloo"), (rollouts, convention) => {
        const rewards = rollouts.map(({ right }) => (right ? 1 : 0));
        const query = queryInfluence({ rewards, scores: rollouts.map(({ score }) => score) }, { convention });
        const { coefficient = Number.NaN, positiveBranch = 0, negativeBranch = 0 } = query;
        expect(query.influence).toBeCloseTo(coefficient * (positiveBranch - negativeBranch), 10);
        expect(query.accuracy).toBe(rewards.filter((reward) => reward === 1).length / rewards.length);
      }),
      { numRuns: 3000 },
    );
  });

  test("is exactly 0 at accuracies 0 and 1, and needs no scores there", () => {
    for (const reward of [0, 1]) {
      const rewards = new Array(8).fill(reward);
      expect(queryInfluence({ rewards, scores: rewards.map((_, i) => 1e6 * Math.sin(i)) }).influence).toBe(0);
      expect(queryInfluence({ rewards })).toMatchObject({ influence: 0, coefficient: 0, interval: "undefined", accuracy: reward });
    }
    expect(() => queryInfluence({ rewards: [0, 1] })).toThrow(/only with scores/);
  });

  test("sees opposite signs where accuracy sees the same coefficient", () => {
    const scores = [2, -1, -1, -1, -2, 1, 1, 1];
    const harmful = queryInfluence({ rewards: [0, 1, 1, 1], scores: scores.slice(0, 4) });
    const helpful = queryInfluence({ rewards: [0, 1, 1, 1], scores: scores.slice(4) });
    expect(harmful.coefficient).toBe(helpful.coefficient);
    expect([harmful.influence, helpful.influence]).toEqual([-3, 3].map((value) => expect.closeTo((value * Math.sqrt(3)) / 4, 12)));
  });

  test("does not depend on the order of rollouts", () => {
    const rewards = [1, 0, 0, 1, 0, 1];
    const scores = [0.3, -2, 1, 0.7, 5, -1];
    const order = [4, 2, 0, 5, 1, 3];
    const permuted = queryInfluence({ rewards: order.map((i) => rewards[i] as number), scores: order.map((i) => scores[i] as number) });
    expect(permuted.influence).toBeCloseTo(queryInfluence({ rewards, scores }).influence, 13);
  });

  test("splits by the sign of the advantage where rewards are not binary", () => {
    const query = queryInfluence({ rewards: [1, 0.5, 0, 0.05], scores: [1, 2, 3, 4] });
    expect(query).toMatchObject({
      split: "advantage-sign",
      coefficient: undefined,
      interval: "undefined",
      positiveBranch: 1.5,
      negativeBranch: 3.5,
      correct: 1,
    });
  });

  test("refuses scores that don't match or are not finite", () => {
    expect(() => queryInfluence({ rewards: [1, 0], scores: [1] })).toThrow(/2 and 1/);
    expect(() => queryInfluence({ rewards: [1, 0], scores: [1, Number.NaN] })).toThrow(/rollout 1 is NaN/);
  });
});

describe("influenceInterval", () => {
  test("is Welch's at accuracy ½, where the coefficient does not vary", () => {
    const [correct, wrong] = [
      [3, 5, 4],
      [1, 2, 0],
    ];
    const interval = influenceInterval(correct, wrong);
    // Welch: difference 3, each variance 1, standard error √(1/3 + 1/3), 4 degrees of freedom, t = 2.7764451.
    const reach = (2.7764451051977934 * Math.sqrt(2 / 3)) / 2;
    expect(interval).toMatchObject({
      low: expect.closeTo(1.5 - reach, 10),
      high: expect.closeTo(1.5 + reach, 10),
      degreesOfFreedom: expect.closeTo(4, 12),
    });
  });

  test("carries the accuracy's own uncertainty elsewhere", () => {
    const [correct, wrong] = [
      [3, 5],
      [1, 2, 0, 1, 1, 1],
    ];
    const interval = influenceInterval(correct, wrong);
    const welch = (3 / 16) * (2 / 2 + 0.4 / 6);
    const slope = (0.5 / (2 * Math.sqrt(3 / 16))) * 3;
    expect(interval).toMatchObject({ standardError: expect.closeTo(Math.sqrt(welch + (slope ** 2 * 3) / 16 / 8), 12) });
  });

  test("is undefined where a branch has fewer than two rollouts or nothing varies", () => {
    expect(influenceInterval([1], [1, 2, 3])).toBe("undefined");
    expect(influenceInterval([1, 2], [])).toBe("undefined");
    expect(influenceInterval([1, 1], [0, 0])).toBe("undefined");
    expect(meanInterval([1])).toBe("undefined");
  });

  test("is symmetric between right and wrong", () => {
    const [a, b] = [influenceInterval([1, 2, 4], [0, 7]), influenceInterval([0, 7], [1, 2, 4])];
    expect(a).not.toBe("undefined");
    if (a !== "undefined" && b !== "undefined") expect([a.low, a.high]).toEqual([expect.closeTo(-b.high, 12), expect.closeTo(-b.low, 12)]);
  });
});

describe("accuracyHistogram", () => {
  test("has one bin at every k/N", () => {
    const histogram = accuracyHistogram([0, 0, 2, 4, 3, 2], 4);
    expect(histogram.bins.map(({ accuracy }) => accuracy)).toEqual([0, 0.25, 0.5, 0.75, 1]);
    expect(histogram.bins.map(({ count }) => count)).toEqual([2, 0, 2, 1, 1]);
    expect(histogram.bins.map(({ coefficient }) => coefficient)).toEqual([0, Math.sqrt(3) / 4, 0.5, Math.sqrt(3) / 4, 0]);
    expect(histogram.bins[0]?.expectedSignal).toBe(0);
    expect(histogram.shares).toEqual({ never: expect.closeTo(1 / 3), mixed: expect.closeTo(1 / 2), always: expect.closeTo(1 / 6) });
    expect(histogram.meanAccuracy).toBeCloseTo(11 / 24, 14);
  });

  test("refuses groups of another size", () => {
    expect(() => accuracyHistogram([1, 5], 4)).toThrow(/query 1 has 5 correct rollouts of 4/);
    expect(() => accuracyHistogram([], 4)).toThrow(/at least one query/);
  });
});

describe("influenceByAccuracy", () => {
  test("gives both denominators", () => {
    const summary = influenceByAccuracy([
      { accuracy: 0, influence: 0 },
      { accuracy: 0.5, influence: 2 },
      { accuracy: 0.5, influence: 4 },
      { accuracy: 0.25, influence: -3 },
    ]);
    expect(summary.byAccuracy.map(({ accuracy, count, mean, sum }) => [accuracy, count, mean, sum])).toEqual([
      [0, 1, 0, 0],
      [0.25, 1, -3, -3],
      [0.5, 2, 3, 6],
    ]);
    expect(summary.byAccuracy[1]?.interval).toBe("undefined");
    expect(summary.allQueries).toMatchObject({ count: 4, mean: 0.75 });
    expect(summary.mixedQueries).toMatchObject({ count: 3, mean: 1 });
    expect(summary.negativeShare).toBeCloseTo(1 / 3, 14);
  });

  test("has no mean over no query", () => {
    expect(influenceByAccuracy([]).allQueries).toEqual({ count: 0, mean: undefined, interval: "undefined" });
    expect(influenceByAccuracy([{ accuracy: 1, influence: 0 }]).negativeShare).toBeUndefined();
  });
});
