import type { GraphNode, ReasoningGraph } from "@bridge-rl/spec";
import { expressionOperations } from "./expression-references.js";
import { necessaryNodes } from "./necessary-nodes.js";

/**
 * Counts the binary arithmetic steps of the shortest solution: per necessary node those of its expression, a plain
 * assignment counting one (iGSM's `op`, arXiv 2407.20311, §2).
 */
export function operationCount(graph: ReasoningGraph): number {
  return necessaryNodes(graph).reduce((sum, id) => sum + Math.max(1, expressionOperations(nodeAt(graph, id).expression)), 0);
}

/** Counts the nodes on the longest chain that ends in the target; 1 where the target is given. */
export function graphDepth(graph: ReasoningGraph): number {
  return generations(graph).length;
}

/** Counts the nodes of the largest generation: necessary nodes whose longest chains of dependencies are equally long. */
export function graphWidth(graph: ReasoningGraph): number {
  return Math.max(...generations(graph).map((generation) => generation.length));
}

/**
 * Groups the necessary nodes by the length of the longest chain below them: given nodes first, the target alone last.
 */
export function generations(graph: ReasoningGraph): number[][] {
  const levels = new Map<number, number>();
  const groups: number[][] = [];
  for (const id of necessaryNodes(graph)) {
    const level = nodeAt(graph, id).dependencies.reduce(
      (deepest, dependency) => Math.max(deepest, (levels.get(dependency) as number) + 1),
      0,
    );
    levels.set(id, level);
    const group = groups[level];
    if (group === undefined) groups.push([id]);
    else group.push(id);
  }
  return groups;
}

function nodeAt(graph: ReasoningGraph, id: number): GraphNode {
  return graph.nodes[id] as GraphNode;
}
