import type { GraphNode, ReasoningGraph } from "@bridge-rl/spec";
import { describe, expect, test } from "vitest";
import { drawWalk } from "../src/internal/draw-walk.js";
import { walkOf } from "../src/internal/walk.js";

const node = (id: number, symbol: string, dependencies: number[]): GraphNode => ({
  ...{ id, name: `each Box's ${symbol.toUpperCase()}`, label: { symbol }, dependencies, value: id, necessary: true, stated: true },
  expression: { kind: "constant", value: id },
});
const graph: ReasoningGraph = {
  nodes: [node(0, "y", []), node(1, "l", [0]), node(2, "g", [1]), node(3, "m", [1, 2])],
  target: 3,
  modulus: 11,
};

describe("a walk", () => {
  test("follows the letters that statements begin with, not those they use", () => {
    const text = "<think>y=7;g=2+l=2+7=9;l=5+y=5+9=3;m=g+l=3+9=1;</think>\\boxed{1} y";
    expect(walkOf(graph, text, []).map((step) => step.node)).toEqual([0, 2, 1, 3]);
  });

  test("follows names in prose, and says what was attempted", () => {
    const text = "<think> each Box's Y = 7. Let me try each Box's M; it needs each Box's L. each Box's L = 5 + each Box's Y.</think>";
    const start = text.indexOf("Let");
    const marks = [{ start, end: text.indexOf(". each Box's L = 5"), kind: "attempt" as const }];
    expect(walkOf(graph, text, marks)).toEqual([
      { node: 0, kind: "derive" },
      { node: 3, kind: "attempt" },
      { node: 1, kind: "attempt" },
      { node: 1, kind: "derive" },
    ]);
  });

  test("is empty where nothing is named", () => {
    expect(walkOf(graph, "no idea", [])).toEqual([]);
    expect(walkOf(graph, "", [])).toEqual([]);
  });

  test("is drawn over the boxes that Graphviz drew: one arrow fewer than stops", () => {
    const box = (id: number, x: number): string =>
      `<g id="node${id + 1}" class="node"><title>n${id}</title><path d="M${x},0C${x},0 ${x + 50},0 ${x + 50},0 ${x + 50},-30 ${x},-30 ${x},-30"/><text x="${x}" y="-12">n</text></g>`;
    const svg = `<svg viewBox="0 0 9 9"><title>old</title><desc>old</desc><g id="graph0" class="graph">${box(0, 0)}${box(1, 100)}</g></svg>`;
    const steps = [
      { node: 0, kind: "derive" as const },
      { node: 1, kind: "attempt" as const },
      { node: 0, kind: "derive" as const },
      { node: 9, kind: "derive" as const },
    ];
    const drawn = drawWalk(svg, steps, { title: "a < b", description: "walks" });
    expect(drawn.match(/<path class="walk/g)).toHaveLength(2);
    expect(drawn.match(/<circle/g)).toHaveLength(3);
    expect(drawn).toContain("<title>a &#60; b</title>");
    expect(drawn).not.toMatch(/ id="/);
  });
});
