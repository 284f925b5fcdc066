import { BridgeError, type Expression, type GraphNode, type ReasoningGraph } from "@bridge-rl/spec";
import { evaluate } from "../arithmetic.js";

/** What a graph is assembled from: quantities by number, references in their formulas being such numbers too. */
export interface Parts {
  readonly count: number;
  formula(quantity: number): Expression;
  describe(quantity: number): Pick<GraphNode, "name" | "label" | "stated">;
}

/**
 * Puts quantities in an order of computation, the target's own first, and computes them.
 *
 * @throws BridgeError `invalid-input` where they depend on each other in a circle
 */
export function assembleGraph(parts: Parts, target: number, modulus: number | undefined): ReasoningGraph {
  const nodes: GraphNode[] = [];
  const values: number[] = [];
  /** By quantity: its node, −1 while its operands are looked at. */
  const places: (number | undefined)[] = [];
  place(target, true);
  const { length: necessary } = nodes;
  for (let quantity = 0; quantity < parts.count; quantity++) place(quantity, false);
  const graph = { nodes, target: necessary - 1 };
  return modulus === undefined ? graph : { ...graph, modulus };

  function place(quantity: number, needed: boolean): number {
    const known = places[quantity];
    if (known === -1) throw new BridgeError("invalid-input", `${parts.describe(quantity).name} depends on itself`);
    if (known !== undefined) return known;
    places[quantity] = -1;
    const dependencies: number[] = [];
    const expression = move(parts.formula(quantity), needed, dependencies);
    const id = nodes.length;
    const value = evaluate(expression, values, modulus);
    const { name, label, stated } = parts.describe(quantity);
    if (label === undefined) nodes.push({ id, name, dependencies, expression, value, necessary: needed, stated });
    else nodes.push({ id, name, label, dependencies, expression, value, necessary: needed, stated });
    values.push(value);
    places[quantity] = id;
    return id;
  }

  function move(expression: Expression, needed: boolean, dependencies: number[]): Expression {
    if (expression.kind === "constant") return expression;
    if (expression.kind === "operation") {
      const operands: Expression[] = [];
      for (const operand of expression.operands) operands.push(move(operand, needed, dependencies));
      return { kind: "operation", operator: expression.operator, operands };
    }
    const node = place(expression.node, needed);
    if (!dependencies.includes(node)) dependencies.push(node);
    return { kind: "reference", node };
  }
}
