import { BridgeError, type Phrasebook, type Problem } from "@bridge-rl/spec";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { compareReadiness, queryWeights, rankQueries, type WeighedQuery, weightedProblems } from "../src/index.js";

const interval = (low: number, high: number) => ({ low, high, standardError: 1, degreesOfFreedom: 3, level: 0.95 });
const queries: WeighedQuery[] = [
  { influence: 0.2, interval: interval(-0.1, 0.5) },
  { influence: -0.4, interval: interval(-0.6, -0.2) },
  { influence: 0.6, interval: interval(0.3, 0.9) },
  { influence: 0, interval: "undefined" },
];

describe("weights", () => {
  test("sum to 1, leave every query its share of exploration and give nothing more to what harms", () => {
    const any = fc.array(fc.double({ min: -5, max: 5, noNaN: true }), { minLength: 1, maxLength: 40 });
    fc.assert(
      fc.property(any, fc.double({ min: 0, max: 1, noNaN: true }), (influences, exploration) => {
        const weights = queryWeights(
          influences.map((influence) => ({ influence, interval: "undefined" as const })),
          { exploration },
        );
        expect(weights.reduce((sum, weight) => sum + weight, 0)).toBeCloseTo(1, 9);
        for (const [index, weight] of weights.entries()) {
          expect(weight).toBeGreaterThanOrEqual(exploration / weights.length - 1e-12);
          if ((influences[index] as number) <= 0 && influences.some((value) => value > 0)) {
            expect(weight).toBeCloseTo(exploration / weights.length, 12);
          }
        }
      }),
    );
  });

  test("may favour what is not known well", () => {
    expect(queryWeights(queries, { exploration: 0 })).toEqual([0.25, 0, 0.75, 0].map((weight) => expect.closeTo(weight, 12)));
    expect(queryWeights(queries, { exploration: 0, by: "upper" })).toEqual(
      [0.5 / 1.4, 0, 0.9 / 1.4, 0].map((weight) => expect.closeTo(weight, 12)),
    );
    expect(() => queryWeights(queries, { exploration: 2 })).toThrow(BridgeError);
  });

  test("rank with a word on what is sure", () => {
    expect(rankQueries(queries).map(({ query, separated }) => [query, separated])).toEqual([
      [2, true],
      [0, false],
      [3, false],
      [1, true],
    ]);
  });
});

describe("weighted problems", () => {
  const problems = ["a", "b", "c"].map((id) => ({ id })) as unknown as Problem[];
  const phrasebook = { name: "none" } as unknown as Phrasebook;

  test("come as often as their weights say, and problem k is always the same", () => {
    const source = weightedProblems({ phrasebook }, problems, [1, 0, 3], { seed: 4 });
    const drawn = [...source.problems({ count: 4000 })].map(({ id }) => id);
    const share = drawn.filter((id) => id === "c").length / drawn.length;
    expect(Math.abs(share - 0.75)).toBeLessThan(5 * Math.sqrt((0.75 * 0.25) / 4000));
    expect(drawn).not.toContain("b");
    expect(source.problem(1234).id).toBe(drawn[1234]);
    expect(
      [...weightedProblems({ phrasebook }, problems, [1, 0, 3], { seed: 4 }).problems({ start: 7, count: 3 })].map(({ id }) => id),
    ).toEqual(drawn.slice(7, 10));
  });

  test("refuse weights that don't fit", () => {
    for (const weights of [
      [1, 2],
      [0, 0, 0],
      [1, -1, 1],
      [Number.NaN, 1, 1],
    ]) {
      expect(() => weightedProblems({ phrasebook }, problems, weights, { seed: 1 })).toThrow(BridgeError);
    }
  });
});

describe("comparing readiness", () => {
  const outcome = (influence: number, accuracy: number, gain: number) => ({ name: `${gain}`, measures: { influence, accuracy }, gain });

  test("ranks gains by each measure that is known", () => {
    const compared = compareReadiness([outcome(1, 3, 0.1), outcome(2, 2, 0.2), outcome(5, 1, 0.3)]);
    expect(compared.map(({ measure, models, rankCorrelation }) => [measure, models, rankCorrelation])).toEqual([
      ["influence", 3, expect.closeTo(1, 12)],
      ["accuracy", 3, expect.closeTo(-1, 12)],
      ["passAtN", 0, "undefined"],
      ["coefficient", 0, "undefined"],
      ["gradientNorm", 0, "undefined"],
    ]);
  });

  test("says nothing about two models", () => {
    expect(compareReadiness([outcome(1, 3, 0.1), outcome(2, 2, 0.2)])[0]?.rankCorrelation).toBe("undefined");
  });
});
