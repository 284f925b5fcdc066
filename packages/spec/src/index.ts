export { type Behavior, type BehaviorContext, type BehaviorDefinition, type BehaviorFactory, defineBehavior } from "./behavior.js";
export { BridgeError, type BridgeErrorCode } from "./bridge-error.js";
export { checkInputs, type TensorDeclaration } from "./check-inputs.js";
export { defineStepVerifier } from "./define-step-verifier.js";
export { arrayTypes, type ElementType, elementTypeOf } from "./element-type.js";
export { markStatements } from "./mark-statements.js";
export { noVerifiedBehaviors } from "./no-verified-behaviors.js";
export { type NumberOption, numberOptions } from "./number-options.js";
export { parseOptions } from "./parse-options.js";
export { type BehaviorMark, type BehaviorMarkKind, behaviorMarkKinds, type Phrasebook } from "./phrasebook.js";
export type {
  ForwardBackwardOptions,
  FrozenPolicy,
  LogProbabilityOptions,
  Loss,
  LossResult,
  LossRow,
  OptimizerStepOptions,
  Policy,
  Tokenizer,
  TrainingRow,
} from "./policy.js";
export type { Difficulty, Problem, ProblemOrigin, ProblemSource, Split } from "./problem.js";
export { createRandom, mix32, type Random } from "./random.js";
export type { Expression, GraphNode, GraphState, Operator, ReasoningGraph, Value } from "./reasoning-graph.js";
export { defineReward, type Reward, type RewardDefinition, type RewardInput } from "./reward.js";
export type { Rollout, SampleRequest, Sampler, SamplingOptions } from "./rollout.js";
export type {
  CompileOnDeviceOptions,
  CompileOptions,
  DeviceMemory,
  DeviceProgram,
  DeviceTensor,
  Program,
  Runtime,
  TensorData,
  TensorValue,
  VariableAxes,
} from "./runtime.js";
export { coreStepKinds, type Demonstration, type Span, type Step, stepKinds, type Trace } from "./trace.js";
export type { Progress, RunEvent, Tracker, TrackerPosition } from "./tracker.js";
export type { Finding, FindingKind, Verification, VerifiedBehaviors, VerifiedStep, VerifiedStepKind } from "./verification.js";
export { wilsonInterval } from "./wilson-interval.js";
