import type { PipelineConfig } from "../pipeline/pipeline-config.js";
import type { Stages } from "../pipeline/stages.js";
import { demonstrateStage } from "./demonstrate-stage.js";
import { evaluateStage } from "./evaluate-stage.js";
import { grpoStage } from "./grpo-stage.js";
import { influenceStage } from "./influence-stage.js";
import { rolloutStage } from "./rollout-stage.js";
import { sftStage } from "./sft-stage.js";

/** What each stage does unless a pipeline says otherwise: to be called by stages of one's own that add to it. */
export const defaultStages: Stages = {
  demonstrate: demonstrateStage,
  sft: sftStage,
  evaluate: evaluateStage,
  rollout: rolloutStage,
  influence: influenceStage,
  grpo: grpoStage,
};

/** The stages of a pipeline; those that it leaves out are undefined. */
export function stagesOf({ stages = {} }: PipelineConfig): { readonly [Name in keyof Stages]: Stages[Name] | undefined } {
  const { demonstrate, sft, evaluate, rollout, influence, grpo } = { ...defaultStages, ...stages };
  return {
    demonstrate: demonstrate || undefined,
    sft: sft || undefined,
    evaluate: evaluate || undefined,
    rollout: rollout || undefined,
    influence: influence || undefined,
    grpo: grpo || undefined,
  };
}
