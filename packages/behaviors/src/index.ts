export { type AnalysisOptions, analysis } from "./analysis.js";
export {
  type Arm,
  type ArmOptions,
  type AugmentationOptions,
  type BridgeOptions,
  bridge,
  createArm,
  ppAugmentation,
  rcAugmentation,
  vanilla,
} from "./arm.js";
export { checkTrace, type TraceFinding } from "./check-trace.js";
export { type BehaviorCount, type BehaviorCounts, countBehaviors } from "./count-behaviors.js";
export { demonstrate, solve } from "./demonstrate.js";
export { injectBehaviors } from "./inject-behaviors.js";
export { type MatchArmsOptions, type MatchedArm, type MatchedArms, matchArms } from "./match-arms.js";
export { type MixturePart, pickArm } from "./pick-arm.js";
export { type RecitationOptions, recitation } from "./recitation.js";
export { type ReflectionOptions, reflection } from "./reflection.js";
export { keepsProblem, type RejectionSamplingOptions, rejectionSampling, type ScoredRollouts } from "./rejection-sampling.js";
export { type SubgoalOptions, subgoal } from "./subgoal.js";
