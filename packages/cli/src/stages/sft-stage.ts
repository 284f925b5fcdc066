import { trainSft } from "@bridge-rl/sft";
import { createCheckpointStore } from "@bridge-rl/training";
import type { Stages } from "../pipeline/stages.js";
import { evaluationControls, takeBest } from "./evaluation-controls.js";

/** Fine-tunes on the arm's demonstrations, with checkpoints, and an evaluation now and then where the config asks for it. */
export const sftStage: Stages["sft"] = async (context, { model, demonstrations, evaluate }) => {
  const { problems: _problems, match: _match, checkpointEvery = 50, keepCheckpoints = 1, ...trained } = context.config.sft ?? {};
  const { evaluateEvery = 0, select, ...options } = trained;
  const { policy, tokenizer } = model;
  const store = createCheckpointStore(context.checkpoints, { keep: keepCheckpoints });
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
      ...evaluationControls(context, { every: evaluateEvery, evaluate, select }),
    });
    await takeBest(policy, store, select);
  } finally {
    store.close();
  }
};
