import { BridgeError, type ReasoningGraph, type Step, type Trace } from "@bridge-rl/spec";
import { createGraphState } from "./graph-state.js";
import { necessaryNodes } from "./necessary-nodes.js";

/**
 * Makes the plain solution: each necessary node derived directly, the target last.
 *
 * @param order  the necessary nodes in a topological order; those of the graph where it is left out
 * @throws BridgeError `invalid-trace` where the order leaves out, repeats or adds a node, or comes to one that is still locked
 */
export function vanillaTrace(graph: ReasoningGraph, order?: readonly number[]): Trace {
  // The necessary nodes are found in an order that can be solved.
  if (order === undefined) return derivationsOf(necessaryNodes(graph));
  const necessary = new Set(necessaryNodes(graph));
  const state = createGraphState(graph);
  for (const id of order) {
    if (!necessary.delete(id)) {
      throw new BridgeError("invalid-trace", `the order names node ${id}, which the target does not need or which came before`);
    }
    state.solve(id);
  }
  if (necessary.size > 0) {
    throw new BridgeError("invalid-trace", `the order leaves out what the target needs: ${[...necessary].join(", ")}`);
  }
  return derivationsOf(order);
}

function derivationsOf(nodes: readonly number[]): Trace {
  const steps: Step[] = [];
  for (let place = 0; place < nodes.length; place++) steps.push({ kind: "derive", node: nodes[place] as number, detail: "direct" });
  return { steps };
}
