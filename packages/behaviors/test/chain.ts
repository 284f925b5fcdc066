import type { Expression, GraphNode, ReasoningGraph } from "@bridge-rl/spec";

const constant = (value: number): Expression => ({ kind: "constant", value });
const reference = (node: number): Expression => ({ kind: "reference", node });
const sum = (...operands: Expression[]): Expression => ({ kind: "operation", operator: "+", operands });

/** a = 1, b = 2, c = a + b, spare = a + 1, and the target d = c + 1. */
export function chain(): ReasoningGraph {
  const rows: [string, Expression, number[], number, boolean][] = [
    ["a", constant(1), [], 1, true],
    ["b", constant(2), [], 2, true],
    ["c", sum(reference(0), reference(1)), [0, 1], 3, true],
    ["spare", sum(reference(0), constant(1)), [0], 2, false],
    ["d", sum(reference(2), constant(1)), [2], 4, true],
  ];
  return {
    target: 4,
    nodes: rows.map(
      ([name, expression, dependencies, value, necessary], id): GraphNode => ({
        id,
        name,
        expression,
        dependencies,
        value,
        necessary,
        stated: true,
      }),
    ),
  };
}
