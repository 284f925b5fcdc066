export { wilsonInterval } from "@bridge-rl/spec";
export { checkReward } from "./check-reward.js";
export {
  type Checkpoint,
  type CheckpointStore,
  type CheckpointStoreOptions,
  createCheckpointStore,
  latestCheckpoint,
} from "./checkpoint-store.js";
export { type CollectRolloutsOptions, collectRollouts, type RewardFailure, type RolloutGroup } from "./collect-rollouts.js";
export { type ConsoleTrackerOptions, createConsoleTracker } from "./console-tracker.js";
export { type CreateEvaluationOptions, createEvaluation } from "./create-evaluation.js";
export { defined } from "./defined.js";
export { type DirectoryLock, lockDirectory } from "./directory-lock.js";
export { type EncodedExample, encodeExample, encodePrompt, spanOfTokens } from "./encode-example.js";
export {
  type Accuracy,
  constantAnswer,
  type EvaluatePolicyOptions,
  type Evaluation,
  evaluatePolicy,
  evaluationOf,
} from "./evaluate-policy.js";
export { createFanOutTracker } from "./fan-out-tracker.js";
export { createJsonlTracker, type JsonlTracker, serialiseEvent } from "./jsonl-tracker.js";
export { type LearningRateSchedule, learningRateAt } from "./learning-rate.js";
export { createMemoryTracker, type MemoryTracker } from "./memory-tracker.js";
export { createMlflowTracker, type MlflowTracker, type MlflowTrackerOptions } from "./mlflow-tracker.js";
export { type OptimizerOptions, type ResolvedOptimizer, resolveOptimizer } from "./optimizer-options.js";
export { passAtK } from "./pass-at-k.js";
export { exactAnswerReward, formatReward, type LengthPenaltyOptions, lengthPenalty } from "./rewards.js";
export { type RewardPolicy, type ScoreRolloutOptions, scoreRollout } from "./score-rollout.js";
export type { Selection, SelectionOptions } from "./select-best.js";
export { createTensorboardTracker, type TensorboardTracker, type TensorboardTrackerOptions } from "./tensorboard-tracker.js";
export { trackTimings } from "./track-timings.js";
export {
  type CallbackContext,
  runTrainingLoop,
  type StepTiming,
  type TrainingCallbacks,
  type TrainingControls,
  type TrainingEvaluation,
  type TrainingLoopOptions,
  type TrainingTimings,
  trainingControls,
} from "./training-loop.js";
export {
  type CheckpointOptions,
  openTrainingSession,
  type SavedPlace,
  type TrainingProgress,
  type TrainingSession,
  type TrainingSessionOptions,
} from "./training-session.js";
