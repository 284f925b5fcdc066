import { createRandom, type ReasoningGraph } from "@bridge-rl/spec";
import { describe, expect, test } from "vitest";
import { necessaryNodes } from "../src/necessary-nodes.js";
import { randomGraph } from "../src/random-graph.js";
import { randomTopologicalOrder, topologicalOrders } from "../src/topological-orders.js";
import { vanillaTrace } from "../src/vanilla-trace.js";
import { constant, fruit, graphOf, operation, reference } from "./graphs.js";

/** a → b and a lone c, all before the target. */
const forked: ReasoningGraph = graphOf(3, [
  ["a", constant(1), 1],
  ["b", reference(0), 1],
  ["c", constant(2), 2],
  ["t", operation("+", reference(1), reference(2)), 3],
]);

describe("topologicalOrders", () => {
  test("yields each order once, in lexicographic order", () => {
    expect([...topologicalOrders(forked)]).toEqual([
      [0, 1, 2, 3],
      [0, 2, 1, 3],
      [2, 0, 1, 3],
    ]);
    // The spare one fits 3 places of apples-pears-both-all, 4 of pears-apples-both-all.
    expect([...topologicalOrders(fruit, { nodes: "all" })]).toHaveLength(7);
  });

  test("agrees with filtering all permutations", () => {
    for (let seed = 0; seed < 100; seed++) {
      const random = createRandom(seed, "orders");
      const graph = randomGraph(random, { nodes: random.integer(1, 7), modulus: 23 });
      const brute = permutations(necessaryNodes(graph)).filter((order) => isTopological(graph, order));
      expect([...topologicalOrders(graph)]).toEqual(brute);
    }
  });

  test("is lazy and keeps its limit", () => {
    const wide = graphOf(30, [
      ...Array.from({ length: 30 }, (_, id) => [`g${id}`, constant(1), 1] as const),
      ["t", operation("+", ...Array.from({ length: 30 }, (_, id) => reference(id))), 30],
    ]);
    expect([...topologicalOrders(wide, { limit: 3 })]).toHaveLength(3);
    expect(topologicalOrders(wide).next().value).toHaveLength(31);
    expect([...topologicalOrders(forked, { limit: 0 })]).toEqual([]);
    expect(() => [...topologicalOrders(forked, { limit: Number.NaN })]).toThrow(expect.objectContaining({ code: "invalid-option" }));
  });
});

describe("randomTopologicalOrder", () => {
  test("gives orders that hold, the target last, the same for the same seed", () => {
    for (let seed = 0; seed < 1000; seed++) {
      const graph = randomGraph(createRandom(seed), { nodes: 20, modulus: 23 });
      const order = randomTopologicalOrder(graph, createRandom(seed, "order"));
      expect(isTopological(graph, order)).toBe(true);
      expect(order.at(-1)).toBe(graph.target);
      expect([...order].sort((left, right) => left - right)).toEqual(necessaryNodes(graph));
      expect(randomTopologicalOrder(graph, createRandom(seed, "order"))).toEqual(order);
    }
  });

  test("chooses uniformly at each step", () => {
    const counts = new Map<string, number>();
    const draws = 12_000;
    for (let seed = 0; seed < draws; seed++) {
      const key = randomTopologicalOrder(forked, createRandom(seed, "order")).join("");
      counts.set(key, (counts.get(key) ?? 0) + 1);
    }
    const expected = { "0123": 0.25, "0213": 0.25, "2013": 0.5 };
    for (const [key, share] of Object.entries(expected)) {
      const error = 4 * Math.sqrt((share * (1 - share)) / draws);
      expect(Math.abs((counts.get(key) ?? 0) / draws - share)).toBeLessThan(error);
    }
    expect(counts.size).toBe(3);
  });
});

describe("vanillaTrace", () => {
  test("derives what the target needs, in the order given", () => {
    expect(vanillaTrace(fruit).steps).toEqual([0, 1, 2, 4].map((node) => ({ kind: "derive", node, detail: "direct" })));
    expect(vanillaTrace(fruit, [1, 0, 2, 4]).steps.map((step) => "node" in step && step.node)).toEqual([1, 0, 2, 4]);
  });

  test.each([
    ["a locked node", [0, 2, 1, 4], /locked/],
    ["a distractor", [0, 1, 3, 2, 4], /node 3/],
    ["a node twice", [0, 0, 1, 2, 4], /node 0/],
    ["too few nodes", [0, 1, 2], /leaves out.*4/],
  ])("refuses %s", (_case, order, message) => {
    expect(() => vanillaTrace(fruit, order)).toThrow(message);
    expect(() => vanillaTrace(fruit, order)).toThrow(expect.objectContaining({ code: "invalid-trace" }));
  });
});

function isTopological(graph: ReasoningGraph, order: readonly number[]): boolean {
  return order.every((id, at) =>
    graph.nodes[id]?.dependencies.every((dependency) => order.indexOf(dependency) < at && order.includes(dependency)),
  );
}

function permutations(items: readonly number[]): number[][] {
  if (items.length === 0) return [[]];
  return items.flatMap((item) => permutations(items.filter((other) => other !== item)).map((rest) => [item, ...rest]));
}
