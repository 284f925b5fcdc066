import { BridgeError, type ReasoningGraph } from "@bridge-rl/spec";

/**
 * Lists what the target needs, itself included: exactly the nodes of the shortest solution, in the order of the graph.
 *
 * @throws BridgeError `invalid-graph` where the target is no node, or a node depends on one that does not stand before it
 */
export function necessaryNodes(graph: ReasoningGraph): number[] {
  if (graph.nodes[graph.target] === undefined) {
    throw new BridgeError("invalid-graph", `the target ${graph.target} is no node of a graph of ${graph.nodes.length} nodes`);
  }
  const needed = new Uint8Array(graph.nodes.length);
  needed[graph.target] = 1;
  for (let id = graph.target; id >= 0; id--) {
    if (needed[id] !== 1) continue;
    for (const dependency of graph.nodes[id]?.dependencies ?? []) {
      if (!(dependency >= 0 && dependency < id)) {
        throw new BridgeError("invalid-graph", `node ${id} depends on ${dependency}; nodes must stand behind what they depend on`);
      }
      needed[dependency] = 1;
    }
  }
  return [...needed.keys()].filter((id) => needed[id] === 1);
}
