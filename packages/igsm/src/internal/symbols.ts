import { BridgeError, type GraphNode, type ReasoningGraph } from "@bridge-rl/spec";

/**
 * The symbols that stand for a graph's nodes: those that the generator drew (`label.symbol`), or a, b, c, … by position for graphs
 * that carry none. They depend on the graph alone, so prompt and completion agree.
 */
export function symbolsOf(graph: ReasoningGraph): string[] {
  return graph.nodes.map(({ label }, index) => (typeof label?.symbol === "string" ? label.symbol : symbolAt(index)));
}

/** The names of a graph's nodes. */
export function namesOf(graph: ReasoningGraph): string[] {
  return graph.nodes.map(({ name }) => name);
}

/** The values of a graph's nodes as text. */
export function numbersOf(graph: ReasoningGraph): string[] {
  return graph.nodes.map(({ value }) => String(value));
}

const letters = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ";

function symbolAt(index: number): string {
  const first = Math.floor(index / letters.length);
  const letter = letters.charAt(index % letters.length);
  return first === 0 ? letter : letters.charAt((first - 1) % letters.length) + letter;
}

/** A node of a graph. @throws BridgeError `invalid-trace` where a step points outside of it */
export function nodeOf(graph: ReasoningGraph, id: number): GraphNode {
  const node = graph.nodes[id];
  if (node === undefined) throw new BridgeError("invalid-trace", `a step points at node ${id} of a graph of ${graph.nodes.length}`);
  return node;
}
