import { createRandom } from "@bridge-rl/spec";
import { topologicalGenerations } from "graphology-dag";
import { describe, expect, test } from "vitest";
import { expressionOperations } from "../src/expression-references.js";
import { generations, graphDepth, graphWidth, operationCount } from "../src/graph-measures.js";
import { toGraphology } from "../src/graphology.js";
import { necessaryNodes } from "../src/necessary-nodes.js";
import { randomGraph } from "../src/random-graph.js";
import { constant, fruit, graphOf, operation, reference } from "./graphs.js";

describe("measures", () => {
  test("of a graph worked by hand", () => {
    expect(necessaryNodes(fruit)).toEqual([0, 1, 2, 4]);
    expect(generations(fruit)).toEqual([[0, 1], [2], [4]]);
    expect(graphDepth(fruit)).toBe(3);
    expect(graphWidth(fruit)).toBe(2);
    expect(operationCount(fruit)).toBe(1 + 1 + 1 + 2);
  });

  test("a plain assignment and a copy count one operation, a sum of four counts three", () => {
    expect(
      operationCount(
        graphOf(1, [
          ["a", constant(1), 1],
          ["b", reference(0), 1],
        ]),
      ),
    ).toBe(2);
    const four = operation("+", ...Array.from({ length: 4 }, () => reference(0)));
    expect(
      operationCount(
        graphOf(1, [
          ["a", constant(1), 1],
          ["b", four, 4],
        ]),
      ),
    ).toBe(1 + 3);
    expect(expressionOperations(operation("square", reference(0)))).toBe(1);
  });

  test("generations are graphology's, on the necessary part", () => {
    for (let seed = 0; seed < 200; seed++) {
      const graph = randomGraph(createRandom(seed, "generations"), { nodes: 20, modulus: 23 });
      const directed = toGraphology(graph);
      for (const node of graph.nodes) if (!node.necessary) directed.dropNode(String(node.id));
      const expected = topologicalGenerations(directed).map((keys) => keys.map(Number).sort((left, right) => left - right));
      expect(generations(graph)).toEqual(expected);
    }
  });

  test("a graph with a broken target is refused", () => {
    expect(() => necessaryNodes({ ...fruit, target: 7 })).toThrow(expect.objectContaining({ code: "invalid-graph" }));
  });
});
