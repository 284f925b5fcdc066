import type { Expression, ReasoningGraph } from "@bridge-rl/spec";
import { z } from "zod";

const value = z.union([z.number(), z.boolean(), z.string()]);

const expression: z.ZodType<Expression> = z.lazy(() =>
  z.discriminatedUnion("kind", [
    z.object({ kind: z.literal("constant"), value }),
    z.object({ kind: z.literal("reference"), node: z.int().nonnegative() }),
    z.object({
      kind: z.literal("operation"),
      operator: z.enum(["+", "-", "*", "/", "square", "sqrt", "and", "or", "not", "max", "implied", "refuted", "pair"]),
      operands: z.array(expression),
    }),
  ]),
);

/** The shape of a graph; whether it is acyclic and its values true is `@bridge-rl/dag`'s to say. */
export const reasoningGraphSchema: z.ZodType<ReasoningGraph> = z.object({
  nodes: z.array(
    z.object({
      id: z.int().nonnegative(),
      name: z.string(),
      label: z.record(z.string(), value).exactOptional(),
      dependencies: z.array(z.int().nonnegative()),
      expression,
      value,
      necessary: z.boolean(),
      stated: z.boolean(),
    }),
  ),
  target: z.int().nonnegative(),
  modulus: z.number().exactOptional(),
});
