import { BridgeError, type Expression, type GraphNode, type Random, type ReasoningGraph, type Value } from "@bridge-rl/spec";
import { evaluateExpression } from "./evaluate-expression.js";
import { expressionReferences } from "./expression-references.js";
import { necessaryNodes } from "./necessary-nodes.js";

export interface RandomGraphOptions {
  /** Number of nodes, distractors included. @defaultValue 12 */
  readonly nodes?: number;
  /** All arithmetic is modulo this number. @defaultValue none: sums and differences of ordinary numbers */
  readonly modulus?: number;
}

/**
 * Draws a small sound graph of any shape, for tests: chains, lone givens, distractors, operands in any order, repeated and
 * nested ones, nodes that no premise states. It means nothing; take a problem source where a question is wanted.
 *
 * @throws BridgeError `invalid-option` for fewer than one node
 */
export function randomGraph(random: Random, options: RandomGraphOptions = {}): ReasoningGraph {
  const { nodes: count = 12, modulus } = options;
  if (!(Number.isInteger(count) && count >= 1)) {
    throw new BridgeError("invalid-option", `a random graph cannot have ${count} nodes; use an integer of at least 1`);
  }
  const nodes: GraphNode[] = [];
  for (let id = 0; id < count; id++) {
    const expression = id === 0 || random.chance(0.25) ? constant(random) : combine(random, id, modulus !== undefined, 2);
    const dependencies = expressionReferences(expression);
    const value = evaluateExpression(expression, (node) => (nodes[node] as GraphNode).value, modulus);
    nodes.push({
      id,
      name: `each box's thing ${id}`,
      dependencies,
      expression,
      value,
      necessary: false,
      stated: dependencies.length === 0 || random.chance(0.8),
    });
  }
  const target = random.integer(Math.floor(count / 2), count - 1);
  const graph = { nodes, target, ...(modulus === undefined ? {} : { modulus }) };
  const necessary = new Set(necessaryNodes(graph));
  return { ...graph, nodes: nodes.map((node) => ({ ...node, necessary: necessary.has(node.id) })) };
}

function constant(random: Random): Expression {
  const value: Value = random.integer(0, 9);
  return { kind: "constant", value };
}

/** An operation over earlier nodes and, rarely, constants; with products only where a modulus bounds them. */
function combine(random: Random, below: number, products: boolean, depth: number): Expression {
  const operator = random.pick(products ? (["+", "-", "*"] as const) : (["+", "-"] as const)) as "+" | "-" | "*";
  const operands = Array.from({ length: random.chance(0.2) ? 3 : 2 }, (): Expression => {
    if (depth > 1 && random.chance(0.2)) return combine(random, below, products, depth - 1);
    return random.chance(0.2) ? constant(random) : { kind: "reference", node: random.integer(0, below - 1) };
  });
  return { kind: "operation", operator, operands };
}
