import { rejectionSampling } from "@bridge-rl/behaviors";
import { BridgeError, type Demonstration, type Problem, type ProblemSource } from "@bridge-rl/spec";
import { defined, type RolloutGroup } from "@bridge-rl/training";
import type { OpenModel, RejectionSamplingConfig } from "../pipeline/pipeline-config.js";
import type { StageContext } from "../pipeline/stages.js";
import { sampleGroups } from "./sample-groups.js";

interface SampledFrom {
  readonly model: OpenModel;
  readonly problems: readonly Problem[];
  readonly source: ProblemSource;
}

/**
 * Has the model write the demonstrations: draws completions of each problem and keeps those that get the reward's maximum.
 *
 * @throws BridgeError `invalid-input` where not one is kept
 */
export async function sampleDemonstrations(
  context: StageContext,
  { model, problems, source }: SampledFrom,
  { count = 8, temperature, ...selection }: RejectionSamplingConfig,
): Promise<Demonstration[]> {
  const { arm, seed, reward } = context;
  const drawn = { phase: "rejection sampling", count, seed: `rejection sampling ${seed}`, sampling: defined({ temperature }) };
  const groups = await sampleGroups(context, { ...drawn, model, problems, source });
  const options = { ...selection, reward: reward.maximum, seed };
  const kept = groups.flatMap((group) => rejectionSampling(scoredRollouts(group), options));
  if (kept.length > 0) return kept;
  const right = groups.filter(({ correct }) => correct.includes(true)).length;
  throw new BridgeError(
    "invalid-input",
    `arm ${arm} keeps none of ${count} completions of each of ${problems.length} problems, ${right} of which have a right one: begin with a model ` +
      "that solves some, draw more of them, or widen rejectionSampling.right",
  );
}

function scoredRollouts({ problem, rollouts, rewards }: RolloutGroup): Parameters<typeof rejectionSampling>[0] {
  const { id, prompt, answer, difficulty, structureHash, graph } = problem;
  return {
    ...{ problem: id, prompt, answer, operations: difficulty.operations },
    ...defined({ structureHash, modulus: graph.modulus }),
    rollouts: rollouts.map(({ text, finishReason }, rollout) => ({ text, finishReason, reward: rewards[rollout] as number })),
  };
}
