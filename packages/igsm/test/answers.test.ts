import { createRandom } from "@bridge-rl/spec";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { constantBaseline, exactAnswer, igsm, prosePhrasebook, tersePhrasebook } from "../src/index.js";
import { plainTrace } from "./support/graphs.js";

describe.each([prosePhrasebook(), tersePhrasebook()])("the answer in $name", (book) => {
  test.each<[string, string | undefined]>([
    ["<think>x</think>\\boxed{5}", "5"],
    ["<think>x</think> so \\boxed{ -12 } it is", "-12"],
    ["<think>\\boxed{4}</think>", undefined],
    ["<think>\\boxed{4}</think>\\boxed{5}", "5"],
    ["<think>x</think>\\boxed{4} no, \\boxed{5}", "5"],
    ["<think>x</think>\\boxed{4}<think>\\boxed{6}</think>", undefined],
    ["\\boxed{5}", undefined],
    ["<think>\\boxed{5}", undefined],
    ["<think>x</think>\\boxed{5", undefined],
    ["<think>x</think>5", undefined],
    ["<think>x</think>\\boxed{}", ""],
    ["", undefined],
  ])("%j is %j", (completion, answer) => {
    expect(book.parseAnswer(completion)).toBe(answer);
  });
});

describe("the reward", () => {
  const problem = igsm({ operations: 6, phrasebook: "terse", seed: 1 }).problem(4);
  const phrasebook = tersePhrasebook();
  const reward = exactAnswer();
  const score = (completion: string) => reward.score({ problem, completion, phrasebook, finishReason: "stop" });

  test("gives its maximum to every gold solution", () => {
    for (const name of ["prose", "terse"] as const) {
      const source = igsm({ operations: [1, 20], phrasebook: name });
      for (const each of source.problems({ count: 200 })) {
        const { text } = source.phrasebook.renderTrace(each.graph, plainTrace(each.graph), createRandom(1));
        expect(reward.score({ problem: each, completion: text, phrasebook: source.phrasebook, finishReason: "stop" })).toBe(reward.maximum);
      }
    }
  });

  test("gives 0 to everything else and never throws", () => {
    const answer = String(problem.answer);
    expect(score(`<think></think>\\boxed{${answer}}`)).toBe(1);
    expect(score(`<think>\\boxed{${answer}}</think>`)).toBe(0);
    expect(score(`<think></think>\\boxed{${answer}.0}`)).toBe(0);
    expect(score(`<think></think>\\boxed{0${answer}}`)).toBe(0);
    fc.assert(
      fc.property(fc.string({ unit: "binary" }), fc.string({ unit: "binary" }), (left, right) => {
        expect(score(left + right)).toBe(0);
        expect([0, 1]).toContain(score(`${left}</think>\\boxed{${right}}`));
      }),
      { numRuns: 1000 },
    );
  });
});

describe("the constant baseline", () => {
  test("is the most frequent answer with its share", () => {
    expect(constantBaseline([3, 0, 3, 0, 0].map((answer) => ({ answer })))).toEqual({ answer: 0, accuracy: 0.6, count: 5 });
    expect(constantBaseline([{ answer: 7 }, { answer: 8 }])).toEqual({ answer: 7, accuracy: 0.5, count: 2 });
    expect(() => constantBaseline([])).toThrow(expect.objectContaining({ code: "invalid-input" }));
  });
});
