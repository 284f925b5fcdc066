import type { RolloutSample } from "@bridge-rl/report";
import type { Phrasebook } from "@bridge-rl/spec";
import type { RolloutGroup } from "@bridge-rl/training";
import type { Stages } from "../pipeline/stages.js";
import { sampleGroups } from "./sample-groups.js";

/** Samples several completions of each problem at the temperature of training. */
export const rolloutStage: Stages["rollout"] = async (context, { model, problems, source }) => {
  const { count = 16 } = context.config.rollouts ?? {};
  return sampleGroups(context, { phase: "rollouts", model, source, problems, count, seed: `rollouts ${context.seed}`, sampling: {} });
};

/** A group as a line of `samples/rollouts-<stage>.jsonl`. */
export function rolloutSample({ problem, rollouts, rewards }: RolloutGroup, phrasebook: Phrasebook): RolloutSample {
  return {
    problem: problem.id,
    prompt: problem.prompt,
    graph: problem.graph,
    answer: problem.answer,
    operations: problem.difficulty.operations,
    structureHash: problem.structureHash,
    rollouts: rollouts.map(({ text, finishReason }, index) => ({
      text,
      reward: rewards[index] as number,
      finishReason,
      marks: phrasebook.detectBehaviors(text),
    })),
  };
}
