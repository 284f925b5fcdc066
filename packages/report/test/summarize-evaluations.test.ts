import { expect, test } from "vitest";
import { type EvaluationRecord, type RunStage, summarizeEvaluations, summaryFileSchema, wilsonInterval } from "../src/index.js";

function evaluation(stage: RunStage, correct: number, count: number): EvaluationRecord {
  return {
    stage,
    split: "in-distribution",
    correct,
    count,
    byOperations: [],
    constantBaseline: { answer: 0, correct: 27, count: 100 },
    truncated: 0,
    meanLength: 50,
  };
}

test("pools seeds, keeps each, and counts the base model once", () => {
  const summary = summarizeEvaluations([
    { name: "bridge", seed: 1, evaluations: [evaluation("base", 20, 100), evaluation("grpo", 60, 100)] },
    { name: "bridge", seed: 2, evaluations: [evaluation("base", 20, 100), evaluation("grpo", 70, 100)] },
    { name: "vanilla", seed: 1, evaluations: [] },
  ]);

  expect(summary.arms.bridge?.grpo).toEqual({ inDistribution: wilsonInterval(130, 200) });
  expect(summary.arms.bridge?.base).toEqual({ inDistribution: wilsonInterval(20, 100) });
  expect(summary.arms.bridge?.seeds[1]?.grpo).toEqual({ inDistribution: wilsonInterval(70, 100) });
  expect(summary.arms.bridge).not.toHaveProperty("sft");
  expect(summary.arms.vanilla).toEqual({ seeds: [{ seed: 1 }] });
  expect(summary.constantBaseline).toEqual({ inDistribution: { answer: 0, ...wilsonInterval(27, 100) } });
  expect(summaryFileSchema.safeParse({ seconds: 1, phases: {}, ...summary }).success).toBe(true);
});
