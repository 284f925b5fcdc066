import type { Expression, GraphNode, Operator, ReasoningGraph, Value } from "@bridge-rl/spec";
import { expressionReferences } from "../src/expression-references.js";

export const constant = (value: Value): Expression => ({ kind: "constant", value });
export const reference = (node: number): Expression => ({ kind: "reference", node });
export const operation = (operator: Operator, ...operands: Expression[]): Expression => ({ kind: "operation", operator, operands });

/** A graph from names, expressions and values; `necessary` is written down by hand. */
export function graphOf(
  target: number,
  nodes: readonly (readonly [name: string, expression: Expression, value: Value, necessary?: boolean])[],
): ReasoningGraph {
  return {
    target,
    nodes: nodes.map(
      ([name, expression, value, necessary = true], id): GraphNode => ({
        id,
        name,
        expression,
        dependencies: expressionReferences(expression),
        value,
        necessary,
        stated: true,
      }),
    ),
  };
}

/** apples = 3, pears = 4, both = apples + pears, spare = pears − 1, target = 2 · (both − apples). */
export const fruit: ReasoningGraph = graphOf(4, [
  ["apples", constant(3), 3],
  ["pears", constant(4), 4],
  ["both", operation("+", reference(0), reference(1)), 7],
  ["spare", operation("-", reference(1), constant(1)), 3, false],
  ["all", operation("*", constant(2), operation("-", reference(2), reference(0))), 8],
]);
