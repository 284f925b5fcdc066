import { BridgeError, type GraphNode, type ReasoningGraph } from "@bridge-rl/spec";

/**
 * The symbols that stand for a graph's nodes: those that the generator drew (`label.symbol`), or a, b, c, … by position for graphs
 * that carry none. They depend on the graph alone, so prompt and completion agree.
 */
export function symbolsOf(graph: ReasoningGraph): string[] {
  const { nodes } = graph;
  const symbols: string[] = [];
  for (let index = 0; index < nodes.length; index++) {
    const symbol = nodes[index]?.label?.symbol;
    symbols.push(typeof symbol === "string" ? symbol : symbolAt(index));
  }
  return symbols;
}

/** The names of a graph's nodes. */
export function namesOf(graph: ReasoningGraph): string[] {
  const names: string[] = [];
  for (const { name } of graph.nodes) names.push(name);
  return names;
}

/** The values of a graph's nodes as text. */
export function numbersOf(graph: ReasoningGraph): string[] {
  const numbers: string[] = [];
  for (const { value } of graph.nodes) numbers.push(String(value));
  return numbers;
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
