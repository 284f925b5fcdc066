import { BridgeError, type GraphNode, type ReasoningGraph } from "@bridge-rl/spec";

/**
 * Lists what the target needs, itself included: exactly the nodes of the shortest solution, in the order of the graph.
 *
 * @throws BridgeError `invalid-graph` where the target is no node, or a node depends on one that does not stand before it
 */
export function necessaryNodes(graph: ReasoningGraph): number[] {
  if (graph.nodes[graph.target] === undefined) {
    throw new BridgeError("invalid-graph", `the target ${graph.target} is no node of a graph of ${graph.nodes.length} nodes`);
  }
  const needed = new Array<boolean>(graph.nodes.length).fill(false);
  needed[graph.target] = true;
  for (let id = graph.target; id >= 0; id--) {
    if (!needed[id]) continue;
    const { dependencies } = graph.nodes[id] as GraphNode;
    for (let place = 0; place < dependencies.length; place++) {
      const dependency = dependencies[place] as number;
      if (!(dependency >= 0 && dependency < id)) {
        throw new BridgeError("invalid-graph", `node ${id} depends on ${dependency}; nodes must stand behind what they depend on`);
      }
      needed[dependency] = true;
    }
  }
  const nodes: number[] = [];
  for (let id = 0; id <= graph.target; id++) if (needed[id]) nodes.push(id);
  return nodes;
}
