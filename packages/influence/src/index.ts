export { type AccuracyBin, type AccuracyHistogram, accuracyHistogram } from "./accuracy-histogram.js";
export { type AccuracyPosterior, accuracyPosterior, type Estimate } from "./accuracy-posterior.js";
export { type AdamState, adamUpdate, frozenAdamUpdate, lessAdamUpdate } from "./adam-update.js";
export { addBehaviors, type BehaviorInfluence, behaviorInfluence } from "./behavior-influence.js";
export { type BehaviorShare, behaviorShares, type TokenMark } from "./behavior-shares.js";
export { type CoInfluenceMatrix, type CoInfluenceOptions, coInfluenceMatrix, columnInfluences } from "./co-influence-matrix.js";
export { directionalDerivative, largestShift } from "./directional-derivative.js";
export { type EvaluationDirection, type EvaluationDirectionOptions, evaluationDirection } from "./evaluation-direction.js";
export { expectedSignal, unbiasedRewardVariance, zeroSignalProbability } from "./expected-signal.js";
export { forwardOnly } from "./forward-only.js";
export { fullGradients } from "./full-gradients.js";
export { type GradientPolicy, type RolloutGradientOptions, readsGradients, rolloutGradient } from "./gradient-policy.js";
export { coInfluence, type FlatVector, gramMatrix, normalizeByLength, smallestEigenvalue } from "./gram-matrix.js";
export { type AdvantageConvention, type GroupAdvantageOptions, groupAdvantages } from "./group-advantages.js";
export {
  countSketch,
  countSketchEntry,
  hash3,
  rademacherSign,
  rademacherSketch,
  type Sketch,
  sketchDimensionsFor,
  sketchVariance,
} from "./hash-sketch.js";
export {
  type InfluenceOptions,
  type InfluenceReport,
  type InfluenceSettings,
  influence,
  type QueryReport,
} from "./influence.js";
export { type InfluenceBin, type InfluenceMean, type InfluenceSummary, influenceByAccuracy } from "./influence-by-accuracy.js";
export { type InfluenceIntervalOptions, type Interval, influenceInterval, meanInterval } from "./influence-interval.js";
export { createInfluenceMonitor, type InfluenceMonitorOptions } from "./influence-monitor.js";
export {
  biasDot,
  contractPositions,
  type EmbeddingTrace,
  embeddingDot,
  gainDot,
  ghostWeightDot,
  type LayerTrace,
  type PositionMatrix,
  tiedEmbeddingDot,
} from "./layer-contractions.js";
export { linearDatamodelingScore } from "./linear-datamodeling-score.js";
export { type MeasuredRung, type MeasuredStep, type MeasuredStepOptions, measuredStep } from "./measured-step.js";
export { type OneStepScore, type OneStepScoreOptions, oneStepScore } from "./one-step-score.js";
export { type QueryInfluence, type QueryInfluenceOptions, queryInfluence } from "./query-influence.js";
export { type QueryWeightOptions, queryWeights, rankQueries, type WeighedQuery, weightedProblems } from "./query-weights.js";
export { averageRanks, correlation, rankCorrelation } from "./rank-correlation.js";
export {
  compareReadiness,
  type Readiness,
  type ReadinessComparison,
  type ReadinessMeasure,
  type ReadinessOptions,
  type ReadinessOutcome,
  readiness,
  readinessMeasures,
} from "./readiness.js";
export type { InfluenceObjective, LengthNormalization, RolloutGroup } from "./rollout-group.js";
export type { GroupScores, NumericalError, RolloutScores, ScoreEstimator, ScoringOptions } from "./score-estimator.js";
export {
  evaluationBootstrap,
  type ScoreMatrix,
  type ScoreMatrixColumn,
  type ScoreMatrixOptions,
  scoreMatrix,
  type WhatIfOptions,
  whatIf,
} from "./score-matrix.js";
export { type ForwardOnlyScores, type ScoreRolloutsOptions, scoreRollouts, type TokenScores } from "./score-rollouts.js";
export { type GroupCoefficient, type GroupCoefficientOptions, groupCoefficient, signalCoefficient } from "./signal-coefficient.js";
export { type SketchedGradientsOptions, sketchedGradients } from "./sketched-gradients.js";
export { requireDisjoint, splitGroups } from "./split-groups.js";
export { studentQuantile } from "./student-quantile.js";
export {
  type TabularQuery,
  tabularAccuracy,
  tabularCoInfluence,
  tabularPopulationGradient,
  tabularSelfInfluence,
} from "./tabular-influence.js";
export { type CharacterMark, tokenMarks } from "./token-marks.js";
