import type { Curriculum } from "@bridge-rl/grpo";
import type { EvaluationRecord, InfluenceFile } from "@bridge-rl/report";
import type { Demonstration, Problem, ProblemSource, Progress, Reward, Tracker } from "@bridge-rl/spec";
import type { Evaluation, RolloutGroup, TrainingTimings } from "@bridge-rl/training";
import type { OpenModel, PipelineConfig } from "./pipeline-config.js";

/** What every stage of an arm may use. */
export interface StageContext {
  readonly config: PipelineConfig;
  readonly arm: string;
  readonly seed: number;
  /** Where relative names of the config start. */
  readonly base: string;
  /** The arm's own folder. */
  readonly directory: string;
  /** Where a stage that trains keeps its checkpoints. */
  readonly checkpoints: string;
  readonly reward: Reward;
  readonly tracker: Tracker;
  /** Receives how long things took, where some tracker besides `events.jsonl` wants to know. */
  readonly timings: TrainingTimings | undefined;
  readonly progress: Progress;
  readonly signal: AbortSignal;
}

/** What an evaluation finds; the runner adds which stage and which problems it was. */
export interface EvaluationFindings extends Omit<EvaluationRecord, "stage" | "split"> {
  /** What several sampled completions of each problem find, where the config asks for them. */
  readonly sampled?: SampledFindings;
}

/** What several completions of each problem, drawn at a temperature, say of a model. */
export interface SampledFindings extends Pick<Evaluation, "accuracy" | "interval" | "passAt" | "byOperations"> {
  /** Completions of each problem. */
  readonly samples: number;
  readonly temperature: number;
}

/** The stages of an arm, in their order. Each can be replaced by a function of the same type. */
export interface Stages {
  /** Problems in, demonstrations out. */
  demonstrate(
    context: StageContext,
    input: {
      readonly problems: readonly Problem[];
      readonly source: ProblemSource;
      /** The model that is going to learn, to be sampled from. Absent where gold solutions are asked for, to try the reward on. */
      readonly model?: OpenModel;
    },
  ): Promise<readonly Demonstration[]>;
  /** Trains the policy on demonstrations, in place. */
  sft(
    context: StageContext,
    input: {
      readonly model: OpenModel;
      readonly demonstrations: readonly Demonstration[];
      /** As in `grpo`. */
      readonly evaluate: () => Promise<Readonly<Record<string, number | null>>>;
    },
  ): Promise<void>;
  /** Asks the policy problems. */
  evaluate(
    context: StageContext,
    input: { readonly model: OpenModel; readonly problems: readonly Problem[]; readonly source: ProblemSource },
  ): Promise<EvaluationFindings>;
  /** Samples several completions of each problem and scores them. */
  rollout(
    context: StageContext,
    input: { readonly model: OpenModel; readonly problems: readonly Problem[]; readonly source: ProblemSource },
  ): Promise<readonly RolloutGroup[]>;
  /** Tells what training on each problem would do to others. */
  influence(
    context: StageContext,
    input: {
      readonly model: OpenModel;
      readonly groups: readonly RolloutGroup[];
      readonly targets: readonly Problem[];
      readonly source: ProblemSource;
    },
  ): Promise<InfluenceFile>;
  /** Trains the policy by reinforcement, in place. */
  grpo(
    context: StageContext,
    input: {
      readonly model: OpenModel;
      readonly source: ProblemSource;
      /** What the policy learns from stage by stage, where the config has a curriculum; instead of `source`. */
      readonly curriculum?: Curriculum;
      /** Accuracy on a few held-out problems, as metrics; to be asked now and then. */
      readonly evaluate: () => Promise<Readonly<Record<string, number | null>>>;
    },
  ): Promise<void>;
}
