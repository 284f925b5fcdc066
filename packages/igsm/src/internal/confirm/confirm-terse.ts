import type { GraphNode, ReasoningGraph } from "@bridge-rl/spec";
import type { Verification } from "../../verify-solution.js";
import { readBoxes } from "../verify/read-boxes.js";
import { Confirmation, letterOf } from "./confirmation.js";

/** Confirms a terse solution of derivations, premises and attempts, or leaves it to the judge. */
export function confirmTerse(graph: ReasoningGraph, text: string): Verification | undefined {
  const state = new Confirmation(graph, text);
  for (const { id, label } of graph.nodes) {
    const symbol = label?.symbol;
    const letter = typeof symbol === "string" && symbol.length === 1 ? letterOf(symbol.charCodeAt(0)) : -1;
    if (letter === -1) return undefined;
    state.symbols[letter] = id;
  }
  const opening = text.indexOf("<think>");
  const closing = text.indexOf("</think>");
  const end = closing === -1 ? text.length : closing;
  for (let start = opening === -1 ? 0 : opening + 7; start < end; ) {
    const semicolon = text.indexOf(";", start);
    let until = semicolon === -1 || semicolon > end ? end : semicolon;
    const next = until + 1;
    while (start < until && text.charCodeAt(start) <= 32) start++;
    while (until > start && text.charCodeAt(until - 1) <= 32) until--;
    if (until > start && !confirmStatement(state, start, until)) return undefined;
    start = next;
  }
  return state.finish(readBoxes(text).map((box) => box.text));
}

function confirmStatement(state: Confirmation, start: number, end: number): boolean {
  const { text, symbols, graph, derived } = state;
  const letter = letterOf(text.charCodeAt(start));
  const node = letter === -1 ? undefined : graph.nodes[symbols[letter] as number];
  if (node === undefined) return false;
  let at = start + 1;
  while (at < end && text.charCodeAt(at) === 32) at++;
  const sign = text.charCodeAt(at);
  if (sign === 63) return confirmAttempt(state, node, at + 1, start, end);
  if (sign !== 61 || derived[node.id]) return false;
  const kind = state.chain(node, at + 1, end, true);
  if (kind === "premise") state.restate(node, start, end);
  else if (kind === "derivation" && node.necessary) state.derive(node, start, end);
  else return false;
  return true;
}

function confirmAttempt(state: Confirmation, node: GraphNode, from: number, start: number, end: number): boolean {
  const { text, symbols } = state;
  const named = new Set<number>();
  for (let at = from, expectsName = true; at < end; at++) {
    const code = text.charCodeAt(at);
    if (code === 32) continue;
    if (expectsName) {
      const letter = letterOf(code);
      const missing = letter === -1 ? -1 : (symbols[letter] as number);
      if (missing === -1) return false;
      named.add(missing);
    } else if (code !== 44) return false;
    expectsName = !expectsName;
  }
  return text.charCodeAt(end - 1) !== 44 && state.attempt(node, named, start, end);
}
