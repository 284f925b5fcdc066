import type { Expression, Operator, Value } from "@bridge-rl/spec";

/** How expressions look. */
export interface InfixStyle {
  /** Words a value. */
  value(value: Value): string;
  /** Signs between operands. */
  readonly signs: Readonly<Partial<Record<Operator, string>>>;
  unary(operator: Operator, operand: string): string;
  /** Operators whose operands stand in parentheses, with what stands before these. */
  readonly functions: Readonly<Partial<Record<Operator, string>>>;
  /** Whether a negative number behind a sign stands in parentheses. */
  readonly groupNegatives: boolean;
}

const strength: Readonly<Partial<Record<Operator, number>>> = { "+": 1, "-": 1, "*": 2, "/": 2, and: 1, or: 1 };

/** Words an expression, with each reference replaced by the word of its node, which can be its value. */
export function infix(expression: Expression, words: readonly string[], style: InfixStyle): string {
  if (expression.kind === "constant") return style.value(expression.value);
  if (expression.kind === "reference") return words[expression.node] as string;
  const { operator, operands } = expression;
  const opening = style.functions[operator];
  const sign = style.signs[operator];
  if (sign === undefined) return style.unary(operator, unaryOperand(operands[0] as Expression, words, style));
  let text = "";
  for (let index = 0; index < operands.length; index++) {
    const operand = operands[index] as Expression;
    const inner = infix(operand, words, style);
    if (index > 0) text += sign;
    text += opening === undefined && needsParentheses(operator, operand, index, inner, style) ? `(${inner})` : inner;
  }
  return opening === undefined ? text : `${opening}${text})`;
}

function needsParentheses(operator: Operator, operand: Expression, index: number, inner: string, style: InfixStyle): boolean {
  if (operand.kind !== "operation") return index > 0 && style.groupNegatives && inner.startsWith("-");
  if (operand.operator in style.functions) return false;
  const [own, other] = [strength[operator] ?? 0, strength[operand.operator] ?? 9];
  if (other !== own) return other < own;
  if (operator !== operand.operator) return index > 0 || own === 2 || operator === "and" || operator === "or";
  return index > 0 && (operator === "-" || operator === "/");
}

function unaryOperand(operand: Expression, words: readonly string[], style: InfixStyle): string {
  const text = infix(operand, words, style);
  return operand.kind === "operation" || text.startsWith("-") ? `(${text})` : text;
}
