import { randomTopologicalOrder } from "@bridge-rl/dag";
import type { GraphNode, Random, ReasoningGraph } from "@bridge-rl/spec";

/**
 * The order in which the original states premises (iGSM, `Problem.shuffle`): 6 is the order of generation, 5 random, and 0–4 a random
 * topological order that is disturbed by as many places.
 */
export type SentenceOrder = 0 | 1 | 2 | 3 | 4 | 5 | 6;

/** The nodes that are stated, in the order in which they are. */
export function orderSentences(graph: ReasoningGraph, level: SentenceOrder, random: Random): GraphNode[] {
  const stated = graph.nodes.filter((node) => node.stated);
  if (level === 6) return stated;
  if (level === 5) return random.shuffle(stated);
  const order = randomTopologicalOrder(graph, random, { nodes: "all" });
  // A random fraction decides between equal places.
  const places = order.map((_, index) => index + random.integer(0, level) + random.next());
  const positions = order.map((_, index) => index).sort((left, right) => (places[left] as number) - (places[right] as number));
  return positions.map((position) => graph.nodes[order[position] as number] as GraphNode).filter((node) => node.stated);
}
