import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { behaviorInfluence, behaviorShares, groupAdvantages, requireDisjoint, splitGroups, tokenMarks } from "../src/index.js";
import { dot, sum } from "../src/internal/vector.js";

const scores = fc.array(fc.double({ min: -5, max: 5, noNaN: true }), { minLength: 1, maxLength: 20 });

describe("behaviorShares", () => {
  test("count every token once, whatever the marks", () => {
    fc.assert(
      fc.property(scores, fc.array(fc.tuple(fc.constantFrom("a", "b", "c"), fc.nat(20), fc.nat(20)), { maxLength: 6 }), (values, raw) => {
        const marks = raw.map(([behavior, x, y]) => {
          const [start, end] = [Math.min(x, y, values.length), Math.min(Math.max(x, y), values.length)];
          return { behavior, start, end };
        });
        const shares = behaviorShares(values, marks);
        expect(sum(shares.map(({ tokens }) => tokens))).toBe(values.length);
        expect(sum(shares.map(({ score }) => score))).toBeCloseTo(sum(values), 10);
        expect(new Set(shares.map(({ behavior }) => behavior)).size).toBe(shares.length);
      }),
      { numRuns: 2000 },
    );
  });

  test("give a token to the innermost mark", () => {
    const marks = [
      { behavior: "inner", start: 2, end: 3 },
      { behavior: "outer", start: 1, end: 4 },
    ];
    expect(behaviorShares([1, 10, 100, 1000, 10_000], marks)).toEqual([
      { behavior: "plain", tokens: 2, score: 10_001 },
      { behavior: "outer", tokens: 2, score: 1010 },
      { behavior: "inner", tokens: 1, score: 100 },
    ]);
  });

  test("refuse a mark outside of the completion", () => {
    expect(() => behaviorShares([1, 2], [{ behavior: "a", start: 1, end: 3 }])).toThrow(/tokens 1 to 3 of a completion of 2/);
  });
});

describe("behaviorInfluence", () => {
  test("adds up to the query's influence and says through which rollouts", () => {
    const rewards = [1, 0, 0];
    const tokenScores = [
      [1, 2],
      [3, 4],
      [5, 6],
    ];
    const marks = rewards.map(() => [{ behavior: "a", start: 0, end: 1 }]);
    const parts = behaviorInfluence({ rewards, tokenScores, marks });
    const advantages = groupAdvantages(rewards);
    const [whole, first] = [tokenScores.map(sum), tokenScores.map(([token]) => token as number)];
    expect(sum(parts.map(({ influence }) => influence))).toBeCloseTo(dot(advantages, whole) / 3, 14);
    expect(parts[0]).toEqual({
      behavior: "a",
      tokens: 3,
      influence: expect.closeTo(dot(advantages, first) / 3, 14),
      throughCorrect: expect.closeTo(((advantages[0] as number) * 1) / 3, 14),
      throughWrong: expect.closeTo(((advantages[1] as number) * 3 + (advantages[2] as number) * 5) / 3, 14),
    });
  });
});

describe("tokenMarks", () => {
  const pieces = ["Wait", ", A", " is", " un", "known", "."];
  const tokenizer = { decode: (ids: ArrayLike<number>) => Array.from(ids, (id) => pieces[id]).join("") };
  const ids = [0, 1, 2, 3, 4, 5];

  test("give a mark the tokens it covers at least half of", () => {
    // "Wait, A is unknown.": characters 6 to 17 are "A is unknow", of ", A" one character in three.
    expect(tokenMarks(tokenizer, ids, [{ behavior: "reflection", start: 6, end: 17 }])).toEqual([
      { behavior: "reflection", start: 2, end: 5 },
    ]);
    expect(tokenMarks(tokenizer, ids, [{ behavior: "reflection", start: 5, end: 6 }])).toEqual([]);
  });

  test("follow characters that several tokens share", () => {
    const bytes = new TextEncoder().encode("a€b");
    const byteLevel = {
      decode: (list: ArrayLike<number>) => new TextDecoder().decode(Uint8Array.from(Array.from(list, (id) => bytes[id] as number))),
    };
    expect(tokenMarks(byteLevel, [0, 1, 2, 3, 4], [{ behavior: "last", start: 2, end: 3 }])).toEqual([
      { behavior: "last", start: 4, end: 5 },
    ]);
  });
});

describe("splitGroups", () => {
  const group = (id: string) => ({ problem: { id }, promptIds: Int32Array.of(1), rollouts: [], rewards: [] });
  const groups = ["a", "b", "c", "d", "e", "a"].map(group);

  test("keeps every problem on one side", () => {
    for (let seed = 0; seed < 50; seed++) {
      const { train, evaluation } = splitGroups(groups, { seed, evaluationShare: 0.4 });
      expect(() => requireDisjoint(train, evaluation)).not.toThrow();
      expect(train.length + evaluation.length).toBe(6);
      expect(new Set(evaluation.map(({ problem }) => problem.id)).size).toBe(2);
    }
    expect(splitGroups(groups, { seed: 1 })).toEqual(splitGroups(groups, { seed: 1 }));
  });

  test("says which problem is on both", () => {
    expect(() => requireDisjoint([group("a"), group("b")], [group("b")])).toThrow(/1 problems are on both sides, b among them/);
    expect(() => splitGroups([group("a")], { seed: 1 })).toThrow(/at least two/);
    expect(() => splitGroups(groups, { seed: 1, evaluationShare: 1 })).toThrow(/in \(0, 1\)/);
  });
});
