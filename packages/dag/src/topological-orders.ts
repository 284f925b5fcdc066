import { BridgeError, type GraphState, type Random, type ReasoningGraph } from "@bridge-rl/spec";
import { createGraphState } from "./graph-state.js";
import { necessaryNodes } from "./necessary-nodes.js";

export interface TopologicalOrderOptions {
  /**
   * Which nodes are ordered: those the target needs, where the target always comes last, or all of them, where it may stand
   * anywhere behind what it needs.
   *
   * @defaultValue "necessary"
   */
  readonly nodes?: "necessary" | "all";
}

export interface AllTopologicalOrdersOptions extends TopologicalOrderOptions {
  /** Ends after so many orders. @defaultValue Infinity */
  readonly limit?: number;
}

/**
 * Yields every topological order of a graph once, in lexicographic order of node ids, each made when it is asked for.
 *
 * There can be factorially many: stop asking, or give a limit.
 *
 * @throws BridgeError `invalid-option` for a negative limit
 */
export function* topologicalOrders(graph: ReasoningGraph, options: AllTopologicalOrdersOptions = {}): Generator<number[], void, undefined> {
  const { limit = Number.POSITIVE_INFINITY } = options;
  if (!(limit >= 0)) throw new BridgeError("invalid-option", `the limit of topological orders is ${limit}; use 0 or more`);
  let yielded = 0;
  for (const order of extensions(createGraphState(graph), orderedNodes(graph, options), [])) {
    if (yielded++ >= limit) return;
    yield order;
  }
}

/** Completes an order in every way; each call holds the state in which exactly `order` is solved. */
function* extensions(state: GraphState, wanted: ReadonlySet<number>, order: readonly number[]): Generator<number[], void, undefined> {
  if (order.length === wanted.size) {
    yield [...order];
    return;
  }
  for (const { id } of state.unlocked()) {
    if (!wanted.has(id)) continue;
    const next = state.clone();
    next.solve(id);
    yield* extensions(next, wanted, [...order, id]);
  }
}

/**
 * Draws a topological order by Kahn's algorithm, each time choosing uniformly among the nodes that can come next.
 *
 * Every order can come up, but not every one equally often: the choice is uniform at each step, not over whole orders. With a
 * chain a→b and a lone c, all before the target, `c a b` has probability ½ and the other two ¼ each.
 */
export function randomTopologicalOrder(graph: ReasoningGraph, random: Random, options: TopologicalOrderOptions = {}): number[] {
  const wanted = orderedNodes(graph, options);
  const state = createGraphState(graph);
  const order: number[] = [];
  while (order.length < wanted.size) {
    const next = random.pick(state.unlocked().filter(({ id }) => wanted.has(id)));
    if (next === undefined) {
      throw new BridgeError("invalid-graph", `no node can come next after ${order.length} of ${wanted.size}; the graph has a cycle`);
    }
    state.solve(next.id);
    order.push(next.id);
  }
  return order;
}

function orderedNodes(graph: ReasoningGraph, { nodes = "necessary" }: TopologicalOrderOptions): ReadonlySet<number> {
  return new Set(nodes === "all" ? graph.nodes.keys() : necessaryNodes(graph));
}
