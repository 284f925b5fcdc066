import { createHash } from "node:crypto";
import { createRandom, type Expression, type Random, type ReasoningGraph } from "@bridge-rl/spec";
import { describe, expect, test } from "vitest";
import { expressionReferences } from "../src/expression-references.js";
import { randomGraph } from "../src/random-graph.js";
import { solutionTemplate, structureHash } from "../src/structure-hash.js";
import { randomTopologicalOrder } from "../src/topological-orders.js";
import { constant, fruit, graphOf, operation, reference } from "./graphs.js";

describe("structureHash", () => {
  test("is SHA-256 of the template", () => {
    // "all" is a number times ("both" less apples), where "both" is pears and apples, the second and the first node complete.
    const template = solutionTemplate(fruit);
    expect(template).toMatch(/^\[\(\*(c,\(-\[\(\+\[c\],\[c\],\)\],[01],\),|\(-\[\(\+\[c\],\[c\],\)\],[01],\),c,)\)\]$/);
    expect(structureHash(fruit)).toBe(createHash("sha256").update(template).digest("hex"));
    expect(structureHash(fruit, { namespace: "fruit:" })).toBe(createHash("sha256").update(`fruit:${template}`).digest("hex"));
  });

  test("does not see names, constants, distractors or the order of nodes and of terms", () => {
    for (let seed = 0; seed < 3000; seed++) {
      const random = createRandom(seed, "structure-hash");
      const graph = randomGraph(random, { nodes: random.integer(2, 30), modulus: 23 });
      const shuffled = reorder(disguise(graph, random), randomTopologicalOrder(graph, random, { nodes: "all" }));
      expect(structureHash(shuffled)).toBe(structureHash(graph));
      const necessary = randomTopologicalOrder(graph, random);
      expect(structureHash(reorder(graph, necessary))).toBe(structureHash(graph));
    }
  });

  test("is the same for every order of what only looks alike, however symmetric", () => {
    // Sums along the edges of a graph in which every vertex has three neighbours: all vertices have one colour, all edges another, and
    // only trying tells their orders apart. The cube and the Möbius ladder have as many of both, and are different graphs.
    const cube = sumsAlongEdges(8, [0, 1, 1, 2, 2, 3, 3, 0, 4, 5, 5, 6, 6, 7, 7, 4, 0, 4, 1, 5, 2, 6, 3, 7]);
    const ladder = sumsAlongEdges(8, [0, 1, 1, 2, 2, 3, 3, 4, 4, 5, 5, 6, 6, 7, 7, 0, 0, 4, 1, 5, 2, 6, 3, 7]);
    expect(structureHash(cube)).not.toBe(structureHash(ladder));
    for (let seed = 0; seed < 6; seed++) {
      const random = createRandom(seed, "symmetries");
      for (const graph of [cube, ladder]) {
        const shuffled = reorder(disguise(graph, random), randomTopologicalOrder(graph, random));
        expect(structureHash(shuffled)).toBe(structureHash(graph));
      }
    }
  });

  test("refuses graphs that are none", () => {
    const dangling = graphOf(0, [["a", reference(3), 1]]);
    const circular = graphOf(1, [
      ["a", reference(1), 1],
      ["b", reference(0), 1],
    ]);
    for (const graph of [dangling, circular, { ...fruit, target: 9 }]) {
      expect(() => structureHash(graph)).toThrow(expect.objectContaining({ code: "invalid-graph" }));
    }
  });

  test("sees operators, the order of operands, sharing and copies", () => {
    const base = [
      ["a", constant(1), 1],
      ["b", constant(2), 2],
    ] as const;
    const variants = [
      graphOf(2, [...base, ["c", operation("+", reference(0), reference(1)), 3]]),
      graphOf(2, [...base, ["c", operation("-", reference(0), reference(1)), -1]]),
      graphOf(2, [...base, ["c", operation("+", reference(0), operation("+", reference(1), constant(1))), 4]]),
      graphOf(2, [...base, ["c", operation("+", reference(0), reference(1), constant(1)), 4]]),
      graphOf(2, [base[0], ["b", reference(0), 1], ["c", operation("-", reference(0), reference(1)), 0]]),
      graphOf(2, [base[0], ["b", reference(0), 1], ["c", operation("-", reference(1), reference(0)), 0]]),
      graphOf(2, [base[0], ["b", constant("N/A"), 1], ["c", operation("+", reference(1), reference(0)), 2]]),
    ];
    expect(new Set(variants.map((graph) => structureHash(graph))).size).toBe(variants.length);
    const [sum] = variants as [ReasoningGraph];
    expect(structureHash(graphOf(2, [...base, ["c", operation("+", reference(1), reference(0)), 3]]))).toBe(structureHash(sum));
  });
});

/** A leaf for each vertex, a sum for each edge (pairs of vertices), and the product of all sums. */
function sumsAlongEdges(vertices: number, ends: readonly number[]): ReasoningGraph {
  const leaves = Array.from({ length: vertices }, (_, id) => [`v${id}`, constant(1), 1] as const);
  const sums = Array.from(
    { length: ends.length / 2 },
    (_, edge) => [`e${edge}`, operation("+", reference(ends[2 * edge] ?? -1), reference(ends[2 * edge + 1] ?? -1)), 2] as const,
  );
  const product = operation("*", ...sums.map((_, edge) => reference(vertices + edge)));
  return graphOf(vertices + sums.length, [...leaves, ...sums, ["all", product, 2 ** sums.length]]);
}

/** Other names and constants, and the terms of sums and products in another order. */
function disguise(graph: ReasoningGraph, random: Random): ReasoningGraph {
  const other = (expression: Expression): Expression => {
    if (expression.kind === "constant") return constant(Number(expression.value) + 1);
    if (expression.kind === "reference") return expression;
    const operands = expression.operands.map(other);
    return { ...expression, operands: expression.operator === "-" ? operands : random.shuffle(operands) };
  };
  return { ...graph, nodes: graph.nodes.map((node) => ({ ...node, name: `x${node.id}`, expression: other(node.expression) })) };
}

/** Keeps the listed nodes, in that order. */
function reorder(graph: ReasoningGraph, order: readonly number[]): ReasoningGraph {
  const ids = new Map(order.map((old, id) => [old, id]));
  const move = (expression: Expression): Expression => {
    if (expression.kind === "reference") return reference(ids.get(expression.node) ?? -1);
    return expression.kind === "operation" ? { ...expression, operands: expression.operands.map(move) } : expression;
  };
  const nodes = order.map((old, id) => {
    const node = graph.nodes[old];
    if (node === undefined) throw new Error(`no node ${old}`);
    const expression = move(node.expression);
    return { ...node, id, expression, dependencies: expressionReferences(expression) };
  });
  return { ...graph, nodes, target: ids.get(graph.target) ?? -1 };
}
