import { BridgeError, type GraphNode, type GraphState, type ReasoningGraph, type Step } from "@bridge-rl/spec";

/** The state of a small graph: knows what is solved, and looks up the rest. Cheap to make, which generators of data do by the thousand. */
export class ScannedState implements GraphState {
  readonly graph: ReasoningGraph;
  readonly #solved: boolean[];

  /** @throws BridgeError `invalid-graph` where a dependency is no node of the graph */
  constructor(graph: ReasoningGraph, solved?: readonly boolean[]) {
    this.graph = graph;
    this.#solved = solved === undefined ? new Array<boolean>(graph.nodes.length).fill(false) : solved.slice();
    if (solved === undefined) refuseBrokenGraph(graph);
  }

  isSolved(node: number): boolean {
    this.#node(node);
    return this.#solved[node] as boolean;
  }

  isUnlocked(node: number): boolean {
    const { dependencies } = this.#node(node);
    return !this.#solved[node] && this.#areSolved(dependencies);
  }

  isLocked(node: number): boolean {
    const { dependencies } = this.#node(node);
    return !this.#solved[node] && !this.#areSolved(dependencies);
  }

  locked(): GraphNode[] {
    return this.graph.nodes.filter(({ dependencies }, id) => !this.#solved[id] && !this.#areSolved(dependencies));
  }

  unlocked(): GraphNode[] {
    return this.graph.nodes.filter(({ dependencies }, id) => !this.#solved[id] && this.#areSolved(dependencies));
  }

  missing(node: number): number[] {
    return this.#node(node).dependencies.filter((dependency) => !this.#solved[dependency]);
  }

  solve(node: number): void {
    if (this.isLocked(node)) refuseLocked(this, this.#node(node));
    this.#solved[node] = true;
  }

  apply(step: Step): void {
    if (step.kind === "derive") this.solve(step.node);
  }

  clone(): GraphState {
    return new ScannedState(this.graph, this.#solved);
  }

  #areSolved(nodes: readonly number[]): boolean {
    for (let place = 0; place < nodes.length; place++) if (!this.#solved[nodes[place] as number]) return false;
    return true;
  }

  #node(id: number): GraphNode {
    return this.graph.nodes[id] ?? refuseUnknown(this.graph, id);
  }
}

function refuseBrokenGraph({ nodes }: ReasoningGraph): void {
  for (let id = 0; id < nodes.length; id++) {
    const { dependencies, name } = nodes[id] as GraphNode;
    for (let place = 0; place < dependencies.length; place++) {
      const dependency = dependencies[place] as number;
      if (nodes[dependency] !== undefined) continue;
      throw new BridgeError("invalid-graph", `node ${id} (${name}) depends on ${dependency}, which is no node of its graph`);
    }
  }
}

/** @throws BridgeError `invalid-trace` */
export function refuseUnknown({ nodes }: ReasoningGraph, id: number): never {
  throw new BridgeError("invalid-trace", `there is no node ${id}; the graph has nodes 0 to ${nodes.length - 1}`);
}

/** @throws BridgeError `invalid-trace` that names what is missing */
export function refuseLocked(state: GraphState, { id, name }: GraphNode): never {
  const names = state.missing(id).map((dependency) => state.graph.nodes[dependency]?.name);
  const message = `node ${id} (${name}) is still locked; solve what it needs first: ${names.join(", ")}`;
  throw new BridgeError("invalid-trace", message);
}
