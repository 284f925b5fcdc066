import type { Expression, GraphNode, ReasoningGraph } from "@bridge-rl/spec";

/**
 * The same quantities with another target. What it needs comes first; otherwise their order stays.
 *
 * @param spelledOut  whether the prompt also states what has to be inferred; else what neither a premise nor the target needs is left out
 */
export function askFor({ nodes, modulus }: ReasoningGraph, target: number, spelledOut: boolean): ReasoningGraph {
  const needed = closure(nodes, [target]);
  const said = closure(nodes, [target, ...nodes.filter(({ stated }) => stated).map(({ id }) => id)]);
  const rest = nodes.filter(({ id }) => !needed.has(id) && (spelledOut || said.has(id)));
  const ordered = [...nodes.filter(({ id }) => needed.has(id)), ...rest];
  const places = new Map(ordered.map(({ id }, place) => [id, place]));
  const move = (expression: Expression): Expression => {
    if (expression.kind === "reference") return { kind: "reference", node: places.get(expression.node) as number };
    return expression.kind === "operation" ? { ...expression, operands: expression.operands.map(move) } : expression;
  };
  const moved = ordered.map((node, id) => ({
    ...node,
    id,
    dependencies: node.dependencies.map((dependency) => places.get(dependency) as number),
    expression: move(node.expression),
    necessary: needed.has(node.id),
  }));
  return { nodes: moved, target: needed.size - 1, ...(modulus === undefined ? {} : { modulus }) };
}

/** The nodes and all that they depend on. */
function closure(nodes: readonly GraphNode[], from: readonly number[]): ReadonlySet<number> {
  const found = new Set(from);
  for (let id = nodes.length - 1; id >= 0; id--) {
    if (found.has(id)) for (const dependency of (nodes[id] as GraphNode).dependencies) found.add(dependency);
  }
  return found;
}
