import type { Expression, GraphNode, ReasoningGraph } from "@bridge-rl/spec";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { defaultVocabulary, type IgsmOptions, igsm } from "../src/index.js";
import { ancestors, evaluate, operationsOf, references } from "./support/graphs.js";

const layerOf = new Map<string, string>();
for (const { layers } of defaultVocabulary.ecosystems) {
  for (const { category, kinds } of layers) for (const { names } of kinds) for (const name of names) layerOf.set(name, category);
}

/** Options across the space that a user may want, each with problems in it. */
const settings: fc.Arbitrary<IgsmOptions> = fc.record(
  {
    operations: fc.oneof(
      fc.integer({ min: 1, max: 25 }),
      fc.constantFrom([1, 4] as const, [15, 20] as const, { minimum: 21, maximum: 25 }),
    ),
    operationsDistribution: fc.constantFrom("uniform" as const, "skewed" as const),
    modulus: fc.constantFrom(5, 10, 23),
    layers: fc.constantFrom([2, 4] as const, 3, [3, 4] as const),
    items: fc.constantFrom([2, 4] as const, 3, [1, 6] as const),
    maximumEdges: fc.integer({ min: 20, max: 28 }),
    maximumInDegree: fc.constantFrom(3, 4, 5),
    distractors: fc.constantFrom([0, 3] as const, 0, [1, 20] as const),
    independentDistractors: fc.constantFrom(0, 0.5, 1),
    dropZeroAnswers: fc.constantFrom(0, 1),
    phrasebook: fc.constantFrom("prose" as const, "terse" as const),
    seed: fc.maxSafeInteger(),
  },
  { requiredKeys: ["operations", "seed"] },
);

describe("a problem", () => {
  test("keeps the laws of its graph whatever the options", () => {
    fc.assert(
      fc.property(settings, (options) => {
        for (const { graph, difficulty, answer } of igsm(options).problems({ count: 4 })) {
          checkTopology(graph);
          checkValues(graph);
          checkCategorySums(graph);
          const necessary = graph.nodes.filter((node) => node.necessary);
          expect(necessary.reduce((sum, { expression }) => sum + operationsOf(expression), 0)).toBe(difficulty.operations);
          expect(answer).toBe((graph.nodes[graph.target] as GraphNode).value);
          if (options.modulus === undefined) expect(Math.abs(answer as number)).toBeLessThan(1000);
          if (options.dropZeroAnswers === 1) expect(answer).not.toBe(0);
        }
      }),
      { numRuns: 1000 },
    );
  });

  test("has exactly the operations asked for", () => {
    for (let operations = 1; operations <= 25; operations++) {
      for (const { difficulty } of igsm({ operations, seed: operations }).problems({ count: 100 })) {
        expect(difficulty.operations).toBe(operations);
      }
    }
  });

  test("draws operations from the whole range, evenly or skewed", () => {
    const counts = (operationsDistribution: "uniform" | "skewed") => {
      const found = [0, 0, 0, 0];
      for (const { difficulty } of igsm({ operations: [3, 6], operationsDistribution, modulus: 23 }).problems({ count: 4000 })) {
        found[difficulty.operations - 3] = (found[difficulty.operations - 3] as number) + 1 / 4000;
      }
      return found;
    };

    // Four standard errors are 0.031.
    for (const share of counts("uniform")) expect(Math.abs(share - 1 / 4)).toBeLessThan(0.031);
    for (const [index, share] of counts("skewed").entries()) expect(Math.abs(share - (7 - 2 * index) / 16)).toBeLessThan(0.032);
  });

  test("never lets a distractor feed a necessary node, and lets some rest on the necessary part", () => {
    let dependent = 0;
    for (const { graph } of igsm({ operations: 8, seed: 4 }).problems({ count: 500 })) {
      for (const { necessary, dependencies } of graph.nodes) {
        for (const id of dependencies) {
          const needed = (graph.nodes[id] as GraphNode).necessary;
          if (necessary) expect(needed).toBe(true);
          else if (needed) dependent++;
        }
      }
    }
    expect(dependent).toBeGreaterThan(500);
  });

  test("keeps independent distractors away from the necessary part", () => {
    for (const { graph } of igsm({ operations: 8, seed: 4, independentDistractors: 1 }).problems({ count: 500 })) {
      for (const { necessary, dependencies } of graph.nodes) {
        if (!necessary) expect(dependencies.some((id) => (graph.nodes[id] as GraphNode).necessary)).toBe(false);
      }
    }
  });

  test("meets the number of distractors", () => {
    const found = new Set<number>();
    for (const { graph, difficulty } of igsm({ operations: 4, distractors: [2, 4], modulus: 10, maximumEdges: 12 }).problems({
      count: 500,
    })) {
      expect(graph.nodes.filter(({ stated, necessary }) => stated && !necessary)).toHaveLength(difficulty.distractors as number);
      found.add(difficulty.distractors as number);
    }
    expect([...found].sort()).toEqual([2, 3, 4]);
  });

  test("keeps literals and multipliers in their ranges", () => {
    for (const { graph } of igsm({ operations: 12, literals: [3, 5], multipliers: 2, modulus: 11 }).problems({ count: 300 })) {
      for (const { expression } of graph.nodes) {
        if (expression.kind === "constant") expect([3, 4, 5]).toContain(expression.value);
        if (expression.kind !== "operation") continue;
        const [first] = expression.operands;
        if (first?.kind === "constant") expect(expression.operator === "*" ? [2] : [3, 4, 5]).toContain(first.value);
      }
    }
  });

  test("has more nodes than letters, each with its own symbol", () => {
    const source = igsm({ operations: 60, maximumEdges: 90, items: [5, 6], layers: 4, modulus: 23 });
    let most = 0;
    for (const { graph } of source.problems({ count: 20 })) {
      const symbols = graph.nodes.map(({ label }) => label?.symbol);
      expect(new Set(symbols).size).toBe(symbols.length);
      most = Math.max(most, symbols.length);
    }
    expect(most).toBeGreaterThan(52);
  });
});

function checkTopology(graph: ReasoningGraph): void {
  const needed = ancestors(graph);
  const { nodes } = graph;
  expect(nodes.map(({ id }) => id)).toEqual([...nodes.keys()]);
  expect(nodes.map(({ dependencies }) => dependencies)).toEqual(nodes.map(({ expression }) => [...new Set(references(expression))]));
  expect(nodes.filter(({ id, dependencies }) => dependencies.some((node) => node >= id))).toEqual([]);
  expect(nodes.map(({ necessary }) => necessary)).toEqual(nodes.map(({ id }) => needed.has(id)));
  expect(new Set(nodes.map(({ name }) => name)).size).toBe(nodes.length);
}

/** `toEqual` tells −0 from 0. */
function checkValues({ nodes, modulus }: ReasoningGraph): void {
  const values = nodes.map(({ value }) => value as number);
  expect(values).toEqual(nodes.map(({ expression }) => evaluate(expression, values, modulus) + 0));
}

/** An abstract parameter is the sum over what its container holds: of counts, or of counts times what each holds of the category. */
function checkCategorySums({ nodes }: ReasoningGraph): void {
  const idOf = new Map(nodes.map(({ name, id }) => [name, id]));
  for (const { label, expression, stated } of nodes) {
    expect(label?.kind).toBe(stated ? "instance" : "abstract");
    if (stated) continue;
    const held = nodes.filter((node) => node.stated && node.label?.container === label?.container);
    const terms = held.map(({ id, label: child }): Expression => {
      const item = child?.item as string;
      const own: Expression = { kind: "reference", node: id };
      if (layerOf.get(item) === label?.category) return own;
      const inner = idOf.get(`each ${item}'s ${label?.category}`);
      return { kind: "operation", operator: "*", operands: [own, { kind: "reference", node: inner as number }] };
    });
    const found = expression.kind === "operation" && expression.operator === "+" ? expression.operands : [expression];
    expect(found.map((term) => JSON.stringify(term)).sort()).toEqual(terms.map((term) => JSON.stringify(term)).sort());
  }
}
