import { BridgeError, type Expression, type GraphNode, type ReasoningGraph, type Value } from "@bridge-rl/spec";

/** How expressions look: the space around operators, and whether a sum in a sum keeps its parentheses. */
export interface InfixStyle {
  readonly space: "" | " ";
  readonly groupSums: boolean;
}

/** Words an expression, with each reference replaced by the word of its node. */
export function infix(expression: Expression, words: readonly string[], style: InfixStyle): string {
  if (expression.kind === "reference") return words[expression.node] as string;
  if (expression.kind === "constant") return String(integer(expression.value));
  const { operator, operands } = expression;
  const separator = signText(codeOf(operator), style);
  let text = "";
  for (let index = 0; index < operands.length; index++) {
    const operand = operands[index] as Expression;
    if (index > 0) text += separator;
    if (operand.kind === "reference") text += words[operand.node] as string;
    else if (needsParentheses(operator, operand, index, style)) text += `(${infix(operand, words, style)})`;
    else text += infix(operand, words, style);
  }
  return text;
}

/** Whether an operand at a place of an operation stands in parentheses. */
export function needsParentheses(operator: string, operand: Expression, index: number, style: InfixStyle): boolean {
  if (operand.kind !== "operation" || operand.operator === "*") return false;
  return operator === "*" || style.groupSums || (operator === "-" && index > 0);
}

/** What arithmetic is written with, by character code. */
const plus = 43;
const minus = 45;
const times = 42;
export const opening = 40;
export const closing = 41;

/** Stands where a number does. */
export const number = 0;

/** A row of numbers and signs that shrinks as it is computed. */
export interface Tokens {
  /** `number` or a sign's character code. */
  readonly kinds: number[];
  /** The numbers, 0 for signs. */
  readonly values: number[];
}

/** Room for `steps` to work in, of which one solution needs no more than one. */
export function createTokens(): Tokens {
  return { kinds: [], values: [] };
}

/**
 * Computes an expression one binary step at a time: innermost parentheses first, in them products before sums, from left to right.
 *
 * @returns the expression after each step, one behind the other, the last one being the bare value; empty for a constant or a reference
 */
export function steps(
  expression: Expression,
  graph: ReasoningGraph,
  style: InfixStyle,
  separator: string,
  tokens: Tokens = createTokens(),
): string {
  let text = "";
  for (let length = tokenize(expression, graph.nodes, style, tokens, 0); length > 1; ) {
    length = reduceOnce(tokens, length, graph.modulus);
    if (text !== "") text += separator;
    text += write(tokens, length, style);
  }
  return text;
}

/** Writes an expression's tokens from a place on. Returns the place behind them. */
export function tokenize(expression: Expression, nodes: readonly GraphNode[], style: InfixStyle, tokens: Tokens, start: number): number {
  if (expression.kind !== "operation") {
    return put(
      tokens,
      start,
      number,
      integer(expression.kind === "constant" ? expression.value : (nodes[expression.node] as GraphNode).value),
    );
  }
  const { operator, operands } = expression;
  const sign = codeOf(operator);
  let at = start;
  for (let index = 0; index < operands.length; index++) {
    const operand = operands[index] as Expression;
    const grouped = needsParentheses(operator, operand, index, style);
    if (index > 0) at = put(tokens, at, sign, 0);
    if (grouped) at = put(tokens, at, opening, 0);
    at = tokenize(operand, nodes, style, tokens, at);
    if (grouped) at = put(tokens, at, closing, 0);
  }
  return at;
}

function put({ kinds, values }: Tokens, at: number, kind: number, value: number): number {
  kinds[at] = kind;
  values[at] = value;
  return at + 1;
}

/** Computes one operation, in place. Returns how many tokens are left. */
export function reduceOnce({ kinds, values }: Tokens, length: number, modulus: number | undefined): number {
  let end = 0;
  while (end < length && kinds[end] !== closing) end++;
  const isGrouped = end < length;
  let start = isGrouped ? end - 1 : 0;
  if (isGrouped) while (kinds[start - 1] !== opening) start--;
  let at = start + 1;
  while (at < end && kinds[at] !== times) at++;
  if (at === end) at = start + 1;
  const closes = isGrouped && end - start === 3;
  const before = closes ? start - 1 : at - 1;
  const result = apply(kinds[at] as number, values[at - 1] as number, values[at + 1] as number, modulus);
  kinds[before] = number;
  values[before] = result;
  let left = before + 1;
  for (let after = closes ? end + 1 : at + 2; after < length; after++) {
    kinds[left] = kinds[after] as number;
    values[left++] = values[after] as number;
  }
  return left;
}

function apply(sign: number, left: number, right: number, modulus: number | undefined): number {
  const exact = sign === plus ? left + right : sign === minus ? left - right : left * right;
  return modulus === undefined ? exact + 0 : ((exact % modulus) + modulus) % modulus;
}

function write({ kinds, values }: Tokens, length: number, style: InfixStyle): string {
  let text = "";
  for (let index = 0; index < length; index++) {
    const kind = kinds[index] as number;
    text += kind === number ? (values[index] as number) : signText(kind, style);
  }
  return text;
}

function signText(sign: number, { space }: InfixStyle): string {
  if (sign === opening) return "(";
  if (sign === closing) return ")";
  if (space === "") return sign === plus ? "+" : sign === minus ? "-" : "*";
  return sign === plus ? " + " : sign === minus ? " - " : " * ";
}

/** The character of an operator that these phrasebooks can word. */
export function codeOf(operator: string): number {
  if (operator === "+") return plus;
  if (operator === "-") return minus;
  if (operator === "*") return times;
  throw new BridgeError("unsupported", `iGSM phrasebooks word +, - and *, not "${operator}"; use the phrasebook of the graph's own source`);
}

function integer(value: Value): number {
  if (typeof value === "number" && Number.isSafeInteger(value)) return value;
  throw new BridgeError(
    "unsupported",
    `iGSM phrasebooks word integers, not ${String(value)}; use the phrasebook of the graph's own source`,
  );
}
