import type { GraphNode, GraphState, ReasoningGraph, Step } from "@bridge-rl/spec";
import { BitSet } from "./internal/bit-set.js";
import { type DependentLists, dependentLists } from "./internal/dependent-lists.js";
import { refuseLocked, refuseUnknown, ScannedState } from "./internal/scanned-state.js";

/** Up to this many nodes, looking at all of them costs less than keeping account of each. */
const fewNodes = 128;

/**
 * Follows a solution through a graph: which nodes are solved, solvable (unlocked) or not yet solvable (locked).
 *
 * In large graphs, solving costs time in the number of dependents, `locked` and `unlocked` in the length of their answer
 * (plus one word per 32 nodes). Nothing is solved at first.
 *
 * @throws BridgeError `invalid-graph` where a dependency is no node of the graph
 */
export function createGraphState(graph: ReasoningGraph): GraphState {
  if (graph.nodes.length <= fewNodes) return new ScannedState(graph);
  const locked = new BitSet(graph.nodes.length);
  const unlocked = new BitSet(graph.nodes.length);
  const missingCounts = new Int32Array(graph.nodes.length);
  for (const [id, node] of graph.nodes.entries()) {
    missingCounts[id] = node.dependencies.length;
    (node.dependencies.length > 0 ? locked : unlocked).add(id);
  }
  return new TrackedState(graph, dependentLists(graph), missingCounts, locked, unlocked);
}

class TrackedState implements GraphState {
  readonly graph: ReasoningGraph;
  readonly #dependents: DependentLists;
  readonly #missingCounts: Int32Array;
  readonly #locked: BitSet;
  readonly #unlocked: BitSet;

  constructor(graph: ReasoningGraph, dependents: DependentLists, missingCounts: Int32Array, locked: BitSet, unlocked: BitSet) {
    this.graph = graph;
    this.#dependents = dependents;
    this.#missingCounts = missingCounts;
    this.#locked = locked;
    this.#unlocked = unlocked;
  }

  isSolved(node: number): boolean {
    this.#node(node);
    return !this.#locked.has(node) && !this.#unlocked.has(node);
  }

  isUnlocked(node: number): boolean {
    this.#node(node);
    return this.#unlocked.has(node);
  }

  isLocked(node: number): boolean {
    this.#node(node);
    return this.#locked.has(node);
  }

  locked(): GraphNode[] {
    return this.#locked.values().map((id) => this.#node(id));
  }

  unlocked(): GraphNode[] {
    return this.#unlocked.values().map((id) => this.#node(id));
  }

  missing(node: number): number[] {
    return this.#node(node).dependencies.filter((dependency) => !this.isSolved(dependency));
  }

  solve(node: number): void {
    if (this.isLocked(node)) refuseLocked(this, this.#node(node));
    if (!this.#unlocked.has(node)) return;
    this.#unlocked.delete(node);
    const { starts, dependents } = this.#dependents;
    for (let at = starts[node] as number; at < (starts[node + 1] as number); at++) {
      const dependent = dependents[at] as number;
      const count = (this.#missingCounts[dependent] as number) - 1;
      this.#missingCounts[dependent] = count;
      if (count === 0) {
        this.#locked.delete(dependent);
        this.#unlocked.add(dependent);
      }
    }
  }

  apply(step: Step): void {
    if (step.kind === "derive") this.solve(step.node);
  }

  clone(): GraphState {
    return new TrackedState(this.graph, this.#dependents, this.#missingCounts.slice(), this.#locked.clone(), this.#unlocked.clone());
  }

  #node(id: number): GraphNode {
    return this.graph.nodes[id] ?? refuseUnknown(this.graph, id);
  }
}
