import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { type AdvantageConvention, groupAdvantages, groupCoefficient } from "../src/index.js";
import { dot, sum } from "../src/internal/vector.js";

const conventions: readonly AdvantageConvention[] = ["population", "bessel", "dr-grpo", "rloo"];
const rewards = fc.array(
  fc.integer({ min: -5000, max: 5000 }).map((thousandths) => thousandths / 1000),
  { minLength: 2, maxLength: 24 },
);

describe("groupAdvantages", () => {
  test("sum to 0 in every convention, whatever the rewards", () => {
    fc.assert(
      fc.property(rewards, fc.constantFrom(...conventions), (values, convention) => {
        const advantages = groupAdvantages(values, { convention });
        expect(Math.abs(sum(advantages))).toBeLessThan(1e-9);
      }),
      { numRuns: 3000 },
    );
  });

  test("have mean square 1 under the population convention", () => {
    fc.assert(
      fc.property(fc.array(fc.integer({ min: 0, max: 3 }), { minLength: 2, maxLength: 24 }), (values) => {
        const advantages = groupAdvantages(values);
        const square = dot(advantages, advantages) / values.length;
        expect(square).toBeCloseTo(new Set(values).size === 1 ? 0 : 1, 12);
      }),
      { numRuns: 3000 },
    );
  });

  test("are exact zeros for equal rewards, even where their mean rounds", () => {
    for (const reward of [0, 1, 0.1, 0.3, 1e-9, -2.7]) {
      for (const convention of conventions) {
        expect(groupAdvantages(new Array(7).fill(reward), { convention })).toEqual(new Float64Array(7));
      }
    }
  });

  test("take each rollout's others as its baseline under rloo", () => {
    const values = [1, 0, 0.5, 0];
    const others = values.map((value, i) => value - (sum(values) - (values[i] as number)) / 3);
    expect(Array.from(groupAdvantages(values, { convention: "rloo" }))).toEqual(others.map((value) => expect.closeTo(value, 14)));
  });

  test("refuse an empty group and a reward that is not finite", () => {
    expect(() => groupAdvantages([])).toThrow(/without rollouts/);
    expect(() => groupAdvantages([1, Number.NaN])).toThrow(/rollout 1 is NaN/);
  });
});

describe("groupCoefficient", () => {
  test("turns a weighted mean into a difference of branch means, for every group up to 16", () => {
    for (const convention of conventions) {
      for (let size = 2; size <= 16; size++) {
        for (let correct = 0; correct <= size; correct++) {
          for (const correctReward of [1, 0.7]) {
            const x = Array.from({ length: size }, (_, i) => Math.sin(7.3 * i + size + correct));
            const values = x.map((_, i) => (i < correct ? correctReward : 0));
            const left = dot(groupAdvantages(values, { convention }), x) / size;
            const branch = (from: number, to: number): number => sum(x.slice(from, to)) / (to - from);
            const { value } = groupCoefficient(correct, size, { convention, correctReward });
            const right = value === 0 ? 0 : value * (branch(0, correct) - branch(correct, size));
            expect(Math.abs(left - right), `${convention}, ${correct} of ${size}`).toBeLessThan(1e-13);
          }
        }
      }
    }
  });

  test("has the slope that its neighbours show", () => {
    const size = 2_000_000;
    for (const convention of conventions) {
      for (const correct of [150_000, 1_000_000, 1_700_000]) {
        const options = { convention, epsilon: 0.05, correctReward: 0.5 };
        const at = (count: number): number => groupCoefficient(count, size, options).value;
        const neighbours = (at(correct + 100) - at(correct - 100)) / (200 / size);
        expect(groupCoefficient(correct, size, options).slope).toBeCloseTo(neighbours, 5);
      }
    }
  });

  test("refuses counts that cannot be", () => {
    expect(() => groupCoefficient(3, 2)).toThrow(/3 of 2/);
    expect(() => groupCoefficient(0.5, 2)).toThrow(/0.5 of 2/);
  });
});
