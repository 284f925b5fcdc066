import { createHash } from "node:crypto";
import { createRandom, type Expression, type ReasoningGraph } from "@bridge-rl/spec";
import { describe, expect, test } from "vitest";
import { expressionReferences } from "../src/expression-references.js";
import { randomGraph } from "../src/random-graph.js";
import { solutionTemplate, structureHash } from "../src/structure-hash.js";
import { randomTopologicalOrder } from "../src/topological-orders.js";
import { constant, fruit, graphOf, operation, reference } from "./graphs.js";

describe("structureHash", () => {
  test("is SHA-256 of the template", () => {
    // "all" needs "both" first, which needs apples (position 0) and pears (1).
    expect(solutionTemplate(fruit)).toBe("#;#;(+ 0 1);(* # (- 2 0))");
    expect(structureHash(fruit)).toBe(createHash("sha256").update("#;#;(+ 0 1);(* # (- 2 0))").digest("hex"));
  });

  test("does not see names, constants, distractors or the order of nodes", () => {
    for (let seed = 0; seed < 500; seed++) {
      const random = createRandom(seed, "structure-hash");
      const graph = randomGraph(random, { nodes: random.integer(2, 30), modulus: 23 });
      const shuffled = reorder(disguise(graph), randomTopologicalOrder(graph, random, { nodes: "all" }));
      expect(structureHash(shuffled)).toBe(structureHash(graph));
      const necessary = randomTopologicalOrder(graph, random);
      expect(structureHash(reorder(graph, necessary))).toBe(structureHash(graph));
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
      graphOf(2, [...base, ["c", operation("+", operation("+", reference(0), reference(1)), constant(1)), 4]]),
      graphOf(2, [base[0], ["b", reference(0), 1], ["c", operation("+", reference(0), reference(1)), 2]]),
      graphOf(2, [base[0], ["b", reference(0), 1], ["c", operation("+", reference(1), reference(0)), 2]]),
    ];
    expect(new Set(variants.map(structureHash)).size).toBe(variants.length);
  });
});

function disguise(graph: ReasoningGraph): ReasoningGraph {
  const other = (expression: Expression): Expression => {
    if (expression.kind === "constant") return constant(Number(expression.value) + 1);
    return expression.kind === "operation" ? { ...expression, operands: expression.operands.map(other) } : expression;
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
