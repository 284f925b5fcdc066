import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { groupAdvantages } from "../src/index.js";

const rounded = (values: Float64Array) => Array.from(values, (value) => Number(value.toFixed(12)));

describe("groupAdvantages", () => {
  test("by hand: two of four right", () => {
    const scores = [[1, 0, 1, 0]];

    expect(rounded(groupAdvantages(scores, 4, { standardDeviation: "none" }).advantages)).toEqual([0.5, -0.5, 0.5, -0.5]);
    expect(rounded(groupAdvantages(scores, 4, { standardDeviation: "population", epsilon: 0 }).advantages)).toEqual([1, -1, 1, -1]);
    expect(groupAdvantages(scores, 4, { epsilon: 0 }).advantages[0]).toBeCloseTo(Math.sqrt(3) / 2, 12);
  });

  test("the population form is (1 − α)/s for right and −α/s for wrong, with s = √(α(1 − α))", () => {
    const alpha = 3 / 8;
    const { advantages } = groupAdvantages([[1, 0, 0, 1, 0, 0, 1, 0]], 8, { standardDeviation: "population", epsilon: 0 });

    expect(advantages[0]).toBeCloseTo((1 - alpha) / Math.sqrt(alpha * (1 - alpha)), 12);
    expect(advantages[1]).toBeCloseTo(-alpha / Math.sqrt(alpha * (1 - alpha)), 12);
  });

  test("leave-one-out subtracts the mean of the others", () => {
    const { advantages } = groupAdvantages([[3, 0, 0]], 3, { baseline: "leave-one-out", scale: "none" });

    expect(rounded(advantages)).toEqual([3, -1.5, -1.5]);
  });

  test("a constant group gets exactly 0, however its mean rounds", () => {
    fc.assert(
      fc.property(
        fc.double({ noNaN: true, min: -1e6, max: 1e6 }),
        fc.integer({ min: 2, max: 40 }),
        fc.constantFrom("group", "batch", "none"),
        fc.constantFrom("bessel", "population", "none"),
        fc.constantFrom("mean", "leave-one-out"),
        (reward, size, scale, standardDeviation, baseline) => {
          const other = Array.from({ length: size }, (_, index) => index);
          const { advantages } = groupAdvantages([[...new Array<number>(size).fill(reward), ...other]], size, {
            scale,
            standardDeviation,
            baseline,
          });

          expect(advantages.subarray(0, size).every((value) => value === 0)).toBe(true);
          expect(advantages.subarray(size).some((value) => value !== 0)).toBe(true);
        },
      ),
      { numRuns: 2000 },
    );
  });

  test("counts groups without spread: all of them where the batch has none, none where there are none, and a spread of rounding's size as none", () => {
    const share = (scores: readonly number[][], options: Parameters<typeof groupAdvantages>[2] = {}) =>
      groupAdvantages(scores, 2, options).metrics.frac_reward_zero_std;
    const normalised = { aggregation: "normalize-then-sum", rewardWeights: [1, 1] } as const;

    expect(
      share(
        [
          [1, 1, 1, 1],
          [2, 2, 2, 2],
        ],
        normalised,
      ),
    ).toBe(1);
    expect(
      share(
        [
          [1, 0, 1, 1],
          [2, 2, 2, 2],
        ],
        normalised,
      ),
    ).toBe(0);
    expect(share([[1, 1, 1, 1]], { scale: "batch" })).toBe(1);
    expect(share([[1, 1, 0, 1]], { scale: "batch" })).toBe(0);
    expect(share([[0, 1e-9, 0, 1]])).toBe(1 / 2);
    expect(share([[]])).toBe(0);
  });

  test("groups don't see each other, except through the batch's spread", () => {
    const alone = groupAdvantages([[1, 0, 0, 0]], 4).advantages;
    const together = groupAdvantages([[1, 0, 0, 0, 5, 9, 2, 7]], 4).advantages;

    expect(together.subarray(0, 4)).toEqual(alone);
    expect(groupAdvantages([[1, 0, 0, 0, 5, 9, 2, 7]], 4, { scale: "batch" }).advantages.subarray(0, 4)).not.toEqual(alone);
  });

  test("advantages of a group sum to 0, and adding a constant to its rewards changes nothing", () => {
    fc.assert(
      fc.property(
        fc.array(fc.integer({ min: -50, max: 50 }), { minLength: 4, maxLength: 4 }),
        fc.integer({ min: -9, max: 9 }),
        (rewards, shift) => {
          const { advantages } = groupAdvantages([rewards], 4);
          const shifted = groupAdvantages([rewards.map((reward) => reward + shift)], 4).advantages;

          expect(advantages.reduce((total, value) => total + value, 0)).toBeCloseTo(0, 9);
          for (const [index, value] of shifted.entries()) expect(value).toBeCloseTo(advantages[index] as number, 9);
        },
      ),
      { numRuns: 1000 },
    );
  });

  test("refuses rewards that don't divide into groups, and weights that don't match", () => {
    expect(() => groupAdvantages([[1, 2, 3]], 2)).toThrow("3 rewards don't divide into groups of 2");
    expect(() => groupAdvantages([[1, 2]], 2, { rewardWeights: [1, 2] })).toThrow("2 weights for 1 rewards");
  });
});
