import { bridgePaper, dapo, drGrpo, gspo, trainGrpo, trl, verl } from "@bridge-rl/grpo";
import { createCheckpointStore } from "@bridge-rl/training";
import type { Stages } from "../pipeline/stages.js";

const presets = { trl, verl, drGrpo, dapo, gspo, bridgePaper };

/** Trains by GRPO, with checkpoints and an evaluation now and then. */
export const grpoStage: Stages["grpo"] = async (context, { model, source, evaluate }) => {
  const { preset = "trl", checkpointEvery = 20, evaluateEvery = 20, steps = 100, loss, advantages, ...options } = context.config.grpo ?? {};
  const { maxTokens, temperature } = context.config.sampling ?? {};
  const objective = presets[preset];
  const store = createCheckpointStore(context.checkpoints, { keep: 1 });
  try {
    await trainGrpo({
      learningRate: 1e-4,
      ...options,
      steps,
      loss: { ...objective.loss, ...loss },
      advantages: { ...objective.advantages, ...advantages },
      sampling: { ...(maxTokens !== undefined && { maxTokens }), ...(temperature !== undefined && { temperature }) },
      policy: model.policy,
      tokenizer: model.tokenizer,
      problems: source,
      reward: context.reward,
      seed: context.seed,
      tracker: context.tracker,
      progress: context.progress,
      signal: context.signal,
      checkpoints: { store, every: checkpointEvery },
      ...(evaluateEvery > 0 && { evaluation: { every: evaluateEvery, evaluate } }),
    });
  } finally {
    store.close();
  }
};
