import type { Value } from "@bridge-rl/spec";
import type { InfixStyle } from "./infix.js";
import { numberText } from "./number-text.js";

/** A value in prose; the two numbers of a pair too. */
export function proseValue(value: Value): string {
  if (typeof value === "number") return numberText(value);
  if (typeof value === "boolean") return value ? "True" : "False";
  return value.includes(" ") ? value.split(" ").map(Number).map(numberText).join(" ") : value;
}

/** How prose writes formulas. */
export const proseStyle: InfixStyle = {
  value: proseValue,
  signs: { "+": " + ", "-": " - ", "*": " * ", "/": " / ", and: " AND ", or: " OR ", max: ", ", pair: ", " },
  functions: { and: "(", or: "(", max: "max(", pair: "(" },
  unary(operator, operand) {
    if (operator === "square") return `${operand}^2`;
    if (operator === "sqrt") return operand.startsWith("(") ? `sqrt${operand}` : `sqrt(${operand})`;
    return operator === "not" ? `(NOT ${operand})` : operand;
  },
  groupNegatives: true,
};

/** Joins words by commas and a last word before them. */
export function list(words: readonly string[], last: string): string {
  return words.length < 2 ? (words[0] ?? "") : `${words.slice(0, -1).join(", ")} ${last} ${words[words.length - 1] as string}`;
}
