import { existsSync, readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import type { Expression, GraphNode, Operator, ReasoningGraph } from "@bridge-rl/spec";
import { describe, expect, test } from "vitest";
import { evaluateGraph } from "../src/evaluate-expression.js";
import { expressionReferences } from "../src/expression-references.js";
import { operationCount } from "../src/graph-measures.js";
import { createGraphState } from "../src/graph-state.js";
import { necessaryNodes } from "../src/necessary-nodes.js";
import { validateGraph } from "../src/validate-graph.js";
import { constant, operation, reference } from "./graphs.js";

interface Row {
  readonly solution: string;
  readonly answer: number;
  readonly num_ops: number;
  readonly meta: { readonly nodes: readonly FixtureNode[] };
}

interface FixtureNode {
  readonly i: number;
  readonly name: string;
  readonly type: "instance" | "abstract";
  readonly necessary: boolean;
  readonly parents: readonly number[];
  readonly equation: string;
  readonly value: number | null;
}

const folder = fileURLToPath(new URL("../../../../shared/fixtures/igsm/", import.meta.url));
const files = ["op5-10", "op15-20", "op21-25"].map((range) => `${folder}bridge_igsm_${range}_long.jsonl`);
const present = files.every((file) => existsSync(file));
const rows = present ? files.flatMap((file) => readFileSync(file, "utf8").trim().split("\n")).map((line) => JSON.parse(line) as Row) : [];

// Problems and solutions that the paper's released generator wrote; they are not part of the repository.
describe.skipIf(!present)("problems of the released code", () => {
  test.each(rows.map((row, index) => [index, row] as const))(
    "row %i: same operations, same values, same necessary nodes",
    (_index, row) => {
      const graph = readGraph(row);
      expect(rows.length).toBeGreaterThanOrEqual(24);
      expect(validateGraph(graph)).toEqual([]);
      expect(operationCount(graph)).toBe(row.num_ops);
      expect(evaluateGraph(graph)[graph.target]).toBe(row.answer);
      const necessary = new Set(row.meta.nodes.filter((node) => node.necessary).map((node) => node.name));
      expect(new Set(necessaryNodes(graph).map((id) => graph.nodes[id]?.name))).toEqual(necessary);
    },
  );

  test.each(rows.map((row, index) => [index, row] as const))(
    "row %i: what its solution finds unsolved is locked, with those missing",
    (_index, row) => {
      const graph = readGraph(row);
      const state = createGraphState(graph);
      const bullets = row.solution.split("\n").filter((line) => line.startsWith("- "));
      for (const bullet of bullets) {
        const node = mentioned(graph, bullet)[0];
        if (node === undefined) throw new Error(`no name in ${bullet}`);
        const setback = / (Wait, the number of .* unknown|However, we don't know .*|But we haven't calculated .*)/.exec(bullet)?.[1];
        if (setback === undefined) state.solve(node);
        else {
          expect(state.isLocked(node)).toBe(true);
          expect(mentioned(graph, setback).sort()).toEqual(state.missing(node).sort());
        }
      }
      expect(state.isSolved(graph.target)).toBe(true);
    },
  );
});

/** The nodes that a text names, in the order of the text. */
function mentioned(graph: ReasoningGraph, text: string): number[] {
  const longestFirst = graph.nodes.toSorted((left, right) => right.name.length - left.name.length);
  const names = longestFirst.map(({ name }) => name.replaceAll(/[.*+?^$()[\]{}|\\]/g, "\\$&"));
  return [...text.matchAll(new RegExp(names.join("|"), "g"))].map(([name]) => graph.nodes.findIndex((node) => node.name === name));
}

/** The fixture's nodes in a topological order; the last necessary one is the target. */
function readGraph({ meta, answer }: Row): ReasoningGraph {
  const ids = new Map<number, number>();
  while (ids.size < meta.nodes.length) {
    const next = meta.nodes.find((node) => !ids.has(node.i) && node.parents.every((parent) => parent === -1 || ids.has(parent)));
    if (next === undefined) throw new Error("the fixture has a cycle");
    ids.set(next.i, ids.size);
  }
  const nodes: GraphNode[] = [];
  for (const [old, id] of ids) {
    const node = meta.nodes[old];
    if (node === undefined) throw new Error(`the fixture has no node ${old}`);
    const expression = parse(node.equation, (position) => ids.get(node.parents[position] ?? -1) ?? -1);
    const graph: ReasoningGraph = {
      nodes: [...nodes, { id, name: node.name, dependencies: [], expression, value: 0, necessary: node.necessary, stated: true }],
      target: 0,
    };
    const value = node.value ?? evaluateGraph(graph)[id] ?? 0;
    nodes.push({
      id,
      name: node.name,
      dependencies: expressionReferences(expression),
      expression,
      value,
      necessary: node.necessary,
      stated: node.type === "instance",
    });
  }
  const needed = new Set(nodes.filter((node) => node.necessary).flatMap((node) => node.dependencies));
  const target = nodes.find((node) => node.necessary && !needed.has(node.id));
  expect(target?.value).toBe(answer);
  return { nodes, target: target?.id ?? -1 };
}

/** Reads `2 + ({0} + {1})`: products bind closer, parentheses group, everything else goes from left to right. */
function parse(equation: string, nodeAt: (position: number) => number): Expression {
  const tokens = equation.match(/\{\d+\}|\d+|[-+*()]/g) ?? [];
  let at = 0;
  const atom = (): Expression => {
    const token = tokens[at++] ?? "";
    if (token === "(") {
      const inner = chain(["+", "-"], () => chain(["*"], atom));
      at++;
      return inner;
    }
    return token.startsWith("{") ? reference(nodeAt(Number(token.slice(1, -1)))) : constant(Number(token));
  };
  const chain = (operators: readonly Operator[], operand: () => Expression): Expression => {
    let left = operand();
    for (let operator = operators.find((one) => one === tokens[at]); operator; operator = operators.find((one) => one === tokens[at])) {
      at++;
      left = operation(operator, left, operand());
    }
    return left;
  };
  return chain(["+", "-"], () => chain(["*"], atom));
}
