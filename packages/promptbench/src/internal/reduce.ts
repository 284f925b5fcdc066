import { evaluateExpression } from "@bridge-rl/dag";
import { BridgeError, type Expression, type GraphNode, type ReasoningGraph } from "@bridge-rl/spec";

/** Puts values in the place of references. */
export function substitute(expression: Expression, nodes: readonly GraphNode[]): Expression {
  if (expression.kind === "constant") return expression;
  if (expression.kind === "reference") return { kind: "constant", value: (nodes[expression.node] as GraphNode).value };
  return { ...expression, operands: expression.operands.map((operand) => substitute(operand, nodes)) };
}

/** Computes an expression without references one operation at a time, innermost first, from left to right. The last is the value. */
export function reductions(expression: Expression): Expression[] {
  const found: Expression[] = [];
  for (let current = expression; current.kind === "operation"; ) {
    current = reduceOnce(current);
    found.push(current);
  }
  return found;
}

function reduceOnce(expression: Extract<Expression, { kind: "operation" }>): Expression {
  const { operator, operands } = expression;
  const inner = operands.findIndex((operand) => operand.kind === "operation");
  const found = operands[inner];
  if (found?.kind === "operation") return { ...expression, operands: replaced(operands, inner, reduceOnce(found)) };
  if (operands.length <= 2) return constant(expression);
  const first = constant({ kind: "operation", operator, operands: operands.slice(0, 2) });
  return { ...expression, operands: [first, ...operands.slice(2)] };
}

function constant(expression: Expression): Expression {
  return { kind: "constant", value: evaluateExpression(expression, noReference) };
}

function noReference(node: number): never {
  throw new BridgeError("internal", `a reference to node ${node} is left`);
}

/** A node of a graph. @throws BridgeError `invalid-trace` where a step points outside of it */
export function nodeOf(graph: ReasoningGraph, id: number): GraphNode {
  const node = graph.nodes[id];
  if (node === undefined) throw new BridgeError("invalid-trace", `a step points at node ${id} of a graph of ${graph.nodes.length}`);
  return node;
}

/** What nodes are called in text: a stand-in at the end of a circle by the name of what it stands for. */
export function wordsOf(graph: ReasoningGraph): string[] {
  const words: string[] = [];
  for (const { name, label } of graph.nodes) words.push(typeof label?.circular === "string" ? label.circular : name);
  return words;
}

function replaced(operands: readonly Expression[], place: number, operand: Expression): Expression[] {
  const copy = operands.slice();
  copy[place] = operand;
  return copy;
}
