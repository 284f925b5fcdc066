export { difference, type Estimate, estimateOf, meanWithInterval } from "./estimate.js";
export { mergeRuns } from "./merge-runs.js";
export { type ArmRun, type Run, readRun } from "./read-run.js";
export { readinessOutcomes } from "./readiness-outcomes.js";
export { type RenderReportOptions, renderReport } from "./render-report.js";
export {
  type Accuracy,
  type ArmSummary,
  type EvaluationRecord,
  type EvaluationSplit,
  evaluationsFileSchema,
  type InfluenceFile,
  influenceFileSchema,
  type RolloutSample,
  type RunArm,
  type RunFile,
  type RunStage,
  rolloutSampleSchema,
  runEventSchema,
  runFileSchema,
  type StageSummary,
  type StagesSummary,
  type SummaryFile,
  summaryFileSchema,
} from "./run-files.js";
export { type EvaluatedArm, summarizeEvaluations } from "./summarize-evaluations.js";
export { type WatchReportOptions, watchReport } from "./watch-report.js";
export { wilsonInterval } from "./wilson-interval.js";
export { type WriteReportOptions, writeReport } from "./write-report.js";
