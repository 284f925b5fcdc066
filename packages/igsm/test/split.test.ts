import { createRandom, type Expression, type GraphNode, type ReasoningGraph } from "@bridge-rl/spec";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { igsm, splitOf, structureHash } from "../src/index.js";
import { reorder } from "./support/graphs.js";

const a: Expression = { kind: "reference", node: 0 };
const b: Expression = { kind: "reference", node: 1 };
const operation = (operator: "+" | "-" | "*", ...operands: Expression[]): Expression => ({ kind: "operation", operator, operands });
const constant = (value: number): Expression => ({ kind: "constant", value });

/** Two leaves and what is made of them; values don't matter to a template. */
function graphOf(...expressions: Expression[]): ReasoningGraph {
  const nodes = [constant(1), constant(2), ...expressions].map(
    (expression, id): GraphNode => ({ id, name: `n${id}`, dependencies: [], expression, value: 0, necessary: true, stated: true }),
  );
  return { nodes, target: nodes.length - 1 };
}

/** Operations and index of problems, seed 2, in which operands that look alike are no images of each other. */
const tied: readonly (readonly [operations: readonly [number, number], index: number])[] = [
  [[8, 14], 9663],
  [[15, 20], 2302],
  [[15, 20], 2745],
  [[15, 20], 5798],
  [[15, 20], 6619],
];

describe("the structure hash", () => {
  test("ignores names, constants, distractors and the order of independent steps and of terms", () => {
    const source = igsm({ operations: [8, 14], seed: 2 });
    fc.assert(
      fc.property(fc.nat(1_000_000), fc.nat(), (index, seed) => {
        const { graph, structureHash: hash } = source.problem(index);
        const renamed = graph.nodes.map((node) => ({ ...node, name: `n${node.id}`, expression: replaceConstants(node.expression) }));
        expect(hash).toMatch(/^[0-9a-f]{64}$/);
        expect(structureHash({ ...graph, nodes: renamed })).toBe(hash);
        expect(structureHash({ ...graph, nodes: graph.nodes.filter(({ necessary }) => necessary) })).toBe(hash);
        expect(structureHash(reorder(graph, createRandom(seed, "reorder")))).toBe(hash);
      }),
      { numRuns: 4000 },
    );
  });

  test("ignores order where terms look alike and are not", () => {
    // Problems whose colours leave a tie that only trying resolves.
    for (const [operations, index] of tied) {
      const { graph, structureHash: hash } = igsm({ operations, seed: 2 }).problem(index);
      for (let seed = 0; seed < 40; seed++) expect(structureHash(reorder(graph, createRandom(seed, "reorder")))).toBe(hash);
    }
  });

  test("tells operators, operands of a difference and shared nodes apart", () => {
    const two = operation("+", a, b);
    const hashes = [
      graphOf(two),
      graphOf(operation("-", a, b)),
      graphOf(operation("*", a, b)),
      graphOf(operation("*", constant(3), a)),
      graphOf(operation("+", constant(3), a)),
      graphOf(a),
      graphOf(operation("+", constant(3), two)),
      graphOf(operation("*", constant(3), two)),
      graphOf(two, operation("-", { kind: "reference", node: 2 }, a)),
      graphOf(two, operation("-", a, { kind: "reference", node: 2 })),
      graphOf(
        operation("+", constant(1), a),
        operation("+", constant(1), b),
        operation("+", { kind: "reference", node: 2 }, { kind: "reference", node: 3 }),
      ),
      graphOf(
        operation("+", constant(1), a),
        operation("+", constant(1), a),
        operation("+", { kind: "reference", node: 2 }, { kind: "reference", node: 3 }),
      ),
    ].map(structureHash);
    expect(new Set(hashes).size).toBe(hashes.length);
    expect(structureHash(graphOf(two))).toBe(structureHash(graphOf(operation("+", b, a))));
  });
});

describe("the split", () => {
  test("is disjoint by template, 16 of 23 buckets for training", () => {
    const train = new Set<string>();
    const test = new Set<string>();
    for (const operations of [[2, 5], 12] as const) {
      for (const { structureHash: hash } of igsm({ operations, split: "train", modulus: 23 }).problems({ count: 1000 })) train.add(hash);
      for (const { structureHash: hash } of igsm({ operations, split: "test", modulus: 23 }).problems({ count: 1000 })) test.add(hash);
    }
    expect([...train].filter((hash) => test.has(hash))).toEqual([]);
    expect(train.size).toBeGreaterThan(500);
    expect(test.size).toBeGreaterThan(500);
    let inTrain = 0;
    for (const { structureHash: hash } of igsm({ operations: 15 }).problems({ count: 3000 })) if (splitOf(hash) === "train") inTrain++;
    // 16/23 = 0.696, four standard errors are 0.034.
    expect(Math.abs(inTrain / 3000 - 16 / 23)).toBeLessThan(0.034);
  });

  test("is the hash as a number modulo 23", () => {
    fc.assert(
      fc.property(fc.stringMatching(/^[0-9a-f]{64}$/), (hash) => {
        expect(splitOf(hash)).toBe(BigInt(`0x${hash}`) % 23n < 16n ? "train" : "test");
      }),
    );
    expect(() => splitOf("xyz")).toThrow(expect.objectContaining({ code: "invalid-input" }));
  });
});

function replaceConstants(expression: Expression): Expression {
  if (expression.kind === "constant") return constant(77);
  if (expression.kind === "reference") return expression;
  return { ...expression, operands: expression.operands.map(replaceConstants) };
}
