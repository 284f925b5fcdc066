import type { Expression, GraphNode } from "@bridge-rl/spec";
import { originalModulus } from "../arithmetic.js";
import { infix } from "../infix.js";
import { list, proseStyle } from "../prose-wording.js";

/** Says an expression in the original's words (iGSM, `Problem.parse`). */
export function wordOriginalFormula(expression: Expression, names: readonly string[]): string {
  if (expression.kind !== "operation") return infix(expression, names, proseStyle);
  const { operator, operands } = expression;
  const words = operands.map((operand) => wordOriginalFormula(operand, names));
  const [first, second] = words as [string, string];
  if (operands.length === 2 && operands[0]?.kind === "constant") {
    if (operator === "*") return `${first} times as much as ${second}`;
    if (operator === "+") return `${first} more than ${second}`;
  }
  // Products of quantities stand in no premise of the original, but a behaviour may repeat how a category is summed up.
  if (operands.length === 2 && operator === "*") return `${first} times ${second}`;
  return `the ${operator === "+" ? "sum" : operator === "*" ? "product" : "difference"} of ${list(words)}`;
}

/** Asks for the target. A modulus other than the original's is named, as prose does. */
export function wordOriginalQuestion({ name, label }: GraphNode, modulus: number): string {
  const held = label?.item ?? label?.category;
  const question =
    label?.container === undefined || held === undefined
      ? `what is the number of ${name}?`
      : `how many ${String(held)} does ${String(label.container)} have?`;
  if (modulus !== originalModulus) return `Counting modulo ${modulus}, ${question}`;
  return question.charAt(0).toUpperCase() + question.slice(1);
}
