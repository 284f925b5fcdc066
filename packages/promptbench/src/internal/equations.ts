import { BridgeError, type Expression, type ReasoningGraph } from "@bridge-rl/spec";
import type { Quantity } from "./build-graph.js";
import type { Coefficient, Description } from "./fact.js";

function term(coefficient: Coefficient, positions: Int32Array): Expression {
  if (typeof coefficient === "number") return { kind: "constant", value: coefficient };
  return { kind: "reference", node: positions[coefficient.fact] as number };
}

function operation(operator: "-" | "*" | "/" | "pair", ...operands: Expression[]): Expression {
  return { kind: "operation", operator, operands };
}

/** Names of the quantities that solve a system: its determinant, its two unknowns, and both together. */
const solutionNames = ["D", "x", "y", "(x, y)"] as const;

/** Adds the quantities that solve two linear equations by Cramer's rule: the determinant, x, y, and both. */
export function linearQuantities({ equations }: Description, positions: Int32Array, quantities: Quantity[]): void {
  if (equations === undefined) throw new BridgeError("internal", "a linear equation system has no equations");
  const [[a, b, c], [d, e, f]] = equations.map((equation) => equation.map((part) => term(part, positions))) as [Row, Row];
  const determinant = quantities.length;
  const difference = (p: Expression, q: Expression, r: Expression, s: Expression) =>
    operation("-", operation("*", p, q), operation("*", r, s));
  const share = (part: Expression): Expression => operation("/", part, { kind: "reference", node: determinant });
  quantities.push(
    { name: solutionNames[0], expression: difference(a, e, b, d), stated: false },
    { name: solutionNames[1], expression: share(difference(c, e, b, f)), stated: false },
    { name: solutionNames[2], expression: share(difference(a, f, c, d)), stated: false },
    {
      name: solutionNames[3],
      expression: operation("pair", { kind: "reference", node: determinant + 1 }, { kind: "reference", node: determinant + 2 }),
      stated: false,
      label: { task: "linear_equation" },
    },
  );
}

type Row = [Expression, Expression, Expression];

/** Reads the two equations, as coefficients of x, y and the right side, back from the graph that solves them. */
export function equationsOf(graph: ReasoningGraph): [Row, Row] {
  const determinant = graph.target - 3;
  const [a, e, b, d] = products(graph.nodes[determinant]?.expression);
  const [c, , , f] = products(operandsOf(graph.nodes[determinant + 1]?.expression)[0]);
  return [
    [a, b, c],
    [d, e, f],
  ];
}

function products(expression: Expression | undefined): [Expression, Expression, Expression, Expression] {
  const factors = operandsOf(expression).flatMap((product) => operandsOf(product));
  if (factors.length !== 4) throw new BridgeError("invalid-graph", "the graph does not end in the solution of two linear equations");
  return factors as [Expression, Expression, Expression, Expression];
}

function operandsOf(expression: Expression | undefined): readonly Expression[] {
  return expression?.kind === "operation" ? expression.operands : [];
}
