import { createRandom, type GraphNode, type ReasoningGraph } from "@bridge-rl/spec";
import { describe, expect, test } from "vitest";
import { evaluateExpression, evaluateGraph } from "../src/evaluate-expression.js";
import { randomGraph } from "../src/random-graph.js";
import { validateGraph } from "../src/validate-graph.js";
import { constant, fruit, graphOf, operation, reference } from "./graphs.js";

const none = () => {
  throw new Error("nothing is referred to");
};

describe("evaluateExpression", () => {
  test.each([
    ["-", [5, 7], -2],
    ["*", [0, -3], 0],
    ["/", [0, -3], 0],
    ["-", [9, 2, 3], 4],
    ["/", [1, 4], 0.25],
    ["square", [-3], 9],
    ["sqrt", [49], 7],
    ["and", [true, false], false],
    ["or", [false, true], true],
    ["not", [false], true],
    ["+", [1, "N/A"], "N/A"],
    ["sqrt", ["N/A"], "N/A"],
    ["and", ["N/A", false], false],
    ["and", ["N/A", true], "N/A"],
    ["or", ["N/A", true], true],
    ["or", [false, "N/A"], "N/A"],
    ["not", ["N/A"], "N/A"],
    ["max", [3, "N/A", 7], 7],
    ["max", ["N/A", "N/A"], "N/A"],
    ["implied", [true], true],
    ["implied", [false], "N/A"],
    ["refuted", [false], false],
    ["refuted", [true], "N/A"],
    ["pair", [1.5, -2], "1.5 -2"],
  ] as const)("%s %j", (operator, operands, value) => {
    expect(evaluateExpression(operation(operator, ...operands.map(constant)), none)).toBe(value);
  });

  test("wraps into 0 … modulus − 1", () => {
    expect(evaluateExpression(operation("-", constant(2), constant(7)), none, 23)).toBe(18);
    expect(evaluateExpression(operation("*", constant(9), constant(9)), none, 23)).toBe(12);
    expect(evaluateExpression(constant(30), none, 23)).toBe(7);
  });

  test("refuses what has no meaning", () => {
    expect(() => evaluateExpression(operation("+", constant(1), constant(true)), none)).toThrow(/"\+" got true/);
    expect(() => evaluateExpression(operation("not", constant(true), constant(true)), none)).toThrow(/takes one/);
    expect(() => evaluateExpression(operation("/", constant(4), constant(2)), none, 23)).toThrow(
      expect.objectContaining({ code: "unsupported" }),
    );
  });
});

describe("validateGraph", () => {
  test("finds nothing in sound graphs, whose values evaluateGraph makes again", () => {
    expect(validateGraph(fruit)).toEqual([]);
    expect(evaluateGraph(fruit)).toEqual([3, 4, 7, 3, 8]);
    for (let seed = 0; seed < 1000; seed++) {
      const random = createRandom(seed, "validate-graph");
      const size = random.integer(1, 24);
      const graph = randomGraph(random, random.chance(0.5) ? { nodes: size, modulus: 23 } : { nodes: size });
      expect(validateGraph(graph)).toEqual([]);
      expect(evaluateGraph(graph)).toEqual(graph.nodes.map((node) => node.value));
    }
  });

  test.each<[string, string, number, Partial<GraphNode>]>([
    ["an id that is no position", "identifier", 2, { id: 5 }],
    ["a name used twice", "name", 3, { name: "apples" }],
    ["a dependency that comes later", "dependency", 2, { dependencies: [0, 3], expression: operation("+", reference(0), reference(3)) }],
    ["dependencies in another order than the expression's", "dependency", 2, { dependencies: [1, 0] }],
    ["a dependency the expression does not use", "dependency", 3, { dependencies: [1, 0] }],
    ["a distractor marked necessary", "necessary", 3, { necessary: true }],
    ["a necessary node marked as not", "necessary", 2, { necessary: false }],
    ["a wrong value", "value", 2, { value: 8 }],
    ["a value of another type", "value", 2, { value: "7" }],
    ["an expression that cannot be computed", "value", 3, { expression: operation("-", reference(1), constant("N/A")), value: 0 }],
    ["a division by zero", "value", 3, { expression: operation("/", reference(1), constant(0)), value: 0 }],
  ])("finds %s", (_case, code, id, change) => {
    const nodes = fruit.nodes.map((node) => (node.id === id ? { ...node, ...change } : node));
    expect(validateGraph({ ...fruit, nodes }).map((finding) => [finding.code, finding.node])).toContainEqual([code, id]);
  });

  test("finds a missing target and a modulus that is none", () => {
    expect(validateGraph({ ...fruit, target: 9 })).toEqual([expect.objectContaining({ code: "target" })]);
    expect(validateGraph({ ...fruit, modulus: 0 })).toEqual([expect.objectContaining({ code: "modulus" })]);
  });

  test("values follow the modulus", () => {
    const wrapped: ReasoningGraph = { ...graphOf(0, [["a", operation("-", constant(1), constant(2)), 22]]), modulus: 23 };
    expect(validateGraph(wrapped)).toEqual([]);
    expect(validateGraph({ nodes: wrapped.nodes, target: 0 })).toEqual([expect.objectContaining({ code: "value", node: 0 })]);
  });
});
