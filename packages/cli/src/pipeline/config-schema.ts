import type { AdvantageOptions, PolicyLossOptions } from "@bridge-rl/grpo";
import type { LoraOptions } from "@bridge-rl/models";
import { z } from "zod";
import type {
  CurriculumStageConfig,
  EvaluationConfig,
  GrpoConfig,
  InfluenceConfig,
  PipelineConfig,
  RewardChoice,
  RolloutsConfig,
  SamplingConfig,
  SftConfig,
  TaskConfig,
  TrackersConfig,
} from "./pipeline-config.js";

// Every object says by `satisfies` that it has the fields of its type, no more and no fewer; defaults are written here alone.
type FieldsOf<Config> = Record<keyof Config, z.ZodType>;

const count = z.int().nonnegative();
const positive = z.int().positive();
const share = z.number().min(0).max(1);
const plainObject = z.record(z.string(), z.unknown());

/** A value that only the code which uses it can judge further: a plugin, a task, a stage. */
const callable = z.custom((value) => typeof value === "function", "expected a function");

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

const sft = z.strictObject({
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

const rewardChoice = z.strictObject({
  name: z.enum(["format", "length", "steps"]),
  weight: z.number().optional(),
  options: plainObject.optional(),
} satisfies FieldsOf<RewardChoice>);

const curriculumStage = z.strictObject({
  options: plainObject.optional().describe("laid over the options of the task's training problems"),
  steps: positive.optional().describe("training steps after which the next stage begins"),
  accuracy: share.optional().describe("mean accuracy of the rollouts at which the next stage begins"),
  window: positive.optional().describe("steps that accuracy is the mean over; default 5"),
} satisfies FieldsOf<CurriculumStageConfig>);

const grpo = z.strictObject({
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
  rewards: z.array(rewardChoice).optional().describe("further rewards, added to the first one by their weights"),
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
  evaluateEvery: count.default(20).describe("steps between two evaluations on a few held-out problems; 0 is never"),
  select: z
    .strictObject({
      metric: z.string(),
      best: z.enum(["maximum", "minimum"]).optional(),
      minimumImprovement: z.number().nonnegative().optional(),
      patience: positive.optional(),
    })
    .optional()
    .describe("keeps the best policy by a metric of the evaluations, and ends early after patience of them without improvement"),
  preflight: count
    .default(4)
    .describe("problems that the reward is tried on before training: gold must get the maximum, a wrong answer must not; 0 is none"),
} satisfies FieldsOf<GrpoConfig>);

const behavior = z.union(
  [
    z.string(),
    z.tuple([z.string(), plainObject]),
    z.custom((value) => typeof value === "object" && value !== null && "inject" in value && "specVersion" in value, "a behaviour"),
  ],
  "expected a behaviour's name, [name, options], or a behaviour made with defineBehavior",
);

const arm = z.union(
  [
    z.enum(["vanilla", "bridge", "pp-aug", "rc-aug"]),
    z.strictObject({
      name: z.string().optional(),
      behaviors: z.array(behavior).optional(),
      premiseOrders: positive.optional(),
      solutionOrders: positive.optional(),
      demonstrate: callable.optional(),
    }),
  ],
  "expected vanilla, bridge, pp-aug, rc-aug, or { behaviors, premiseOrders, solutionOrders, demonstrate }",
);

const ownTask = z.custom(
  (value) =>
    typeof value === "object" &&
    value !== null &&
    "problems" in value &&
    typeof value.problems === "function" &&
    "options" in value &&
    "name" in value,
  "expected a task with name, options and problems",
);

const taskConfig = z.strictObject({
  source: z.union([z.string(), callable]).optional().describe("igsm, or a module that exports source; default igsm"),
  options: plainObject.optional().describe("the source's options; a run adds seed and split"),
  training: plainObject.optional().describe("laid over options for training problems alone"),
  outOfDistribution: plainObject.optional().describe("laid over options for the harder evaluation; absent: there is none"),
} satisfies FieldsOf<TaskConfig>);

const stage = z.union([callable, z.literal(false)], "expected a function, or false to leave the stage out");

/** The shape of a pipeline's config, with every default. Unknown fields are refused at every level, except in what plugins define. */
export const configSchema: z.ZodType = z.strictObject({
  name: z.string().regex(/^[\w.-]+$/, "expected letters, digits, dots, dashes or underscores, as it names a folder"),
  directory: z.string().min(1).optional().describe("where the run's files go; default runs/<name>"),
  seeds: z.array(z.int()).min(1).default([1]).describe("one training of each arm for each"),
  task: z.union([ownTask, taskConfig]),
  reward: z
    .custom(
      (value) => typeof value === "object" && value !== null && "score" in value && "specVersion" in value,
      "expected a reward made with defineReward",
    )
    .optional(),
  baseModel: z.union([z.string().min(1), callable], "expected a folder, a package, or a function that opens a model"),
  arms: z
    .record(z.string().regex(/^[\w.-]+$/), arm)
    .refine((arms) => Object.keys(arms).length > 0, "expected at least one arm")
    .meta({ minProperties: 1 }),
  sft: sft.prefault({}).describe("how demonstrations are learned"),
  grpo: grpo.prefault({}).describe("how the policy is trained by reinforcement"),
  sampling: z
    .strictObject({
      maxTokens: positive.default(256).describe("longest completion"),
      temperature: z.number().positive().default(1),
      topK: count.optional(),
      topP: z.number().positive().max(1).optional(),
      precision: z
        .enum(["float32", "int8"])
        .optional()
        .describe(
          "what GRPO's completions are drawn in; int8 is faster and near to the policy, which training makes up for; default float32",
        ),
    } satisfies FieldsOf<SamplingConfig>)
    .prefault({})
    .describe("how completions are sampled, in GRPO and for the histograms"),
  evaluation: z
    .strictObject({
      problems: positive.default(200).describe("problems as hard as the training ones, and harder ones"),
      seed: z.int().default(0).describe("decides the problems; the same for all arms and seeds"),
      temperature: z.number().nonnegative().default(0).describe("0 takes the likeliest tokens"),
      watch: positive.default(64).describe("problems of the evaluations during GRPO"),
      base: z.boolean().default(false).describe("also evaluates the base model, with each arm"),
      samples: count.default(0).describe("completions drawn of each problem besides, for accuracy and pass@k"),
      sampleTemperature: z.number().positive().default(1).describe("what they are drawn at"),
    } satisfies FieldsOf<EvaluationConfig>)
    .prefault({}),
  rollouts: z
    .strictObject({
      problems: positive.default(64).describe("problems, of those that GRPO trains on"),
      count: positive.default(16).describe("rollouts of each"),
    } satisfies FieldsOf<RolloutsConfig>)
    .prefault({}),
  influence: z
    .strictObject({
      after: z
        .array(z.enum(["sft", "grpo"]))
        .default(["sft"])
        .describe("after which stages"),
      targets: positive.default(32).describe("problems, none of them trained on, whose accuracy influence is told on"),
      count: positive.default(8).describe("rollouts of each target"),
      during: count.default(0).describe("steps of GRPO between two measurements on the step's own rollouts; 0 is never"),
    } satisfies FieldsOf<InfluenceConfig>)
    .prefault({}),
  tracker: callable.optional(),
  trackers: z
    .strictObject({
      console: z.boolean().optional(),
      tensorboard: z.boolean().optional().describe("event files in each arm's folder"),
      mlflow: z.strictObject({ url: z.url(), experiment: z.string().optional() }).optional(),
    } satisfies FieldsOf<TrackersConfig>)
    .optional()
    .describe("further receivers of what each arm measures, besides its events.jsonl; the console and TensorBoard also get times"),
  stages: z
    .strictObject({
      demonstrate: stage.optional(),
      sft: stage.optional(),
      evaluate: stage.optional(),
      rollout: stage.optional(),
      influence: stage.optional(),
      grpo: stage.optional(),
    })
    .optional(),
  threads: positive.default(1).describe("threads of each arm's model, or of each of its workers; arms run side by side"),
  workers: positive.default(1).describe("worker threads that share the work of each arm's model"),
  provider: z.enum(["cpu", "webgpu", "cuda", "dml", "coreml"]).default("cpu").describe("where models run"),
  lora: z
    .strictObject({
      rank: positive.optional(),
      alpha: z.number().positive().optional(),
      dropout: z.number().nonnegative().lt(1).optional(),
      targets: z.array(z.enum(["q_proj", "k_proj", "v_proj", "o_proj", "gate_proj", "up_proj", "down_proj"])).optional(),
    } satisfies FieldsOf<LoraOptions>)
    .optional()
    .describe("trains adapters instead of all weights"),
} satisfies FieldsOf<PipelineConfig>);
