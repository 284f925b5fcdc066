import type { AdvantageOptions, PolicyLossOptions } from "@bridge-rl/grpo";
import { z } from "zod";
import type { CurriculumStageConfig, GrpoConfig, SelectConfig, SftConfig } from "./pipeline-config.js";

// Every object says by `satisfies` that it has the fields of its type, no more and no fewer; defaults are written here alone.
export type FieldsOf<Config> = Record<keyof Config, z.ZodType>;

export const count: z.ZodNumber = z.int().nonnegative();
export const positive: z.ZodNumber = z.int().positive();
const share = z.number().min(0).max(1);
export const plainObject: z.ZodRecord = z.record(z.string(), z.unknown());

const schedule = z.strictObject({
  kind: z.enum(["constant", "linear", "cosine"]).describe("linear and cosine go down to minimumShare of the peak at the last step"),
  peak: z.number().nonnegative().describe("the rate after warm-up"),
  warmupSteps: count.optional().describe("steps over which the rate rises to the peak; default 0"),
  minimumShare: share.optional().describe("the last rate as a share of the peak; default 0"),
});

const optimizer = {
  beta1: share.optional().describe("of AdamW; default 0.9"),
  beta2: share.optional().describe("of AdamW; default 0.999"),
  epsilon: z.number().positive().optional().describe("of AdamW; default 1e-8"),
  weightDecay: z.number().nonnegative().optional().describe("decoupled, on matrices only; default 0"),
  maxGradientNorm: z.number().nonnegative().optional().describe("scales the gradient down to this norm; 0 is off; default 1"),
  logEvery: positive.optional().describe("steps between two events; default 1"),
};

const learningRate = z.union([z.number().nonnegative(), schedule]);

const evaluateEvery = count.describe("steps between two evaluations on a few held-out problems; 0 is never");
const keepCheckpoints = positive.optional().describe("checkpoints that stay, the newest ones; default 1");

const select = z
  .strictObject({
    metric: z.string(),
    best: z.enum(["maximum", "minimum"]).optional(),
    minimumImprovement: z.number().nonnegative().optional(),
    patience: positive.optional(),
    takeBest: z.boolean().optional(),
  } satisfies FieldsOf<SelectConfig>)
  .describe(
    "keeps the best policy by a metric of the evaluations, ends early after patience of them without improvement, and with takeBest goes on with the best one",
  );

/** How demonstrations are learned. */
export const sftSchema: z.ZodObject = z.strictObject({
  ...optimizer,
  learningRate: learningRate.default(1e-3).describe("a constant rate, or a schedule"),
  problems: positive.default(1000).describe("problems to make demonstrations from, the same for all arms"),
  batchSize: positive.optional().describe("demonstrations of one step; default 32"),
  epochs: z.number().positive().optional().describe("how often each demonstration is seen; default 1 where steps is absent"),
  steps: positive.optional().describe("optimiser steps, instead of epochs"),
  lossOn: z.enum(["completion", "all"]).optional().describe("which tokens are learned; default completion"),
  behaviorWeights: z
    .record(z.string(), z.number().nonnegative())
    .optional()
    .describe("weight of what each behaviour wrote; plain is what none did"),
  maxLength: positive.optional().describe("refuses longer examples, in tokens"),
  checkpointEvery: positive.default(50).describe("steps between two checkpoints"),
  keepCheckpoints,
  evaluateEvery: evaluateEvery.optional(),
  select: select.optional(),
  match: z
    .strictObject({ by: z.enum(["steps", "tokens"]), reference: z.string().min(1), passes: positive.optional() })
    .optional()
    .describe("gives all arms the steps or the tokens of one"),
} satisfies FieldsOf<SftConfig>);

const vespoShape = z.strictObject({ k: z.number(), lambda: z.number() });
const klEstimator = z.enum(["k1", "k2", "k3"]);

const loss = z.strictObject({
  lossType: z.enum(["grpo", "bnpo", "dr_grpo", "dapo", "cispo", "sapo", "luspo", "vespo", "reinforce"]).optional(),
  ratioLevel: z.enum(["token", "sequence"]).optional(),
  clipLow: share.optional(),
  clipHigh: z.number().nonnegative().optional(),
  delta: z.number().positive().nullable().optional(),
  beta: z.number().nonnegative().optional().describe("weight of KL to the reference"),
  klEstimator: klEstimator.optional(),
  klBiasCorrection: z.boolean().optional(),
  klLimit: z.strictObject({ difference: z.number().positive(), value: z.number().positive() }).nullable().optional(),
  offPolicyThreshold: z.number().nullable().optional(),
  topEntropyQuantile: z.number().positive().max(1).optional(),
  entropyCoefficient: z.number().optional().describe("weight of the entropy bonus"),
  sapoTemperature: z.strictObject({ positive: z.number().positive(), negative: z.number().positive() }).optional(),
  vespo: z.strictObject({ positive: vespoShape, negative: vespoShape }).optional(),
  maxCompletionLength: positive.optional(),
} satisfies FieldsOf<PolicyLossOptions>);

const advantages = z.strictObject({
  baseline: z.enum(["mean", "leave-one-out"]).optional(),
  scale: z.enum(["group", "batch", "none"]).optional(),
  standardDeviation: z.enum(["bessel", "population", "none"]).optional(),
  epsilon: z.number().nonnegative().optional(),
  aggregation: z.enum(["sum-then-normalize", "normalize-then-sum"]).optional(),
} satisfies FieldsOf<Omit<AdvantageOptions, "rewardWeights">>);

/** A reward made with defineReward. */
export const reward: z.ZodType = z.custom(
  (value) => typeof value === "object" && value !== null && "score" in value && "specVersion" in value,
  "expected a reward made with defineReward",
);

const weightedReward = z.union(
  [
    z.strictObject({ name: z.string().min(1), weight: z.number().optional(), options: plainObject.optional() }),
    z.strictObject({ reward, weight: z.number().optional() }),
  ],
  "expected { name, weight, options }, or { reward, weight }",
);

const curriculumStage = z.strictObject({
  options: plainObject.optional().describe("laid over the options of the task's training problems"),
  steps: positive.optional().describe("training steps after which the next stage begins"),
  accuracy: share.optional().describe("mean accuracy of the rollouts at which the next stage begins"),
  window: positive.optional().describe("steps that accuracy is the mean over; default 5"),
} satisfies FieldsOf<CurriculumStageConfig>);

/** How the policy is trained by reinforcement. */
export const grpoSchema: z.ZodObject = z.strictObject({
  ...optimizer,
  learningRate: learningRate.default(1e-4).describe("a constant rate, or a schedule"),
  steps: positive.default(100).describe("training steps"),
  preset: z
    .enum(["trl", "verl", "drGrpo", "dapo", "gspo", "bridgePaper"])
    .default("trl")
    .describe("an objective of the field; loss and advantages are laid over it"),
  promptsPerStep: positive.optional().describe("problems of one step; default 8"),
  groupSize: z.int().min(2).optional().describe("rollouts of each problem; default 8"),
  loss: loss.optional(),
  advantages: advantages.optional(),
  rewards: z
    .array(weightedReward)
    .optional()
    .describe(
      "further rewards, added to the first one by their weights: exact-answer, format, length, steps, or a module that exports one",
    ),
  rewardPolicy: z
    .strictObject({
      onFailure: z.union([z.enum(["fail", "drop"]), z.strictObject({ score: z.number() })]).optional(),
      timeout: z.number().positive().optional(),
      concurrency: positive.optional(),
    })
    .optional()
    .describe("what becomes of rollouts whose reward fails, and how long one may take, in milliseconds"),
  iterations: positive.optional().describe("how often each step's rollouts are gone through; default 1"),
  miniBatches: positive.optional().describe("parts of a step with an optimiser step each; default 1"),
  maskTruncated: z.boolean().optional().describe("leaves completions at the token limit out of the loss; default false"),
  maxBatches: positive.optional().describe("batches sampled at most to fill a step with groups that have spread; default 1"),
  reference: z
    .union([z.enum(["frozen", "none"]), z.strictObject({ syncEvery: positive })])
    .optional()
    .describe("which policy KL is measured to; default frozen where something needs one"),
  rewardKl: z.strictObject({ coefficient: z.number().nonnegative(), estimator: klEstimator.optional() }).optional(),
  samplerCorrection: z
    .strictObject({
      level: z.enum(["token", "sequence"]).optional(),
      mode: z.enum(["truncate", "mask"]).optional(),
      maximum: z.number().positive().optional(),
      minimum: z.number().nonnegative().optional(),
    })
    .optional(),
  skipZeroAdvantage: z.boolean().optional().describe("leaves out what has no gradient; default true"),
  reuseLogProbabilities: z
    .boolean()
    .optional()
    .describe("takes the sampler's log-probabilities for the first pass of a step; default true, false with a correction of the sampler"),
  curriculum: z
    .array(curriculumStage)
    .min(1)
    .optional()
    .describe("stages with problems of their own, for example from easy to hard; default: the task's training problems throughout"),
  maxPromptTokens: positive.optional().describe("refuses longer prompts"),
  inspectEvery: count.optional().describe("steps between two looks at entropy and log-probability mismatch; 0 is never; default 10"),
  checkpointEvery: positive.default(20).describe("steps between two checkpoints"),
  keepCheckpoints,
  evaluateEvery: evaluateEvery.default(20),
  select: select.optional(),
  preflight: count
    .default(4)
    .describe("problems that the reward is tried on before training: gold must get the maximum, a wrong answer must not; 0 is none"),
} satisfies FieldsOf<GrpoConfig>);
