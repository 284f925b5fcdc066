export { type AdvantageOptions, type Advantages, groupAdvantages } from "./advantages.js";
export type { Curriculum, CurriculumProgress, CurriculumStage } from "./curriculum.js";
export { evaluatePolicyLoss, type PolicyLossResult } from "./evaluate-policy-loss.js";
export type { ReferenceChoice } from "./internal/reference-keeper.js";
export { policyLoss } from "./policy-loss.js";
export type { PolicyLossBatch, TokenRows } from "./policy-loss-batch.js";
export type { LossType, PolicyLossOptions, VespoShape } from "./policy-loss-options.js";
export { bridgePaper, dapo, drGrpo, type GrpoPreset, gspo, trl, verl } from "./presets.js";
export { rolloutMetrics } from "./rollout-metrics.js";
export {
  type SamplerCorrectionOptions,
  type SamplerCorrections,
  samplerCorrections,
  truncatedImportanceSampling,
} from "./sampler-corrections.js";
export { type GrpoProgress, trainGrpo } from "./train-grpo.js";
export type { TrainGrpoOptions, WeightedReward } from "./train-grpo-options.js";
