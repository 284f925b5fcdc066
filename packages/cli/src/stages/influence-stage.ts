import type { Stages } from "../pipeline/stages.js";
import { measureInfluence } from "./measure-influence.js";
import { sampleGroups } from "./sample-groups.js";

/** Measures what one step on each problem would do to problems that are never trained on, from rollouts of their own. */
export const influenceStage: Stages["influence"] = async (context, { model, groups, targets, source }) => {
  const { influence: { count = 8 } = {}, sampling: { temperature = 1 } = {} } = context.config;
  const phase = "influence targets";
  const seed = `influence ${context.seed}`;
  const evaluation = await sampleGroups(context, { phase, model, source, problems: targets, count, seed, sampling: {} });
  const total = groups.length + evaluation.length;
  context.progress.update({ phase: "influence", done: 0, total });
  const options = { phrasebook: source.phrasebook, temperature, correctReward: context.reward.maximum, signal: context.signal };
  const found = await measureInfluence(model, { train: groups, evaluation }, options);
  context.progress.update({ phase: "influence", done: total, total });
  return found;
};
