import { type Phrasebook, parseOptions } from "@bridge-rl/spec";
import * as z from "zod";
import { originalModulus } from "./internal/arithmetic.js";
import { type Vocabulary, vocabularySchema } from "./vocabulary.js";

/** A number, or all integers from `minimum` to `maximum`, both included. */
export type RangeInput = number | readonly [minimum: number, maximum: number] | { readonly minimum: number; readonly maximum: number };

/** All integers from `minimum` to `maximum`, both included. */
export interface IntegerRange {
  readonly minimum: number;
  readonly maximum: number;
}

/** What `igsm` takes. Every field has a default. */
export interface IgsmOptions {
  /**
   * Whose rules problems are drawn by: BRIDGE's, or those of the original iGSM (arXiv 2407.20311), in which containers may hold nothing
   * and so have 0 of everything without any sentence that says it. @defaultValue "bridge"
   */
  readonly dialect?: "bridge" | "original";
  /** Binary steps of the shortest solution, met exactly. A range is drawn from for each problem. @defaultValue [15, 20] */
  readonly operations?: RangeInput;
  /** How a range of operations is drawn from: evenly, or as the smaller of two even draws (the reference code). @defaultValue "uniform" */
  readonly operationsDistribution?: "uniform" | "skewed";
  /** Does all arithmetic modulo this number. @defaultValue absent: ordinary integers; 23 in the original's dialect */
  readonly modulus?: number;
  /** Without a modulus, every answer's absolute value is smaller than this. @defaultValue 1000 */
  readonly answerLimit?: number;
  /** Without a modulus, the absolute value of every quantity, distractors included, is smaller than this. @defaultValue absent: exact integers */
  readonly valueLimit?: number;
  /** Numbers that premises state or add. @defaultValue [0, 9], with a modulus [0, modulus − 1] */
  readonly literals?: RangeInput;
  /** Numbers that premises multiply by. @defaultValue [1, 9], with a modulus [1, modulus − 1] */
  readonly multipliers?: RangeInput;
  /** Layers of containers and items. @defaultValue [2, 4] */
  readonly layers?: RangeInput;
  /** Items per layer. @defaultValue [2, 4] */
  readonly items?: RangeInput;
  /** Most edges of the structure graph, that is most premises. @defaultValue 20 */
  readonly maximumEdges?: number;
  /** Most operands of a premise, a literal among them. @defaultValue 4 */
  readonly maximumInDegree?: number;
  /**
   * Stated premises that the target does not need: as many as an even draw from the range says, or all that the structure graph
   * leaves over where those are fewer. @defaultValue absent: all that the structure graph leaves over
   */
  readonly distractors?: RangeInput;
  /** Chance that a distractor rests on nothing that the target needs. @defaultValue 0.5 */
  readonly independentDistractors?: number;
  /** Chance that a problem whose answer is 0 is drawn anew. @defaultValue 0 */
  readonly dropZeroAnswers?: number;
  /** How problems and solutions are worded. @defaultValue "prose", in the original's dialect "original" */
  readonly phrasebook?: "prose" | "terse" | "original" | Phrasebook;
  /** Names of containers and items. @defaultValue `defaultVocabulary` */
  readonly vocabulary?: Vocabulary;
  /** Which part of the space of solution templates problems come from. @defaultValue "all" */
  readonly split?: "train" | "test" | "all";
  /** @defaultValue 0 */
  readonly seed?: number;
}

/** Options with defaults filled in; ranges in one form. */
export interface ResolvedIgsmOptions {
  readonly dialect: "bridge" | "original";
  readonly operations: IntegerRange;
  readonly operationsDistribution: "uniform" | "skewed";
  readonly modulus: number | undefined;
  readonly answerLimit: number;
  readonly valueLimit: number | undefined;
  readonly literals: IntegerRange;
  readonly multipliers: IntegerRange;
  readonly layers: IntegerRange;
  readonly items: IntegerRange;
  readonly maximumEdges: number;
  readonly maximumInDegree: number;
  readonly distractors: IntegerRange | undefined;
  readonly independentDistractors: number;
  readonly dropZeroAnswers: number;
  readonly phrasebook: "prose" | "terse" | "original" | Phrasebook;
  readonly vocabulary: Vocabulary | undefined;
  readonly split: "train" | "test" | "all";
  readonly seed: number;
}

function range(minimum: number, maximum: number) {
  const bound = z.number().int().min(minimum).max(maximum);
  return z
    .union(
      [
        bound.transform((value) => ({ minimum: value, maximum: value })),
        z.tuple([bound, bound]).transform(([low, high]) => ({ minimum: low, maximum: high })),
        z.strictObject({ minimum: bound, maximum: bound }),
      ],
      { error: `expected an integer from ${minimum} to ${maximum}, or [minimum, maximum] within` },
    )
    .refine((value) => value.minimum <= value.maximum, "the minimum exceeds the maximum")
    .transform((value): IntegerRange => value);
}

/** The original counts modulo 23 wherever nothing else is said. */
function modulusOf({
  dialect,
  modulus,
}: {
  readonly dialect: "bridge" | "original";
  readonly modulus?: number | undefined;
}): number | undefined {
  return modulus ?? (dialect === "original" ? originalModulus : undefined);
}

const largest = 1_000_000;

const schema = z
  .strictObject({
    dialect: z.enum(["bridge", "original"]).default("bridge"),
    operations: range(1, 200).default({ minimum: 15, maximum: 20 }),
    operationsDistribution: z.enum(["uniform", "skewed"]).default("uniform"),
    modulus: z.number().int().min(2).max(largest).optional(),
    answerLimit: z.number().int().min(1).max(1e12).default(1000),
    valueLimit: z.number().int().min(1).max(1e12).optional(),
    literals: range(0, largest).optional(),
    multipliers: range(0, largest).optional(),
    layers: range(2, 16).default({ minimum: 2, maximum: 4 }),
    items: range(1, 64).default({ minimum: 2, maximum: 4 }),
    maximumEdges: z.number().int().min(1).max(1000).default(20),
    maximumInDegree: z.number().int().min(2).max(16).default(4),
    distractors: range(0, 1000).optional(),
    independentDistractors: z.number().min(0).max(1).default(0.5),
    dropZeroAnswers: z.number().min(0).max(1).default(0),
    phrasebook: z
      .union([
        z.enum(["prose", "terse", "original"]),
        z.custom<Phrasebook>(
          (value) =>
            typeof value === "object" && value !== null && "specVersion" in value && value.specVersion === 1 && "renderTrace" in value,
          '"prose", "terse", "original" or a phrasebook of spec version 1',
        ),
      ])
      .optional(),
    vocabulary: vocabularySchema.optional(),
    split: z.enum(["train", "test", "all"]).default("all"),
    seed: z.number().int().min(Number.MIN_SAFE_INTEGER).max(Number.MAX_SAFE_INTEGER).default(0),
  })
  .superRefine((value, context) => {
    const modulus = modulusOf(value);
    if (modulus !== undefined) {
      for (const key of ["literals", "multipliers"] as const) {
        const given = value[key];
        if (given !== undefined && given.maximum >= modulus) {
          context.addIssue({ code: "custom", path: [key], message: `${given.maximum} is not below the modulus ${modulus}` });
        }
      }
    }
    const fewestEdges = (value.layers.minimum - 1) * value.items.minimum;
    if (value.maximumEdges < fewestEdges) {
      const message = `${value.layers.minimum} layers of ${value.items.minimum} items need ${fewestEdges}`;
      context.addIssue({ code: "custom", path: ["maximumEdges"], message });
    }
    if (value.distractors !== undefined && value.distractors.minimum >= value.maximumEdges) {
      context.addIssue({
        code: "custom",
        path: ["distractors"],
        message: `the minimum leaves no edge of ${value.maximumEdges} to the target`,
      });
    }
  })
  .transform((value): ResolvedIgsmOptions => {
    const modulus = modulusOf(value);
    const top = modulus === undefined ? 9 : modulus - 1;
    return {
      ...value,
      modulus,
      phrasebook: value.phrasebook ?? (value.dialect === "original" ? "original" : "prose"),
      vocabulary: value.vocabulary,
      valueLimit: value.valueLimit,
      literals: value.literals ?? { minimum: 0, maximum: top },
      multipliers: value.multipliers ?? { minimum: 1, maximum: top },
      distractors: value.distractors,
    };
  });

/**
 * Checks options and fills in defaults.
 *
 * @throws BridgeError `invalid-option` with the path and the reason of every problem found
 */
export function resolveIgsmOptions(options: IgsmOptions = {}): ResolvedIgsmOptions {
  return parseOptions(schema, options, "igsm");
}
