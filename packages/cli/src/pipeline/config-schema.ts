import type { LoraOptions } from "@bridge-rl/models";
import { z } from "zod";
import type {
  EvaluationConfig,
  InfluenceConfig,
  PipelineConfig,
  RejectionSamplingConfig,
  RolloutsConfig,
  SamplingConfig,
  TaskConfig,
  TrackersConfig,
} from "./pipeline-config.js";
import { count, type FieldsOf, grpoSchema, plainObject, positive, reward, sftSchema } from "./training-schema.js";

/** A value that only the code which uses it can judge further: a plugin, a task, a stage. */
const callable = z.custom((value) => typeof value === "function", "expected a function");

const behavior = z.union(
  [
    z.string(),
    z.tuple([z.string(), plainObject]),
    z.custom((value) => typeof value === "object" && value !== null && "inject" in value && "specVersion" in value, "a behaviour"),
  ],
  "expected a behaviour's name, [name, options], or a behaviour made with defineBehavior",
);

const rejectionSampling = z
  .strictObject({
    count: positive.optional().describe("completions drawn of each problem; default 8"),
    temperature: z.number().positive().optional().describe("what they are drawn at; default that of sampling"),
    copies: positive.optional().describe("the most demonstrations of one problem; default 4"),
    right: z.tuple([count, count]).optional().describe("the least and the greatest number of right completions; default [1, count]"),
  } satisfies FieldsOf<RejectionSamplingConfig>)
  .describe("the base model's own right completions");

const arm = z.union(
  [
    z.enum(["vanilla", "bridge", "pp-aug", "rc-aug"]),
    z.strictObject({
      name: z.string().optional(),
      behaviors: z.array(behavior).optional(),
      premiseOrders: positive.optional(),
      solutionOrders: positive.optional(),
      rejectionSampling: rejectionSampling.optional(),
      demonstrate: callable.optional(),
    }),
  ],
  "expected vanilla, bridge, pp-aug, rc-aug, or { behaviors, premiseOrders, solutionOrders, rejectionSampling, demonstrate }",
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
    .union(
      [z.string().min(1), z.tuple([z.string(), plainObject]), reward],
      "expected a reward's name, [name, options], or a reward made with defineReward",
    )
    .optional()
    .describe("judges completions: exact-answer, format, length, steps, or a module that exports a reward; default the source's own"),
  baseModel: z.union([z.string().min(1), callable], "expected a folder, a package, or a function that opens a model"),
  arms: z
    .record(z.string().regex(/^[\w.-]+$/), arm)
    .refine((arms) => Object.keys(arms).length > 0, "expected at least one arm")
    .meta({ minProperties: 1 }),
  sft: sftSchema.prefault({}).describe("how demonstrations are learned"),
  grpo: grpoSchema.prefault({}).describe("how the policy is trained by reinforcement"),
  sampling: z
    .strictObject({
      maxTokens: positive.default(256).describe("longest completion"),
      temperature: z.number().positive().default(1),
      topK: count.optional(),
      topP: z.number().positive().max(1).optional(),
      minP: z.number().min(0).max(1).optional().describe("keeps tokens of at least this share of the likeliest one's probability"),
      stop: z.array(z.string().min(1)).optional().describe("texts that end a completion; default those of the problems' wording"),
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
  callbacks: callable.optional(),
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
  sharePrompts: z.boolean().optional().describe("runs a prompt once for all its completions in a pass: the same numbers; default true"),
  tokensPerRun: positive.optional().describe("upper bound on the padded tokens of one run, which memory grows with; default 1024"),
  activationCheckpointing: z
    .boolean()
    .optional()
    .describe("computes activations again in the backward pass instead of keeping them; default above 50 million parameters"),
  frozen: z
    .array(z.string().min(1))
    .optional()
    .describe("parameters that SFT and GRPO leave as they are, by name or by their beginning and *; default none"),
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
