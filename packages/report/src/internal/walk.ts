import type { BehaviorMark, GraphNode, ReasoningGraph } from "@bridge-rl/spec";

/** A stop of a model's walk through the graph: which quantity a statement is about, and how. */
export interface WalkStep {
  readonly node: number;
  readonly kind: BehaviorMark["kind"] | "derive";
}

/**
 * Reads the walk that a completion takes, by its wording: the quantity that each statement names first. Statements that name none are left
 * out, and so is what follows the thinking. Wording is a sign of what was computed, not a proof of it.
 */
export function walkOf(graph: ReasoningGraph, text: string, marks: readonly BehaviorMark[]): WalkStep[] {
  const finders = graph.nodes.flatMap((node) => finderOf(node, text));
  const end = text.indexOf("</think>");
  const thinking = end < 0 ? text : text.slice(0, end);
  const steps: WalkStep[] = [];
  for (const { 0: statement, index } of thinking.matchAll(/[^;\n]*?(?:;|\n|\. |$)/g)) {
    if (statement === "") continue;
    const named = finders
      .flatMap(({ node, find }) => {
        const place = statement.search(find);
        return place < 0 ? [] : [{ node, place }];
      })
      .sort((a, b) => a.place - b.place)[0];
    if (named === undefined) continue;
    const middle = index + named.place;
    const mark = marks.find(({ start, end: stop }) => start <= middle && middle < stop);
    const step: WalkStep = { node: named.node, kind: mark?.kind ?? "derive" };
    const last = steps.at(-1);
    if (last?.node !== step.node || last.kind !== step.kind) steps.push(step);
  }
  return steps;
}

/** How a node is named in the text: in full where any text does so, else by its letter. */
function finderOf({ id, name, label }: GraphNode, text: string): { node: number; find: RegExp }[] {
  if (text.includes(name)) return [{ node: id, find: new RegExp(escaped(name)) }];
  const symbol = label?.symbol;
  return typeof symbol === "string" ? [{ node: id, find: new RegExp(`(?<![\\w<])${escaped(symbol)}(?!\\w)`) }] : [];
}

function escaped(text: string): string {
  return text.replace(/[.*+?^${}()|[\]\\]/g, "\\$&");
}
