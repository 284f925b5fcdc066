export { type AnswerSummary, AnswerTally } from "./answer-tally.js";
export { type Curriculum, type CurriculumLevel, curriculum } from "./curriculum.js";
export { type DistinctOptions, type DistinctSummary, distinctProblems } from "./distinct-problems.js";
export { type DrawnProblem, type DrawOptions, drawProblems } from "./draw-problems.js";
export { type Mixture, type MixtureOptions, type MixturePart, mixture } from "./mixture.js";
export { type LeftOutReason, ProblemFilter, type ProblemFilterOptions } from "./problem-filter.js";
export { type ProblemRange, type Shard, shardRange } from "./shard-range.js";
export { type StreamOptions, streamProblems } from "./stream-problems.js";
export { type ThinOptions, thinAnswers } from "./thin-answers.js";
