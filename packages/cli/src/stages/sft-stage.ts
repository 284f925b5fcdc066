import { trainSft } from "@bridge-rl/sft";
import { createCheckpointStore } from "@bridge-rl/training";
import type { Stages } from "../pipeline/stages.js";

/** Fine-tunes on the arm's demonstrations, with checkpoints. */
export const sftStage: Stages["sft"] = async (context, { model, demonstrations }) => {
  const { problems: _problems, match: _match, checkpointEvery = 50, ...options } = context.config.sft ?? {};
  const { policy, tokenizer } = model;
  const store = createCheckpointStore(context.checkpoints, { keep: 1 });
  try {
    await trainSft({
      learningRate: 1e-3,
      ...(options.steps === undefined && { epochs: 1 }),
      ...options,
      policy,
      tokenizer,
      demonstrations,
      seed: context.seed,
      tracker: context.tracker,
      timings: context.timings,
      progress: context.progress,
      signal: context.signal,
      checkpoints: { store, every: checkpointEvery },
    });
  } finally {
    store.close();
  }
};
