export { configJsonSchema } from "./pipeline/config-json-schema.js";
export { definePipeline, type Pipeline } from "./pipeline/define-pipeline.js";
export { type LoadedPipeline, type LoadPipelineOptions, loadPipeline } from "./pipeline/load-pipeline.js";
export type {
  ArmConfig,
  BehaviorChoice,
  Demonstrator,
  EvaluationConfig,
  GrpoConfig,
  InfluenceConfig,
  ModelOpener,
  ModelRequest,
  OpenModel,
  PassConfig,
  PipelineConfig,
  ProblemPurpose,
  RejectionSamplingConfig,
  RewardChoice,
  RolloutsConfig,
  SamplingConfig,
  SelectConfig,
  SftConfig,
  Task,
  TaskConfig,
  TrackersConfig,
} from "./pipeline/pipeline-config.js";
export { type RunPipelineOptions, type RunResult, runPipeline } from "./pipeline/run-pipeline.js";
export type { EvaluationFindings, StageContext, Stages } from "./pipeline/stages.js";
export { openModel } from "./resolve/open-model.js";
export { defaultStages } from "./stages/default-stages.js";
