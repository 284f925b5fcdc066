import { BridgeError, type GraphNode, type ReasoningGraph } from "@bridge-rl/spec";

/** What a node is to its problem. `given` and `intermediate` nodes are on the way to the target, distractors are not. */
export type NodeRole = "given" | "intermediate" | "target" | "distractor";

/** Tells the role of a node. @throws BridgeError `invalid-graph` where there is no such node */
export function nodeRole(graph: ReasoningGraph, id: number): NodeRole {
  const node: GraphNode | undefined = graph.nodes[id];
  if (node === undefined) throw new BridgeError("invalid-graph", `there is no node ${id} in a graph of ${graph.nodes.length} nodes`);
  if (id === graph.target) return "target";
  if (!node.necessary) return "distractor";
  return node.dependencies.length === 0 ? "given" : "intermediate";
}
