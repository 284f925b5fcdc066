import { BridgeError } from "@bridge-rl/spec";
import { defined, type LearningRateSchedule } from "@bridge-rl/training";
import { z } from "zod";

const positive = z.int().positive();
const plainObject = z.record(z.string(), z.unknown());

/** Kinds of demonstrations and the weights they are drawn with. */
export type PretrainMixture = readonly {
  readonly weight: number;
  readonly behaviors: readonly (string | readonly [name: string, options: Readonly<Record<string, unknown>>])[];
}[];

/** The shape of a decoder that is trained from nothing. */
export interface PretrainModel {
  readonly hiddenSize: number;
  readonly layers: number;
  readonly heads: number;
  readonly keyValueHeads?: number | undefined;
  readonly headDimension?: number | undefined;
  readonly intermediateSize: number;
  readonly ropeTheta: number;
  readonly maximumLength: number;
}

/** How the tokenizer of such a decoder is trained. */
export interface PretrainTokenizer {
  readonly vocabularySize: number;
  readonly texts: number;
  readonly alphabet: "bytes" | "seen";
  readonly pattern: "separate" | "words" | "gpt2" | { readonly regularExpression: string };
  readonly specialTokens: readonly string[];
}

/** What `bridge pretrain` reads, with every default filled in. Plain JSON. */
export interface PretrainConfig {
  readonly seed: number;
  readonly baseModel?: string | undefined;
  readonly model?: PretrainModel | undefined;
  readonly tokenizer?: PretrainTokenizer | undefined;
  readonly task: string;
  readonly problems: Readonly<Record<string, unknown>>;
  readonly levels?: Readonly<Record<string, Readonly<Record<string, unknown>>>> | undefined;
  readonly curriculum: readonly {
    readonly until?: number | undefined;
    readonly operations?: Readonly<Record<string, number>> | undefined;
    readonly levels?: Readonly<Record<string, number>> | undefined;
    readonly mixture?: PretrainMixture | undefined;
  }[];
  readonly mixture: PretrainMixture;
  readonly steps: number;
  readonly batchSize: number;
  readonly learningRate: number | LearningRateSchedule;
  readonly beta1: number;
  readonly beta2: number;
  readonly weightDecay: number;
  readonly maxGradientNorm: number;
  readonly logEvery: number;
  readonly checkpointEvery: number;
  readonly evaluation: {
    readonly every: number;
    readonly operations?: readonly number[] | undefined;
    readonly levels?: readonly string[] | undefined;
    readonly problems: number;
    readonly finalProblems: number;
  };
}

const mixture = z
  .array(z.strictObject({ weight: z.number().positive(), behaviors: z.array(z.union([z.string(), z.tuple([z.string(), plainObject])])) }))
  .min(1);

const weights = z.record(z.string(), z.number().nonnegative());

const schema = z.strictObject({
  /** Decides weights, problems and demonstrations. */
  seed: z.int().default(0),
  /** A model whose weights training begins with, by package or folder, instead of `model`; its tokenizer too, where none is given. */
  baseModel: z.string().min(1).optional(),
  /** A Qwen3-style decoder; the vocabulary's size comes from the tokenizer. */
  model: z
    .strictObject({
      hiddenSize: positive,
      layers: positive,
      heads: positive,
      keyValueHeads: positive.optional(),
      headDimension: positive.optional(),
      intermediateSize: positive,
      ropeTheta: z.number().positive().default(10_000),
      maximumLength: positive.default(512),
    })
    .optional(),
  /** Trained on the first `texts` demonstrations of the curriculum's last stage. */
  tokenizer: z
    .strictObject({
      vocabularySize: positive,
      texts: positive.default(4000),
      alphabet: z.enum(["bytes", "seen"]).default("bytes"),
      pattern: z.union([z.enum(["separate", "words", "gpt2"]), z.strictObject({ regularExpression: z.string() })]).default("separate"),
      specialTokens: z.array(z.string()).default(["<think>", "</think>"]),
    })
    .optional(),
  /** Problem source: igsm, promptbench/<task>, or a module that exports `source`. */
  task: z.string().min(1).default("igsm"),
  /** What all problems have in common: options of the source other than split, seed and what levels set. */
  problems: plainObject.default({}),
  /** Levels of difficulty by name, as options of the source. Left out, stages and evaluation name operation counts of iGSM. */
  levels: z.record(z.string(), plainObject).optional(),
  /** Which operation counts or levels are drawn, with what weight, up to which step; the last stage goes on to the end. */
  curriculum: z
    .array(
      z.strictObject({
        until: positive.optional(),
        operations: weights.optional(),
        levels: weights.optional(),
        /** Of this stage, instead of the common one. */
        mixture: mixture.optional(),
      }),
    )
    .min(1),
  /** Kinds of demonstrations and the weights they are drawn with. */
  mixture,
  steps: positive,
  /** Demonstrations of one optimiser step. */
  batchSize: positive.default(32),
  learningRate: z.union([
    z.number().positive(),
    z.strictObject({
      kind: z.enum(["constant", "linear", "cosine"]),
      peak: z.number().positive(),
      warmupSteps: z.int().nonnegative().optional(),
      minimumShare: z.number().min(0).max(1).optional(),
    }),
  ]),
  beta1: z.number().min(0).max(1).default(0.9),
  beta2: z.number().min(0).max(1).default(0.98),
  weightDecay: z.number().nonnegative().default(0.01),
  maxGradientNorm: z.number().nonnegative().default(1),
  logEvery: positive.default(50),
  checkpointEvery: positive.default(500),
  /** Accuracy by operations or levels, measured on the split that is not trained on. */
  evaluation: z.strictObject({
    every: positive,
    operations: z.array(positive).min(1).optional(),
    levels: z.array(z.string()).min(1).optional(),
    /** Problems of each operation count or level during training, and at the end. */
    problems: positive.default(50),
    finalProblems: positive.default(400),
  }),
});

/**
 * Checks the contents of a pretraining config.
 *
 * @throws BridgeError `invalid-option` with the path and the reason of every fault
 */
export function parsePretrainConfig(value: unknown, file: string): PretrainConfig {
  const result = schema.safeParse(value);
  if (!result.success) throw new BridgeError("invalid-option", `${file} is no pretraining config: ${z.prettifyError(result.error)}`);
  checkStart(result.data, file);
  checkLevels(result.data, file);
  const { learningRate, ...rest } = result.data;
  return { ...rest, learningRate: typeof learningRate === "number" ? learningRate : scheduleOf(learningRate) };
}

function checkStart({ baseModel, model, tokenizer }: z.output<typeof schema>, file: string): void {
  if (baseModel === undefined ? model !== undefined && tokenizer !== undefined : model === undefined) return;
  throw new BridgeError("invalid-option", `${file} needs model and tokenizer, to begin with nothing, or baseModel without a model`);
}

function checkLevels({ levels, curriculum, evaluation }: z.output<typeof schema>, file: string): void {
  const field = levels === undefined ? "operations" : "levels";
  const isKnown = (name: string) => (levels === undefined ? /^[1-9]\d*$/.test(name) : name in levels);
  const example = levels === undefined ? 'operation counts and their weights, such as {"1": 1, "2": 2}' : "levels and their weights";
  for (const [index, stage] of curriculum.entries()) {
    const place = `${file}: curriculum stage ${index + 1}`;
    const isLast = index === curriculum.length - 1;
    if (!isLast && (stage.until === undefined || stage.until <= (curriculum[index - 1]?.until ?? 0))) {
      throw new BridgeError("invalid-option", `${place} needs an "until" behind that of the stage before; only the last may leave it out`);
    }
    const drawn = Object.entries(stage[field] ?? {});
    if (!(drawn.reduce((sum, [, weight]) => sum + weight, 0) > 0) || !drawn.every(([name]) => isKnown(name))) {
      throw new BridgeError("invalid-option", `${place}: write ${example} under "${field}"`);
    }
  }
  const asked = evaluation[field] ?? [];
  if (asked.length === 0 || !asked.every((name) => isKnown(String(name)))) {
    throw new BridgeError("invalid-option", `${file}: write what is evaluated under evaluation.${field}`);
  }
}

function scheduleOf({ kind, peak, ...rest }: Exclude<z.output<typeof schema>["learningRate"], number>): LearningRateSchedule {
  return { kind, peak, ...defined(rest) };
}
