import { igsm } from "@bridge-rl/igsm";
import type { Problem } from "@bridge-rl/spec";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import {
  type CurriculumLevel,
  type DrawnProblem,
  type DrawOptions,
  drawProblems,
  mixture,
  ProblemFilter,
  thinAnswers,
} from "../src/index.js";

const small = { modulus: 10, phrasebook: "terse", layers: 2, maximumEdges: 6 } as const;
const short = igsm({ ...small, operations: 2, seed: 1 });
const long = igsm({ ...small, operations: [4, 6], seed: 2 });
const endless: CurriculumLevel[] = [{ name: "all", source: short }];

async function draw(levels: readonly CurriculumLevel[], options: DrawOptions): Promise<DrawnProblem[]> {
  const drawn: DrawnProblem[] = [];
  for await (const each of drawProblems(levels, options)) drawn.push(each);
  return drawn;
}

const problemsOf = (drawn: readonly { problem: Problem }[]) => drawn.map(({ problem }) => problem);

describe("drawn problems", () => {
  test("are the source's, from the start that is given", async () => {
    expect(problemsOf(await draw(endless, { start: 70, count: 100 }))).toEqual([...short.problems({ start: 70, count: 100 })]);
  });

  test("go through levels, with the names of these", async () => {
    const levels = [
      { name: "easy", source: short, problems: 5 },
      { name: "hard", source: long, problems: 4 },
    ];
    const drawn = await draw(levels, { start: 3 });
    expect(drawn.map(({ level }) => level)).toEqual(["easy", "easy", "hard", "hard", "hard", "hard"]);
    expect(problemsOf(drawn)).toEqual([3, 4, 5, 6, 7, 8].map((index) => (index < 5 ? short : long).problem(index)));
  });

  test("fill each level in spite of what is left out", async () => {
    const levels = [
      { name: "easy", source: short, problems: 40 },
      { name: "hard", source: long, problems: 60 },
    ];
    const drawn = await draw(levels, { filter: new ProblemFilter({ distinct: true, by: "prompt" }) });
    expect(drawn.map(({ level }) => level)).toEqual([...Array(40).fill("easy"), ...Array(60).fill("hard")]);
    expect(new Set(drawn.map(({ problem }) => problem.prompt)).size).toBe(100);
  });

  test("of a mixture have its shares, whatever is left out of one part", async () => {
    const few = igsm({ ...small, operations: 1, items: 2 });
    const mixed = mixture([
      { source: few, name: "few" },
      { source: long, name: "many" },
    ]);
    const levels = [{ name: "mixed", source: mixed }];
    const unfiltered = await draw(levels, { start: 5, count: 100 });
    expect(await draw(levels, { start: 5, count: 100, filter: new ProblemFilter() })).toEqual(unfiltered);

    const filter = new ProblemFilter({ distinct: true, by: "prompt", thin: [1, 3, 5, 7, 9].map((answer) => ({ answer, keep: 0 })) });
    const drawn = await draw(levels, { start: 5, count: 100, filter });
    expect(drawn.map(({ part }) => part)).toEqual(unfiltered.map(({ part }) => part));
    for (const { part, problem } of drawn) expect(problem.difficulty.operations === 1).toBe(part === "few");
    expect(new Set(drawn.map(({ problem }) => problem.prompt)).size).toBe(100);
    expect(new Set(drawn.map(({ problem }) => problem.source.index)).size).toBe(100);
  });

  test("in shards are the whole, whatever is left out", async () => {
    const settings = fc.record({
      count: fc.integer({ min: 0, max: 60 }),
      of: fc.integer({ min: 1, max: 5 }),
      split: fc.integer({ min: 1, max: 30 }),
      distinct: fc.boolean(),
      by: fc.constantFrom("structureHash" as const, "prompt" as const),
      thinned: fc.boolean(),
      answerShare: fc.constantFrom(1, 0.3),
      filtered: fc.boolean(),
    });
    await fc.assert(
      fc.asyncProperty(settings, async ({ count, of, split, distinct, by, thinned, answerShare, filtered }) => {
        const levels = [
          { name: "long", source: long, problems: split },
          { name: "longer", source: igsm({ ...small, maximumEdges: 9, operations: [7, 9] }) },
        ];
        const options = () => ({
          count,
          ...(filtered ? { filter: new ProblemFilter({ distinct, by, thin: thinned ? [{ keep: 0.3 }] : [], answerShare }) } : {}),
        });
        const shards = [];
        for (let shard = 1; shard <= of; shard++) shards.push(...(await draw(levels, { ...options(), shard: { shard, of } })));
        const whole = await draw(levels, options());
        expect(whole).toHaveLength(count);
        expect(shards).toEqual(whole);
      }),
      { numRuns: 40 },
    );
  });

  test("that can't be found end in an error that says why", async () => {
    const single = [{ name: "single", source: igsm({ ...small, operations: 1, layers: 2, items: 1 }) }];
    await expect(draw(single, { count: 500, filter: new ProblemFilter({ distinct: true }), patience: 200 })).rejects.toMatchObject({
      code: "generation-exhausted",
      message: expect.stringMatching(/^no more than 1 problems were found: in level single the last 200 drawn.*duplicate: 200/),
    });
    const two = [
      { name: "easy", source: short, problems: 5 },
      { name: "hard", source: long, problems: 4 },
    ];
    const filter = new ProblemFilter();
    for (const options of [{ count: 10 }, { start: 3, count: 7 }, { start: 1, filter }, { count: 4, shard: { shard: 3, of: 2 } }]) {
      await expect(draw(two, options)).rejects.toMatchObject({ code: "invalid-option" });
    }
  });

  test("stop when they are told to, also while nothing is found", async () => {
    const controller = new AbortController();
    setImmediate(() => setImmediate(() => controller.abort()));
    const filter = new ProblemFilter({ thin: [...Array(10).keys()].map((answer) => ({ answer, keep: 0 })) });
    await expect(draw(endless, { filter, signal: controller.signal })).rejects.toMatchObject({ code: "cancelled" });
  });
});

describe("a filter", () => {
  const problems = [...long.problems({ count: 3000 })];
  const admitted = (filter: ProblemFilter) => problems.filter((problem) => filter.admit(problem));

  test("knows what is the same, and what was excluded", () => {
    for (const by of ["structureHash", "prompt"] as const) {
      for (const distinct of [true, false]) {
        const filter = new ProblemFilter({ distinct, by });
        const others = problems.slice(0, 20);
        for (const other of others) filter.exclude(other);
        const excluded = new Set(others.map((problem) => problem[by]));
        const seen = new Set(excluded);
        const rest = problems.filter((problem) => !excluded.has(problem[by]));
        const expected = rest.filter((problem) => !distinct || (!seen.has(problem[by]) && seen.add(problem[by])));
        expect(admitted(filter)).toEqual(expected);
        expect(filter.leftOut).toEqual({
          thinned: 0,
          excluded: 3000 - rest.length,
          duplicate: rest.length - expected.length,
          "frequent answer": 0,
        });
      }
    }
  });

  test("thins as thinAnswers does", () => {
    const thin = { answer: 3, keep: 0.2, seed: 5 };
    expect(admitted(new ProblemFilter({ thin: [thin] }))).toEqual([...thinAnswers(problems, thin)]);
  });

  test("holds every answer's share at every moment, and leaves out no more than that needs", () => {
    for (const answerShare of [0.1, 0.12, 0.5]) {
      const filter = new ProblemFilter({ answerShare });
      const counts = new Map<unknown, number>();
      let kept = 0;
      for (const problem of problems) {
        const next = (counts.get(problem.answer) ?? 0) + 1;
        const fits = next <= Math.ceil((Math.round(100 * answerShare) * (kept + 1)) / 100);
        expect(filter.admit(problem)).toBe(fits);
        if (!fits) continue;
        kept++;
        counts.set(problem.answer, next);
      }
      expect(kept).toBeGreaterThan(500);
    }
  });

  test("does not count what it left out for one reason as seen for another", () => {
    const [first, second] = problems as [Problem, Problem];
    const filter = new ProblemFilter({ distinct: true, answerShare: 0.5 });
    const again = { ...second, answer: first.answer };
    expect([first, again, second].map((problem) => filter.admit(problem))).toEqual([true, false, true]);
  });

  test("refuses shares that can't be", () => {
    for (const options of [{ answerShare: 0 }, { answerShare: 1.1 }, { thin: [{ keep: -1 }] }]) {
      expect(() => new ProblemFilter(options)).toThrow(expect.objectContaining({ code: "invalid-option" }));
    }
  });
});

test("a mixture names the part of each index", () => {
  const mixed = mixture([{ source: short, name: "easy", weight: 2 }, { source: long }]);
  for (let index = 0; index < 100; index++) {
    const part = mixed.partAt(index).name;
    expect(mixed.problem(index)).toEqual((part === "easy" ? short : long).problem(index));
    expect(["easy", "igsm"]).toContain(part);
  }
});
