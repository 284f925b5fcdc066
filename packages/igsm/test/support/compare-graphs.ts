import type { Expression, ReasoningGraph } from "@bridge-rl/spec";
import { evaluate } from "./graphs.js";

/** A graph in a form that does not depend on the order of its nodes, nor on the order of the terms that have to be inferred. */
export function canonical(
  { nodes, target, modulus }: ReasoningGraph,
  nameOf: (node: ReasoningGraph["nodes"][number]) => string = ({ name }) => name,
): unknown {
  const write = (expression: Expression, inferred: boolean): string => {
    if (expression.kind === "constant") return String(expression.value);
    if (expression.kind === "reference") return nameOf(nodes[expression.node] as ReasoningGraph["nodes"][number]);
    const terms = expression.operands.map((operand) => write(operand, inferred));
    return `(${(inferred && expression.operator === "+" ? terms.sort() : terms).join(expression.operator)})`;
  };
  return {
    modulus,
    target: nameOf(nodes[target] as ReasoningGraph["nodes"][number]),
    nodes: nodes
      .map((node) => `${nameOf(node)}=${write(node.expression, !node.stated)}=${node.value} ${node.stated} ${node.necessary}`)
      .sort(),
  };
}

/** What each node computes, sampled at a point: terse text drops parentheses that don't matter. */
export function functions({ nodes, target }: ReasoningGraph): unknown {
  const symbolOf = (id: number) => String(nodes[id]?.label?.symbol);
  const point = nodes.map(({ id }) => 100 + 7 * symbolOf(id).charCodeAt(0));
  const described = nodes.map(({ id, expression, value, necessary, dependencies }) => [
    symbolOf(id),
    { computed: evaluate(expression, point, undefined), value, necessary, dependencies: dependencies.map(symbolOf).sort() },
  ]);
  return { target: symbolOf(target), nodes: Object.fromEntries(described) };
}
