import type { Expression } from "@bridge-rl/spec";

/** Finds the number of a quantity by its name without "each", or undefined where there is none. */
export type Resolve = (name: string) => number | undefined;

/**
 * Reads what stands behind "equals" in a premise: a number, a quantity, a sum, difference or product of quantities, each of them
 * perhaps behind "3 more than", "3 times" or "3 times as much as". Returns undefined for other text.
 */
export function readFormula(text: string, resolve: Resolve): Expression | undefined {
  if (text.startsWith("each ")) return readTerm(text, resolve);
  const code = text.charCodeAt(0);
  if (code >= 48 && code <= 57) return readNumber(text, resolve);
  if (text.startsWith("the sum of ")) return readList("+", text.slice(11), resolve);
  if (text.startsWith("the difference of ")) return readList("-", text.slice(18), resolve);
  if (text.startsWith("the product of ")) return readList("*", text.slice(15), resolve);
  return undefined;
}

function readNumber(text: string, resolve: Resolve): Expression | undefined {
  const space = text.indexOf(" ");
  const digits = space === -1 ? text : text.slice(0, space);
  if (!/^\d+$/.test(digits)) return undefined;
  const constant: Expression = { kind: "constant", value: Number(digits) };
  if (space === -1) return constant;
  for (const [words, operator] of relations) {
    if (!text.startsWith(words, space)) continue;
    const rest = readFormula(text.slice(space + words.length), resolve);
    return rest && { kind: "operation", operator, operands: [constant, rest] };
  }
  return undefined;
}

const relations = [
  [" more than ", "+"],
  [" times as much as ", "*"],
  [" times ", "*"],
] as const;

function readList(operator: "+" | "-" | "*", text: string, resolve: Resolve): Expression | undefined {
  const operands: Expression[] = [];
  for (const part of splitList(text)) {
    const operand = readTerm(part, resolve);
    if (operand === undefined) return undefined;
    operands.push(operand);
  }
  return operands.length < 2 ? operands[0] : { kind: "operation", operator, operands };
}

/** Splits "each A's B, each C's D and each E's F". Names may have "and" in them, but never "and each". */
export function splitList(text: string): string[] {
  const parts: string[] = [];
  let start = 0;
  for (let comma = text.indexOf(", each ", start); comma !== -1; comma = text.indexOf(", each ", start)) {
    parts.push(text.slice(start, comma));
    start = comma + 2;
  }
  for (let and = text.indexOf(" and each ", start); and !== -1; and = text.indexOf(" and each ", start)) {
    parts.push(text.slice(start, and));
    start = and + 5;
  }
  parts.push(text.slice(start));
  return parts;
}

/** Reads "each A's B" or "each A's B times each B's C". */
function readTerm(text: string, resolve: Resolve): Expression | undefined {
  const times = text.indexOf(" times each ");
  if (times !== -1) {
    const first = readTerm(text.slice(0, times), resolve);
    const second = readTerm(text.slice(times + 7), resolve);
    return first && second && { kind: "operation", operator: "*", operands: [first, second] };
  }
  if (!text.startsWith("each ")) return undefined;
  const node = resolve(text.slice(5));
  return node === undefined ? undefined : { kind: "reference", node };
}
