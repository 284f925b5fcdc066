import { describe, expect, test } from "vitest";
import type { Phrasebook } from "../src/phrasebook.js";
import type { ProblemSource } from "../src/problem.js";
import { createRandom, type Random } from "../src/random.js";
import { type Law, phrasebookLaws, plainTrace, problemSourceLaws, randomLaws, registerLaws, richTrace } from "../src/testing.js";
import { stepKinds } from "../src/trace.js";
import { toyPhrasebook, toySource } from "./toy-source.js";

registerLaws(test, problemSourceLaws(toySource));

const broken = (laws: readonly Law[]): string[] =>
  laws.flatMap((law) => {
    try {
      law.check();
      return [];
    } catch (error) {
      return [error instanceof Error ? error.message : String(error)];
    }
  });

const problems = [...toySource(1).problems({ count: 5 })];
const [problem] = problems;
if (problem === undefined) throw new Error("the toy source makes five problems");

describe("sample traces", () => {
  test("a rich trace has every kind of step, and names what is missing", () => {
    expect(plainTrace(problem.graph).steps.map((step) => step.kind === "derive" && step.node)).toEqual([0, 1, 2, 4]);
    const rich = richTrace(problem.graph);
    expect(new Set(rich.steps.map((step) => step.kind))).toEqual(new Set(["attempt", "derive", "remark", "restate"]));
    expect(rich.steps.filter((step) => step.kind === "attempt")).toMatchObject([
      { node: 2, missing: [1] },
      { node: 4, missing: [2] },
    ]);
  });

  test("with the kinds of 1.1 it also plans, estimates, errs, corrects and checks", () => {
    const { steps } = richTrace(problem.graph, stepKinds);
    expect(new Set(steps.map(({ kind }) => kind))).toEqual(new Set(stepKinds));
    expect(steps[0]).toMatchObject({ kind: "plan", node: 4, nodes: [0, 1, 2] });
    for (const [index, step] of steps.entries()) {
      if (step.kind === "mistake") expect(steps[index + 1]).toMatchObject({ kind: "retract", node: step.node, value: step.value });
    }
  });
});

describe("phrasebookLaws catch", () => {
  const caught = (change: Partial<Phrasebook>) => broken(phrasebookLaws({ ...toyPhrasebook, ...change }, { problems }));
  const rendered = (change: (result: ReturnType<Phrasebook["renderTrace"]>) => ReturnType<Phrasebook["renderTrace"]>) =>
    caught({ renderTrace: (...given) => change(toyPhrasebook.renderTrace(...given)) });

  test("nothing in a sound one", () => {
    expect(caught({})).toEqual([]);
  });

  test.each<[string, RegExp, () => string[]]>([
    ["a wrong answer", /parseAnswer gives "0"/, () => caught({ parseAnswer: () => "0" })],
    [
      "an answer in the thinking part",
      /still runs/,
      () => caught({ parseAnswer: (text) => / => (.+)$/.exec(text)?.[1] ?? /=(\d+);/.exec(text)?.[1] }),
    ],
    ["a missing span", /step 0 has no span/, () => rendered(({ text, spans }) => ({ text, spans: spans.slice(1) }))],
    ["an overlap", /overlaps/, () => rendered(({ text, spans }) => ({ text, spans: spans.map((span) => ({ ...span, start: 0 })) }))],
    [
      "a lost signature",
      /its step @bridge-rl/,
      () => rendered(({ text, spans }) => ({ text, spans: spans.map(({ behavior: _, ...span }) => span) })),
    ],
    ["a span beyond the text", /leaves the text/, () => rendered(({ spans }) => ({ text: "", spans }))],
    ["a mark that is missed", /0 times "attempt"/, () => caught({ detectBehaviors: () => [] })],
    ["a stop text that never comes", /none of \["<end>"\]/, () => caught({ stop: ["<end>"] })],
    [
      "randomness of its own",
      /differ/,
      () => {
        let calls = 0;
        return caught({ renderPrompt: () => `prompt ${calls++}` });
      },
    ],
  ])("%s", (_case, message, run) => {
    expect(run().join("\n")).toMatch(message);
  });
});

describe("problemSourceLaws catch", () => {
  const caught = (change: (source: ProblemSource) => Partial<ProblemSource>) =>
    broken(
      problemSourceLaws((seed) => {
        const source = toySource(seed);
        return { ...source, ...change(source) };
      }),
    ).join("\n");

  test("a source that depends on what was asked before", () => {
    expect(
      caught((source) => {
        let asked = 0;
        return { problem: (index) => source.problem(index + (asked++ > 10 ? 1 : 0)) };
      }),
    ).toMatch(/differs/);
  });

  test("seeds that overlap, as added ones do", () => {
    const added = (seed: number): ProblemSource => {
      const base = toySource(0);
      return {
        ...base,
        seed,
        problem: (index) => base.problem(index + seed),
        problems: ({ start = 0, count = 0 } = {}) => base.problems({ start: start + seed, count }),
      };
    };
    const messages = broken(problemSourceLaws(added)).join("\n");
    expect(messages).toMatch(/49 of 50 problems are the same/);
    expect(messages).toMatch(/says that it comes from/);
  });

  test("an answer that is not the target's value", () => {
    expect(caught((source) => ({ problems: (range) => [...source.problems(range)].map((made) => ({ ...made, answer: -1 })) }))).toMatch(
      /not the value/,
    );
  });
});

describe("randomLaws catch", () => {
  const caught = (change: (random: Random, seed: number) => Partial<Random>) =>
    broken(
      randomLaws((seed) => {
        const random = createRandom(seed);
        const methods: Random = {
          next: () => random.next(),
          integer: (minimum, maximum) => random.integer(minimum, maximum),
          chance: (probability) => random.chance(probability),
          normal: () => random.normal(),
          pick: (items) => random.pick(items),
          shuffle: (items) => random.shuffle(items),
          fork: (purpose, index) => random.fork(purpose, index),
        };
        return { ...methods, ...change(random, seed) };
      }),
    ).join("\n");

  test("nothing in a sound one", () => {
    expect(caught(() => ({}))).toBe("");
  });

  test("a slight bias, forks that share the stream, a biased shuffle, a lazy chance", () => {
    expect(caught((random) => ({ next: () => random.next() ** 1.05 }))).toMatch(/the mean is/);
    expect(caught((_random, seed) => ({ fork: () => createRandom(seed) }))).toMatch(/forks 0, 1, 2/);
    expect(caught((random) => ({ shuffle: (items) => items.toSorted(() => random.next() - 0.5) }))).toMatch(/shuffle/);
    expect(caught((random) => ({ chance: (probability) => probability > 0 && random.chance(probability) }))).toMatch(/chance/);
  });
});
