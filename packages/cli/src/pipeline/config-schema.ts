import { z } from "zod";

const count = z.int().nonnegative();
const positive = z.int().positive();
const plainObject = z.record(z.string(), z.unknown());

/** A value that only the code which uses it can judge further: a plugin, a task, a stage. */
const callable = z.custom((value) => typeof value === "function", "expected a function");

const schedule = z.strictObject({
  kind: z.enum(["constant", "linear", "cosine"]),
  peak: z.number().nonnegative(),
  warmupSteps: count.optional(),
  minimumShare: z.number().min(0).max(1).optional(),
});

const optimizer = {
  learningRate: z.union([z.number().nonnegative(), schedule]).optional(),
  beta1: z.number().min(0).max(1).optional(),
  beta2: z.number().min(0).max(1).optional(),
  epsilon: z.number().positive().optional(),
  weightDecay: z.number().nonnegative().optional(),
  maxGradientNorm: z.number().nonnegative().optional(),
  logEvery: positive.optional(),
  checkpointEvery: positive.optional(),
};

const sft = z.strictObject({
  ...optimizer,
  problems: positive.optional(),
  batchSize: positive.optional(),
  epochs: z.number().positive().optional(),
  steps: positive.optional(),
  lossOn: z.enum(["completion", "all"]).optional(),
  behaviorWeights: z.record(z.string(), z.number().nonnegative()).optional(),
  maxLength: positive.optional(),
});

const grpo = z.strictObject({
  ...optimizer,
  steps: positive.optional(),
  preset: z.enum(["trl", "verl", "drGrpo", "dapo", "gspo", "bridgePaper"]).optional(),
  promptsPerStep: positive.optional(),
  groupSize: positive.optional(),
  loss: plainObject.optional(),
  advantages: plainObject.optional(),
  iterations: positive.optional(),
  miniBatches: positive.optional(),
  maskTruncated: z.boolean().optional(),
  maxBatches: positive.optional(),
  inspectEvery: count.optional(),
  evaluateEvery: count.optional(),
});

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

const ownTask = z.looseObject({ name: z.string().min(1), options: plainObject, problems: callable });

const taskConfig = z.strictObject({
  source: z.union([z.string(), callable]).optional(),
  options: plainObject.optional(),
  training: plainObject.optional(),
  outOfDistribution: plainObject.optional(),
});

const stage = z.union([callable, z.literal(false)], "expected a function, or false to leave the stage out");

/** The shape of a pipeline's config. Unknown fields are refused at every level, except in what plugins define. */
export const configSchema: z.ZodType = z.strictObject({
  name: z.string().regex(/^[\w.-]+$/, "expected letters, digits, dots, dashes or underscores, as it names a folder"),
  directory: z.string().min(1).optional(),
  seeds: z.array(z.int()).min(1).optional(),
  task: z.union([ownTask, taskConfig]),
  reward: z
    .custom(
      (value) => typeof value === "object" && value !== null && "score" in value && "specVersion" in value,
      "expected a reward made with defineReward",
    )
    .optional(),
  baseModel: z.union([z.string().min(1), callable], "expected a folder, a package, or a function that opens a model"),
  arms: z.record(z.string().regex(/^[\w.-]+$/), arm).refine((arms) => Object.keys(arms).length > 0, "expected at least one arm"),
  sft: sft.optional(),
  grpo: grpo.optional(),
  sampling: z
    .strictObject({
      maxTokens: positive.optional(),
      temperature: z.number().positive().optional(),
      topK: count.optional(),
      topP: z.number().positive().max(1).optional(),
    })
    .optional(),
  evaluation: z
    .strictObject({
      problems: positive.optional(),
      seed: z.int().optional(),
      temperature: z.number().nonnegative().optional(),
      watch: positive.optional(),
      base: z.boolean().optional(),
    })
    .optional(),
  rollouts: z.strictObject({ problems: positive.optional(), count: positive.optional() }).optional(),
  influence: z
    .strictObject({ after: z.array(z.enum(["sft", "grpo"])).optional(), targets: positive.optional(), count: positive.optional() })
    .optional(),
  tracker: callable.optional(),
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
  threads: positive.optional(),
});
