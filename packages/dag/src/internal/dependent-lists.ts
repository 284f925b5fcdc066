import { BridgeError, type ReasoningGraph } from "@bridge-rl/spec";

/** The dependents of node i are `dependents[starts[i]] … dependents[starts[i + 1] − 1]`, ascending. */
export interface DependentLists {
  readonly starts: Int32Array;
  readonly dependents: Int32Array;
}

/** Turns the edges of a graph round. @throws BridgeError `invalid-graph` where a dependency is no node of the graph */
export function dependentLists(graph: ReasoningGraph): DependentLists {
  const count = graph.nodes.length;
  const starts = new Int32Array(count + 1);
  for (const [id, node] of graph.nodes.entries()) {
    for (const dependency of node.dependencies) {
      if (!Number.isInteger(dependency) || dependency < 0 || dependency >= count) {
        throw new BridgeError("invalid-graph", `node ${id} (${node.name}) depends on ${dependency}, which is no node of its graph`);
      }
      starts[dependency + 1] = (starts[dependency + 1] as number) + 1;
    }
  }
  for (let id = 0; id < count; id++) starts[id + 1] = (starts[id + 1] as number) + (starts[id] as number);
  const filled = starts.slice();
  const dependents = new Int32Array(starts[count] as number);
  for (const [id, node] of graph.nodes.entries()) {
    for (const dependency of node.dependencies) {
      const at = filled[dependency] as number;
      dependents[at] = id;
      filled[dependency] = at + 1;
    }
  }
  return { starts, dependents };
}
