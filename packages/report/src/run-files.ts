import { type BehaviorMark, behaviorMarkKinds, type ReasoningGraph, type RunEvent, type Value } from "@bridge-rl/spec";
import { z } from "zod";
import { reasoningGraphSchema } from "./internal/reasoning-graph-schema.js";

/** When an arm is looked at: the shared base model, after SFT, after GRPO. */
export type RunStage = "base" | "sft" | "grpo";

/** Which problems an evaluation asks: as hard as the training problems, or harder. */
export type EvaluationSplit = "in-distribution" | "out-of-distribution";

/** One training of one arm. */
export interface RunArm {
  /** For example `vanilla` or `bridge`; the same for all its seeds. */
  readonly name: string;
  readonly seed: number;
  /** Where its files are, relative to the run directory: `arms/bridge-seed1`, or `.` for a run of one arm. */
  readonly directory: string;
}

/** `run.json`: what was run. */
export interface RunFile {
  readonly formatVersion: 1;
  readonly name: string;
  readonly task: { readonly name: string; readonly options: Readonly<Record<string, unknown>> };
  /** Of Node and of each package that took part. */
  readonly versions: Readonly<Record<string, string>>;
  /** The resolved config, plain JSON: enough to run it again. */
  readonly config: Readonly<Record<string, unknown>>;
  /** Every arm with every seed; the first arm's name is the one that others are compared with. */
  readonly arms: readonly RunArm[];
  readonly seeds: readonly number[];
  /** The command that repeats the run, for example `bridge run examples/quickstart/bridge.config.ts`. */
  readonly command?: string;
}

/** One entry of an arm's `evaluations.json`. */
export interface EvaluationRecord {
  readonly stage: RunStage;
  readonly split: EvaluationSplit;
  readonly correct: number;
  readonly count: number;
  readonly byOperations: readonly { readonly operations: number; readonly correct: number; readonly count: number }[];
  /** How often one constant answer is right on the same problems. */
  readonly constantBaseline: { readonly answer: Value; readonly correct: number; readonly count: number };
  /** Completions that reached the token limit. */
  readonly truncated: number;
  /** Tokens of a completion. */
  readonly meanLength: number;
}

/** One line of an arm's `samples/rollouts-<stage>.jsonl`: a problem with all its rollouts. */
export interface RolloutSample {
  /** The problem's id. */
  readonly problem: string;
  readonly prompt: string;
  readonly graph: ReasoningGraph;
  readonly answer: Value;
  readonly operations: number;
  /** The problem's; absent in runs of earlier versions. */
  readonly structureHash?: string;
  readonly rollouts: readonly {
    readonly text: string;
    readonly reward: number;
    readonly finishReason: "stop" | "length";
    /** As the phrasebook's `detectBehaviors` gives them: ranges of `text` in UTF-16 units. */
    readonly marks: readonly BehaviorMark[];
  }[];
}

/** An arm's `influence-<stage>.json`. Influence is the first-order change of the objective per unit of learning rate: GRPO’s surrogate, unless `options.objective` says otherwise. */
export interface InfluenceFile {
  /** As the estimator was called, plain JSON. */
  readonly options: Readonly<Record<string, unknown>>;
  /** How many queries have which rollout accuracy α; `coefficient` is √(α(1−α)). */
  readonly histogram: readonly { readonly accuracy: number; readonly count: number; readonly coefficient: number }[];
  readonly queries: readonly {
    readonly problem: string;
    readonly accuracy: number;
    readonly influence: number;
    /** 95 %; null where the group is too small to give one. */
    readonly interval: readonly [number, number] | null;
    /** Mean projection of right and of wrong rollouts on the target's gradient; null where there are none. */
    readonly positiveBranch: number | null;
    readonly negativeBranch: number | null;
  }[];
  readonly byAccuracy: readonly {
    readonly accuracy: number;
    readonly mean: number;
    readonly interval: readonly [number, number] | null;
    readonly count: number;
  }[];
  /** Over all queries, those with 0 influence included. */
  readonly meanAll: number | null;
  /** Over queries with 0 < α < 1. */
  readonly meanMixed: number | null;
  /** How far the estimator's own check was off, relative. */
  readonly numericalError: number | null;
  /** Sums over queries of what the tokens of each behaviour carry, through right and through wrong rollouts. */
  readonly behaviors?: readonly {
    readonly behavior: string;
    readonly tokens: number;
    readonly influence: number;
    readonly throughCorrect: number;
    readonly throughWrong: number;
  }[];
  /** Some training queries (columns) against some targets (rows): influence and its branches K⁺ and K⁻, `[rows][columns]`. */
  readonly coInfluence?: {
    readonly rows: readonly string[];
    readonly columns: readonly { readonly problem: string; readonly accuracy: number }[];
    readonly influence: readonly (readonly number[])[];
    readonly positive: readonly (readonly (number | null)[])[];
    readonly negative: readonly (readonly (number | null)[])[];
  };
  /** What the tokens of a few rollouts carry: parts of their query's influence. */
  readonly tokens?: readonly {
    readonly problem: string;
    readonly reward: number;
    /** The texts of the tokens; together they are the completion. */
    readonly tokens: readonly string[];
    readonly influence: readonly number[];
  }[];
  /** What plain gradient steps on all queries really do, next to what influence predicts. */
  readonly measured?: readonly { readonly learningRate: number; readonly predicted: number; readonly measured: number }[];
  /** Readiness for GRPO: mean influence on accuracy, and its rivals. */
  readonly readiness?: {
    readonly influence: number;
    readonly interval: readonly [number, number] | null;
    readonly accuracy: number;
    readonly passAtN: number;
    readonly coefficient: number;
    readonly gradientNorm: number;
    readonly rollouts: number;
  };
}

/** A share of right answers with its 95 % Wilson interval. */
export interface Accuracy {
  readonly accuracy: number;
  readonly low: number;
  readonly high: number;
  readonly n: number;
}

/** What one stage reached; a split that was not evaluated is absent. */
export interface StageSummary {
  readonly inDistribution?: Accuracy;
  readonly outOfDistribution?: Accuracy;
}

/** The stages of one arm; a stage that was not evaluated is absent. */
export interface StagesSummary {
  readonly base?: StageSummary;
  readonly sft?: StageSummary;
  readonly grpo?: StageSummary;
}

/** The stages of an arm, pooled over its seeds and for each. */
export interface ArmSummary extends StagesSummary {
  readonly seeds: readonly (StagesSummary & { readonly seed: number })[];
}

/** `summary.json`: the headline, with wall-clock times (the only file of a run that has any). */
export interface SummaryFile {
  readonly seconds: number;
  readonly phases: Readonly<Record<string, number>>;
  readonly arms: Readonly<Record<string, ArmSummary>>;
  /** Of always giving the same answer; a split that was not evaluated is absent. */
  readonly constantBaseline: {
    readonly inDistribution?: Accuracy & { readonly answer: Value };
    readonly outOfDistribution?: Accuracy & { readonly answer: Value };
  };
}

const count = z.int().nonnegative();
const share = z.number().min(0).max(1);
const valueSchema = z.union([z.number(), z.boolean(), z.string()]);
const json = z.record(z.string(), z.unknown());
const interval = z.tuple([z.number(), z.number()]).nullable();
const counted = z.object({ correct: count, count }).refine((entry) => entry.correct <= entry.count, "correct is larger than count");

export const runFileSchema: z.ZodType<RunFile> = z.object({
  formatVersion: z.literal(1),
  name: z.string().min(1),
  task: z.object({ name: z.string(), options: json }),
  versions: z.record(z.string(), z.string()),
  config: json,
  arms: z.array(z.object({ name: z.string().min(1), seed: z.int(), directory: z.string().min(1) })).min(1),
  seeds: z.array(z.int()),
  command: z.string().exactOptional(),
});

/** One line of an arm's `events.jsonl`. */
export const runEventSchema: z.ZodType<RunEvent> = z.object({
  phase: z.string().min(1),
  step: count,
  metrics: z.record(z.string(), z.number().nullable()),
});

export const evaluationsFileSchema: z.ZodType<readonly EvaluationRecord[]> = z.array(
  z.intersection(
    counted,
    z.object({
      stage: z.enum(["base", "sft", "grpo"]),
      split: z.enum(["in-distribution", "out-of-distribution"]),
      byOperations: z.array(z.intersection(counted, z.object({ operations: count }))),
      constantBaseline: z.intersection(counted, z.object({ answer: valueSchema })),
      truncated: count,
      meanLength: z.number().nonnegative(),
    }),
  ),
);

export const rolloutSampleSchema: z.ZodType<RolloutSample> = z.object({
  problem: z.string().min(1),
  prompt: z.string(),
  graph: reasoningGraphSchema,
  answer: valueSchema,
  operations: count,
  structureHash: z.string().exactOptional(),
  rollouts: z.array(
    z.object({
      text: z.string(),
      reward: z.number(),
      finishReason: z.enum(["stop", "length"]),
      marks: z.array(z.object({ start: count, end: count, kind: z.enum(behaviorMarkKinds) })),
    }),
  ),
});

export const influenceFileSchema: z.ZodType<InfluenceFile> = z.object({
  options: json,
  histogram: z.array(z.object({ accuracy: share, count, coefficient: z.number().nonnegative() })),
  queries: z.array(
    z.object({
      problem: z.string(),
      accuracy: share,
      influence: z.number(),
      interval,
      positiveBranch: z.number().nullable(),
      negativeBranch: z.number().nullable(),
    }),
  ),
  byAccuracy: z.array(z.object({ accuracy: share, mean: z.number(), interval, count })),
  meanAll: z.number().nullable(),
  meanMixed: z.number().nullable(),
  numericalError: z.number().nullable(),
  behaviors: z
    .array(z.object({ behavior: z.string(), tokens: count, influence: z.number(), throughCorrect: z.number(), throughWrong: z.number() }))
    .exactOptional(),
  coInfluence: z
    .object({
      rows: z.array(z.string()),
      columns: z.array(z.object({ problem: z.string(), accuracy: share })),
      influence: z.array(z.array(z.number())),
      positive: z.array(z.array(z.number().nullable())),
      negative: z.array(z.array(z.number().nullable())),
    })
    .exactOptional(),
  tokens: z
    .array(z.object({ problem: z.string(), reward: z.number(), tokens: z.array(z.string()), influence: z.array(z.number()) }))
    .exactOptional(),
  measured: z.array(z.object({ learningRate: z.number(), predicted: z.number(), measured: z.number() })).exactOptional(),
  readiness: z
    .object({
      influence: z.number(),
      interval,
      accuracy: share,
      passAtN: share,
      coefficient: z.number(),
      gradientNorm: z.number(),
      rollouts: count,
    })
    .exactOptional(),
});

const accuracy = { accuracy: share, low: share, high: share, n: count };
const stageSummary = z.object({
  inDistribution: z.object(accuracy).exactOptional(),
  outOfDistribution: z.object(accuracy).exactOptional(),
});
const stagesSummary = { base: stageSummary.exactOptional(), sft: stageSummary.exactOptional(), grpo: stageSummary.exactOptional() };
const constantAccuracy = z.object({ ...accuracy, answer: valueSchema }).exactOptional();

export const summaryFileSchema: z.ZodType<SummaryFile> = z.object({
  seconds: z.number().nonnegative(),
  phases: z.record(z.string(), z.number().nonnegative()),
  arms: z.record(z.string(), z.object({ ...stagesSummary, seeds: z.array(z.object({ ...stagesSummary, seed: z.int() })) })),
  constantBaseline: z.object({ inDistribution: constantAccuracy, outOfDistribution: constantAccuracy }),
});
