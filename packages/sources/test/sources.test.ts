import { igsm, igsmLevels } from "@bridge-rl/igsm";
import type { Problem, ProblemSource } from "@bridge-rl/spec";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { AnswerTally, curriculum, distinctProblems, mixture, shardRange, streamProblems, thinAnswers } from "../src/index.js";

const small = { modulus: 10, phrasebook: "terse", layers: 2, maximumEdges: 6 } as const;
const short = igsm({ ...small, operations: 2, seed: 1 });
const long = igsm({ ...small, operations: 4, seed: 2 });
const take = (source: ProblemSource, count: number, start = 0): Problem[] => [...source.problems({ start, count })];

describe("a mixture", () => {
  test("has the shares of its weights, and random access", () => {
    const mixed = mixture(
      [
        { source: short, weight: 3 },
        { source: long, weight: 1 },
      ],
      { seed: 4 },
    );
    const problems = take(mixed, 2000);
    const share = problems.filter(({ difficulty }) => difficulty.operations === 2).length / problems.length;
    // Four standard errors of 2,000 draws are 0.039.
    expect(Math.abs(share - 0.75)).toBeLessThan(0.039);
    for (const index of [1999, 3, 700]) {
      expect(mixed.problem(index)).toEqual(problems[index]);
      expect([short, long].map((source) => source.problem(index))).toContainEqual(problems[index]);
    }
    expect(new Set(problems.map(({ id }) => id)).size).toBe(2000);
    const other = take(mixture([{ source: short }, { source: long }], { seed: 5 }), 50).map(({ id }) => id);
    expect(other).not.toEqual(problems.slice(0, 50).map(({ id }) => id));
    expect(JSON.parse(JSON.stringify(mixed.options))).toEqual(mixed.options);
  });

  test("refuses what it can't mix", () => {
    const prose = igsm({ operations: 2 });
    for (const parts of [[], [{ source: short, weight: 0 }], [{ source: short }, { source: prose }]]) {
      expect(() => mixture(parts)).toThrow(expect.objectContaining({ code: "invalid-option" }));
    }
    expect(() => mixture([{ source: short }]).problem(-1)).toThrow(expect.objectContaining({ code: "invalid-input" }));
  });
});

describe("a curriculum", () => {
  test("goes through its levels, and ends with them", () => {
    const lessons = curriculum([
      { name: "easy", source: short, problems: 5 },
      { name: "hard", source: long, problems: 4 },
    ]);
    expect(take(lessons, 20).map(({ difficulty }) => difficulty.operations)).toEqual([2, 2, 2, 2, 2, 4, 4, 4, 4]);
    expect([0, 4, 5, 8].map((index) => lessons.levelAt(index))).toEqual(["easy", "easy", "hard", "hard"]);
    expect(lessons.problem(6)).toEqual(long.problem(6));
    expect(() => lessons.problem(9)).toThrow(expect.objectContaining({ code: "invalid-input" }));
    expect(() =>
      curriculum([
        { name: "a", source: short },
        { name: "b", source: long },
      ]),
    ).toThrow(/only the last level/);
  });

  test("has named levels for iGSM, each harder than the one before", () => {
    const means = Object.values(igsmLevels).map((options) => {
      const problems = take(igsm(options), 40);
      return problems.reduce((sum, { difficulty }) => sum + difficulty.operations, 0) / problems.length;
    });
    expect(means).toEqual([...means].sort((left, right) => left - right));
  });
});

test("shards are disjoint and together the whole, in order", () => {
  fc.assert(
    fc.property(fc.nat(1000), fc.nat(300), fc.integer({ min: 1, max: 40 }), (start, count, of) => {
      const indices = Array.from({ length: of }, (_, place) => shardRange({ start, count }, { shard: place + 1, of })).flatMap((range) =>
        Array.from({ length: range.count }, (_, offset) => range.start + offset),
      );
      expect(indices).toEqual(Array.from({ length: count }, (_, offset) => start + offset));
    }),
  );
  for (const shard of [
    { shard: 0, of: 2 },
    { shard: 3, of: 2 },
    { shard: 1, of: 0 },
  ]) {
    expect(() => shardRange({ start: 0, count: 4 }, shard)).toThrow(expect.objectContaining({ code: "invalid-option" }));
  }
});

describe("a stream", () => {
  test("gives the source's problems", async () => {
    const ids: string[] = [];
    for await (const { id } of streamProblems(short, { start: 3, count: 150, batch: 10 })) ids.push(id);
    expect(ids).toEqual(take(short, 150, 3).map(({ id }) => id));
  });

  test("lets others run, and stops when it is told to", async () => {
    const controller = new AbortController();
    let seen = 0;
    const endless = async () => {
      for await (const _problem of streamProblems(short, { batch: 8, signal: controller.signal })) {
        // Whoever is to stop the stream gets a turn although the stream never waits for anything.
        if (++seen === 20) setImmediate(() => controller.abort());
      }
    };
    await expect(endless()).rejects.toMatchObject({ code: "cancelled" });
    expect(seen).toBeGreaterThanOrEqual(20);
  });
});

describe("duplicates", () => {
  test("are what a set of all keys says", () => {
    for (const by of ["structureHash", "prompt"] as const) {
      const [first, second] = [take(short, 3000), take(igsm({ ...small, operations: 2, seed: 8 }), 3000)];
      const kept = distinctProblems(second, { by, except: first });
      const found: Problem[] = [];
      let next = kept.next();
      for (; !next.done; next = kept.next()) found.push(next.value);
      const keys = new Set(first.map((problem) => problem[by]));
      const expected = second.filter((problem) => !keys.has(problem[by]) && keys.add(problem[by]));
      expect(found).toEqual(expected);
      expect(next.value).toEqual({ kept: expected.length, dropped: 3000 - expected.length });
    }
  });
});

describe("answers", () => {
  test("are thinned by the share that is asked for, shard by shard as on the whole", () => {
    const problems = take(short, 4000);
    const zeros = (list: readonly Problem[]) => list.filter(({ answer }) => answer === 0).length;
    const thinned = [...thinAnswers(problems, { keep: 0.25, seed: 3 })];
    const before = zeros(problems);
    // Four standard errors of the zeros that stay.
    expect(Math.abs(zeros(thinned) - before / 4)).toBeLessThan(4 * Math.sqrt((before * 3) / 16));
    expect(thinned.length - zeros(thinned)).toBe(4000 - before);
    const halves = [problems.slice(0, 2000), problems.slice(2000)].flatMap((half) => [...thinAnswers(half, { keep: 0.25, seed: 3 })]);
    expect(halves).toEqual(thinned);
    expect(() => thinAnswers([], { keep: 2 }).next()).toThrow(expect.objectContaining({ code: "invalid-option" }));
  });

  test("are counted as they pass", () => {
    const tally = new AnswerTally();
    expect(tally.summary()).toEqual({ count: 0, constant: undefined, constantShare: 0, zeroShare: 0 });
    for (const answer of [3, 0, 3, "N/A"]) tally.add(answer);
    expect(tally.summary()).toEqual({ count: 4, constant: 3, constantShare: 0.5, zeroShare: 0.25 });
  });
});
