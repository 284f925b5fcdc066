import { bridgePaper, dapo, drGrpo, gspo, trainGrpo, trl, verl } from "@bridge-rl/grpo";
import { createInfluenceMonitor } from "@bridge-rl/influence";
import { BridgeError, type ProblemSource } from "@bridge-rl/spec";
import { checkReward, createCheckpointStore, defined } from "@bridge-rl/training";
import type { StageContext, Stages } from "../pipeline/stages.js";
import { resolveWeightedReward } from "../resolve/resolve-reward.js";
import { demonstrateStage } from "./demonstrate-stage.js";
import { evaluationControls, takeBest } from "./evaluation-controls.js";

const presets = { trl, verl, drGrpo, dapo, gspo, bridgePaper };

/** Tries the reward on gold solutions, then trains by GRPO, with checkpoints and an evaluation now and then. */
export const grpoStage: Stages["grpo"] = async (context, { model, source, curriculum, evaluate }) => {
  const { preset = "trl", checkpointEvery = 20, keepCheckpoints = 1, steps = 100, preflight = 4, ...trained } = context.config.grpo ?? {};
  const { loss, advantages, rewards = [], evaluateEvery = 20, select, curriculum: _stages, ...options } = trained;
  const { maxTokens, temperature, precision, stop } = context.config.sampling ?? {};
  const { during = 0 } = context.config.influence ?? {};
  const objective = presets[preset];
  if (preflight > 0) await tryReward(context, source, preflight);
  const others = await Promise.all(rewards.map((choice) => resolveWeightedReward(choice, context.base)));
  const store = createCheckpointStore(context.checkpoints, { keep: keepCheckpoints });
  try {
    await trainGrpo({
      learningRate: 1e-4,
      ...options,
      steps,
      loss: { ...objective.loss, ...loss },
      advantages: { ...objective.advantages, ...advantages },
      sampling: defined({ maxTokens, temperature, precision, stop }),
      policy: model.policy,
      tokenizer: model.tokenizer,
      problems: curriculum ?? source,
      reward: [{ reward: context.reward }, ...others],
      seed: context.seed,
      tracker: context.tracker,
      timings: context.timings,
      progress: context.progress,
      signal: context.signal,
      checkpoints: { store, every: checkpointEvery },
      ...(during > 0 && {
        onRollouts: createInfluenceMonitor({
          policy: model.policy,
          tracker: context.tracker,
          seed: `influence ${context.seed}`,
          every: during,
          correctReward: context.reward.maximum,
          ...(temperature !== undefined && { temperature }),
          signal: context.signal,
        }),
      }),
      ...evaluationControls(context, { every: evaluateEvery, evaluate, select }),
    });
    await takeBest(model.policy, store, select);
  } finally {
    store.close();
  }
};

/** A reward that never gives its maximum, or always does, would only show after hours. */
async function tryReward(context: StageContext, source: ProblemSource, count: number): Promise<void> {
  const { demonstrate = demonstrateStage } = context.config.stages ?? {};
  if (demonstrate === false) return;
  const problems = [...source.problems({ count })];
  const gold = await demonstrate({ ...context, progress: { update() {} } }, { problems, source });
  // A stage of one's own may leave problems out.
  if (gold.length === 0) return;
  try {
    await checkReward(context.reward, source.phrasebook, problems, gold);
  } catch (error) {
    if (!BridgeError.isInstance(error) || error.code !== "reward-failed") throw error;
    throw new BridgeError(error.code, `before training, ${error.message}. To train on it all the same, set grpo.preflight to 0`, {
      cause: error,
    });
  }
}
