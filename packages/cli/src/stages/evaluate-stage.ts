import type { Problem, Value } from "@bridge-rl/spec";
import { evaluationOf, type RolloutGroup } from "@bridge-rl/training";
import type { EvaluationFindings, SampledFindings, Stages } from "../pipeline/stages.js";
import { sampleGroups } from "./sample-groups.js";

/**
 * Evaluates one completion of each problem, a greedy one unless the config gives a temperature, and where it asks for samples, several drawn
 * ones for pass@k.
 */
export const evaluateStage: Stages["evaluate"] = async (context, { model, problems, source }) => {
  const { temperature = 0, samples = 0, sampleTemperature = 1 } = context.config.evaluation ?? {};
  const asked = { phase: "evaluation", model, source, problems, seed: 0 };
  const groups = await sampleGroups(context, { ...asked, count: 1, sampling: { temperature } });
  if (samples === 0) return evaluationFindings(groups);
  const drawn = await sampleGroups(context, { ...asked, count: samples, sampling: { temperature: sampleTemperature } });
  const { accuracy, interval, passAt, byOperations } = evaluationOf(drawn, source.phrasebook);
  const sampled: SampledFindings = { samples, temperature: sampleTemperature, accuracy, interval, passAt, byOperations };
  return { ...evaluationFindings(groups), sampled };
};

/** Counts what an evaluation found. */
function evaluationFindings(groups: readonly RolloutGroup[]): EvaluationFindings {
  const problems = groups.map((group) => group.problem);
  const rollouts = groups.flatMap((group) => group.rollouts);
  const operations = [...new Set(problems.map((problem) => problem.difficulty.operations))].sort((one, other) => one - other);
  const answer = constantAnswer(problems);
  return {
    correct: countCorrect(groups),
    count: groups.length,
    byOperations: operations.map((number) => {
      const own = groups.filter((group) => group.problem.difficulty.operations === number);
      return { operations: number, correct: countCorrect(own), count: own.length };
    }),
    constantBaseline: { answer, correct: problems.filter((problem) => problem.answer === answer).length, count: problems.length },
    truncated: rollouts.filter((rollout) => rollout.finishReason === "length").length,
    meanLength: rollouts.length === 0 ? 0 : rollouts.reduce((sum, rollout) => sum + rollout.completionIds.length, 0) / rollouts.length,
  };
}

function countCorrect(groups: readonly RolloutGroup[]): number {
  return groups.filter((group) => group.correct[0] === true).length;
}

/** 0 where answers are numbers, as in the paper's baseline; else the most frequent one. */
function constantAnswer(problems: readonly Problem[]): Value {
  if (problems.every((problem) => typeof problem.answer === "number")) return 0;
  const counts = new Map<Value, number>();
  for (const { answer } of problems) counts.set(answer, (counts.get(answer) ?? 0) + 1);
  return [...counts].reduce((best, entry) => (entry[1] > best[1] ? entry : best))[0];
}
