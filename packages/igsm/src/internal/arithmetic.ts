import { BridgeError, type Expression } from "@bridge-rl/spec";

/** The modulus of the original iGSM's problems, which no text of theirs mentions. */
export const originalModulus = 23;

/** Brings an integer into 0 … modulus−1, or leaves it where there is no modulus. */
export function reduce(value: number, modulus: number | undefined): number {
  return modulus === undefined ? value + 0 : ((value % modulus) + modulus) % modulus;
}

/** The value of an expression of integers. `values` has one number for each node that it refers to. */
export function evaluate(expression: Expression, values: ArrayLike<number>, modulus: number | undefined): number {
  if (expression.kind === "constant") return reduce(Number(expression.value), modulus);
  if (expression.kind === "reference") return values[expression.node] as number;
  const { operator, operands } = expression;
  if (operator !== "+" && operator !== "-" && operator !== "*") {
    throw new BridgeError("unsupported", `iGSM computes with +, - and *, not "${operator}"`);
  }
  let result = evaluate(operands[0] as Expression, values, modulus);
  for (let index = 1; index < operands.length; index++) {
    const operand = evaluate(operands[index] as Expression, values, modulus);
    const exact = operator === "+" ? result + operand : operator === "-" ? result - operand : result * operand;
    result = reduce(exact, modulus);
  }
  return result;
}

/** Binary steps of an expression, a plain assignment counted as one. */
export function operationsOf(expression: Expression): number {
  return Math.max(1, binarySteps(expression));
}

function binarySteps(expression: Expression): number {
  if (expression.kind !== "operation") return 0;
  let count = expression.operands.length - 1;
  for (const operand of expression.operands) count += binarySteps(operand);
  return count;
}
