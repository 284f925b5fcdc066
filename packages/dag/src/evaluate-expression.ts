import { BridgeError, type Expression, type Operator, type ReasoningGraph, type Value } from "@bridge-rl/spec";

/**
 * Computes an expression. What cannot be known is `"N/A"`, and spreads as `Operator` says.
 *
 * @param valueAt  the value of a node that the expression refers to
 * @param modulus  wraps every result into 0 … modulus−1; absent for ordinary numbers
 * @throws BridgeError `invalid-graph` for operands that an operator cannot take; `unsupported` for division or roots with a modulus
 */
export function evaluateExpression(expression: Expression, valueAt: (node: number) => Value, modulus?: number): Value {
  switch (expression.kind) {
    case "constant":
      return typeof expression.value === "number" ? wrap(expression.value, modulus) : expression.value;
    case "reference":
      return valueAt(expression.node);
    case "operation": {
      const operands = expression.operands.map((operand) => evaluateExpression(operand, valueAt, modulus));
      return applyOperator(expression.operator, operands, modulus);
    }
  }
}

/**
 * Computes every node of a graph from its expression, whatever values the nodes carry.
 *
 * @returns values by node id
 * @throws BridgeError as `evaluateExpression`, and `invalid-graph` where an expression refers to a node that does not stand before it
 */
export function evaluateGraph(graph: ReasoningGraph): Value[] {
  const values: Value[] = [];
  for (const [id, node] of graph.nodes.entries()) {
    values.push(evaluateExpression(node.expression, (reference) => earlierValue(values, reference, id), graph.modulus));
  }
  return values;
}

function earlierValue(values: readonly Value[], reference: number, id: number): Value {
  const value = values[reference];
  if (value === undefined) {
    throw new BridgeError("invalid-graph", `the expression of node ${id} refers to ${reference}, which does not stand before it`);
  }
  return value;
}

/** Also turns −0, as from 0 · −3, into 0: JSON and people know but one zero. */
function wrap(value: number, modulus: number | undefined): number {
  return modulus === undefined ? value + 0 : ((value % modulus) + modulus) % modulus;
}

const unknown = "N/A";

function applyOperator(operator: Operator, operands: readonly Value[], modulus: number | undefined): Value {
  switch (operator) {
    case "and":
      return conjunction(truthValues(operator, operands, 2), false);
    case "or":
      return conjunction(truthValues(operator, operands, 2), true);
    case "not":
      return negation(truthValues(operator, operands, 1)[0] as TruthValue);
    case "implied":
      return truthValues(operator, operands, 1)[0] === true ? true : unknown;
    case "refuted":
      return truthValues(operator, operands, 1)[0] === false ? false : unknown;
    case "pair":
      return operands.includes(unknown) ? unknown : numbers(operator, operands, 2).join(" ");
    case "max":
      return largest(operands);
    default:
      return operands.includes(unknown) ? unknown : applyArithmetic(operator, operands, modulus);
  }
}

type Arithmetic = Exclude<Operator, "and" | "or" | "not" | "implied" | "refuted" | "pair" | "max">;

function applyArithmetic(operator: Arithmetic, operands: readonly Value[], modulus: number | undefined): number {
  switch (operator) {
    case "+":
      return numbers(operator, operands, 2).reduce((left, right) => wrap(left + right, modulus));
    case "-":
      return numbers(operator, operands, 2).reduce((left, right) => wrap(left - right, modulus));
    case "*":
      return numbers(operator, operands, 2).reduce((left, right) => wrap(left * right, modulus));
    case "/":
      refuseModulus(operator, modulus);
      return numbers(operator, operands, 2).reduce((left, right) => wrap(left / right, modulus));
    case "square":
      return wrap((numbers(operator, operands, 1)[0] as number) ** 2, modulus);
    case "sqrt":
      refuseModulus(operator, modulus);
      return Math.sqrt(numbers(operator, operands, 1)[0] as number);
  }
}

type TruthValue = boolean | typeof unknown;

/** Kleene's `and` (decided by false) or `or` (decided by true). */
function conjunction(operands: readonly TruthValue[], decisive: boolean): TruthValue {
  if (operands.includes(decisive)) return decisive;
  return operands.includes(unknown) ? unknown : !decisive;
}

function negation(operand: TruthValue): TruthValue {
  return operand === unknown ? unknown : !operand;
}

function largest(operands: readonly Value[]): Value {
  const known = operands.filter((operand) => operand !== unknown);
  checkCount("max", operands, 2);
  if (known.length === 0) return unknown;
  return known.reduce<number>((best, operand) => {
    if (typeof operand !== "number") throw wrongOperand("max", operand, "numbers");
    return Math.max(best, operand);
  }, Number.NEGATIVE_INFINITY);
}

/** Checks operands that have to be numbers: exactly one, or two and more. */
function numbers(operator: Operator, operands: readonly Value[], count: 1 | 2): number[] {
  checkCount(operator, operands, count);
  return operands.map((operand) => {
    if (typeof operand !== "number") throw wrongOperand(operator, operand, "numbers");
    return operand;
  });
}

function truthValues(operator: Operator, operands: readonly Value[], count: 1 | 2): TruthValue[] {
  checkCount(operator, operands, count);
  return operands.map((operand) => {
    if (typeof operand !== "boolean" && operand !== unknown) throw wrongOperand(operator, operand, "truth values");
    return operand;
  });
}

function checkCount(operator: Operator, operands: readonly Value[], count: 1 | 2): void {
  const fits = count === 1 ? operands.length === 1 : operands.length >= 2;
  if (!fits) {
    throw new BridgeError(
      "invalid-graph",
      `"${operator}" got ${operands.length} operands; it takes ${count === 1 ? "one" : "two or more"}`,
    );
  }
}

function wrongOperand(operator: Operator, operand: Value, wanted: string): BridgeError {
  return new BridgeError("invalid-graph", `"${operator}" got ${JSON.stringify(operand)}; it takes ${wanted}`);
}

function refuseModulus(operator: Operator, modulus: number | undefined): void {
  if (modulus !== undefined) {
    throw new BridgeError("unsupported", `"${operator}" has no meaning modulo ${modulus}; use +, - and * in graphs with a modulus`);
  }
}
