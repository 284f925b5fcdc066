import { createHash } from "node:crypto";
import { BridgeError, type Expression, type ReasoningGraph } from "@bridge-rl/spec";

/**
 * Hashes the solution template of a graph: SHA-256 (hex) of the operator trees of the nodes that the target needs.
 *
 * Names, constants, distractors and the order in which a graph happens to list its nodes make no difference; operators,
 * the order of operands and which node feeds which do. Problems with different hashes therefore share no template.
 */
export function structureHash(graph: ReasoningGraph): string {
  return createHash("sha256").update(solutionTemplate(graph)).digest("hex");
}

/**
 * Writes the solution template that `structureHash` hashes: one operator tree per node, `#` for a constant and a number
 * for the position of an earlier tree, as in `#;(* # 0);(+ 1 0)`.
 *
 * @throws BridgeError `invalid-graph` where a reference or the target is no node of the graph
 */
export function solutionTemplate(graph: ReasoningGraph): string {
  const positions = new Map<number, number>();
  const trees: string[] = [];
  for (const id of dependenciesFirst(graph)) {
    trees.push(writeTree(nodeOf(graph, id).expression, positions));
    positions.set(id, positions.size);
  }
  return trees.join(";");
}

/** The target's ancestors and the target, each behind what it needs, found by walking back from the target operand by operand. */
function dependenciesFirst(graph: ReasoningGraph): number[] {
  const order: number[] = [];
  const seen = new Set([graph.target]);
  const path = [{ id: graph.target, next: 0 }];
  for (let top = path.at(-1); top !== undefined; top = path.at(-1)) {
    const dependency = nodeOf(graph, top.id).dependencies[top.next++];
    if (dependency === undefined) {
      order.push(top.id);
      path.pop();
    } else if (!seen.has(dependency)) {
      seen.add(dependency);
      path.push({ id: dependency, next: 0 });
    }
  }
  return order;
}

function writeTree(expression: Expression, positions: ReadonlyMap<number, number>): string {
  switch (expression.kind) {
    case "constant":
      return "#";
    case "reference": {
      const position = positions.get(expression.node);
      if (position === undefined) {
        throw new BridgeError(
          "invalid-graph",
          `an expression refers to node ${expression.node}, which its node does not list as a dependency`,
        );
      }
      return String(position);
    }
    case "operation":
      return `(${[expression.operator, ...expression.operands.map((operand) => writeTree(operand, positions))].join(" ")})`;
  }
}

function nodeOf(graph: ReasoningGraph, id: number): ReasoningGraph["nodes"][number] {
  const node = graph.nodes[id];
  if (node === undefined) throw new BridgeError("invalid-graph", `there is no node ${id} in a graph of ${graph.nodes.length} nodes`);
  return node;
}
