import { type Demonstration, type Expression, type Problem, type ReasoningGraph, type Span, stepKinds, type Value } from "@bridge-rl/spec";
import { type ZodType, z } from "zod";

/** A line of `bridge generate`: a problem, and the phrasebook its prompt is worded by. */
export interface ProblemRow extends Problem {
  readonly phrasebook?: string;
}

const value: ZodType<Value> = z.union([z.number(), z.boolean(), z.string()]);
const count = z.int().nonnegative();

const expression: ZodType<Expression> = z.lazy(() =>
  z.discriminatedUnion("kind", [
    z.object({ kind: z.literal("constant"), value }),
    z.object({ kind: z.literal("reference"), node: count }),
    z.object({
      kind: z.literal("operation"),
      operator: z.enum(["+", "-", "*", "/", "square", "sqrt", "and", "or", "not", "max", "implied", "refuted", "pair"]),
      operands: z.array(expression),
    }),
  ]),
);

const graph: ZodType<ReasoningGraph> = z.object({
  nodes: z.array(
    z.object({
      id: count,
      name: z.string(),
      label: z.record(z.string(), z.union([z.string(), z.number(), z.boolean()])).exactOptional(),
      dependencies: z.array(count),
      expression,
      value,
      necessary: z.boolean(),
      stated: z.boolean(),
    }),
  ),
  target: count,
  modulus: z.int().positive().exactOptional(),
});

/** A line that `bridge generate` writes. */
export const problemRowSchema: ZodType<ProblemRow> = z.object({
  id: z.string().min(1),
  source: z.object({ name: z.string(), version: count, seed: z.int(), index: count }),
  prompt: z.string(),
  graph,
  answer: value,
  difficulty: z.intersection(z.object({ operations: count }), z.record(z.string(), z.number())),
  structureHash: z.string(),
  phrasebook: z.string().exactOptional(),
});

const span: ZodType<Span> = z.object({
  start: count,
  end: count,
  step: count,
  kind: z.enum(stepKinds),
  node: count.exactOptional(),
  behavior: z.string().exactOptional(),
});

/** A line that `bridge inject` writes. */
export const demonstrationSchema: ZodType<Demonstration> = z.object({
  problem: z.string(),
  prompt: z.string(),
  completion: z.string(),
  spans: z.array(span),
  answer: value,
  operations: count,
  structureHash: z.string().exactOptional(),
  modulus: z.int().positive().exactOptional(),
});
