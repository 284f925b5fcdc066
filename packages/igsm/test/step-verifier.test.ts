import { createRandom, type Problem, type ProblemSource, type Step } from "@bridge-rl/spec";
import { describe, expect, test } from "vitest";
import { igsm, smallModel, stepVerifier } from "../src/index.js";

const sources = [igsm({ ...smallModel, operations: 4, seed: 1 }), igsm({ operations: [5, 10], seed: 2 })];

function goldOf({ phrasebook }: ProblemSource, { graph }: Problem): { text: string; ends: number[] } {
  const steps = graph.nodes.filter(({ necessary }) => necessary).map(({ id }): Step => ({ kind: "derive", node: id, detail: "direct" }));
  const { text, spans } = phrasebook.renderTrace(graph, { steps }, createRandom(1));
  return { text, ends: spans.map(({ end }) => end) };
}

describe.each(sources)("the step verifier ($phrasebook.name)", (source) => {
  const reward = stepVerifier();
  const { phrasebook } = source;
  const score = (problem: Problem, completion: string) => reward.score({ problem, completion, phrasebook, finishReason: "stop" });

  test("gives 1 to gold and grows with each right step", () => {
    for (const problem of source.problems({ count: 200 })) {
      const { text, ends } = goldOf(source, problem);
      expect(score(problem, text)).toBe(1);
      const scores = ends.map((end) => score(problem, text.slice(0, end)));
      expect(scores).toEqual(ends.map((_, index) => (index + 1) / (ends.length + 1)));
    }
  });

  test("stops counting at the first error, whatever the answer says", () => {
    for (const problem of source.problems({ count: 200 })) {
      const { text, ends } = goldOf(source, problem);
      const first = text.slice(0, ends[0]);
      const wrong = first.replace(/\d+(?=\D*$)/, (digits) => String(Number(digits) + 1)) + text.slice(ends[0]);
      expect(score(problem, wrong)).toBe(0);
      expect(score(problem, text.replace(/\\boxed\{.*\}/, "\\boxed{}"))).toBeCloseTo(ends.length / (ends.length + 1), 12);
    }
  });

  test("gives nothing to an answer without reasoning", () => {
    const problem = source.problem(0);
    expect(score(problem, `<think></think>\\boxed{${problem.answer}}`)).toBe(0);
    expect(score(problem, "")).toBe(0);
  });
});
