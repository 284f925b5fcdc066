import { BridgeError, type Expression, type GraphNode, type ReasoningGraph, type Value } from "@bridge-rl/spec";
import { TextWriter } from "./text-writer.js";

/** How expressions look: the space around signs, and whether a sum in a sum keeps its parentheses. */
export interface InfixStyle {
  readonly space: "" | " ";
  readonly groupSums: boolean;
}

/** Words an expression, with each reference replaced by the word of its node. */
export function infix(expression: Expression, words: readonly string[], style: InfixStyle): string {
  if (expression.kind === "reference") return words[expression.node] as string;
  if (expression.kind === "constant") return String(integer(expression.value));
  const writer = new TextWriter();
  writeInfix(writer, expression, words, style);
  return writer.toString();
}

/** Writes what `infix` words. */
export function writeInfix(writer: TextWriter, expression: Expression, words: readonly string[], style: InfixStyle): void {
  if (expression.kind !== "operation") {
    writer.write(infix(expression, words, style));
    return;
  }
  const { operator, operands } = expression;
  const sign = codeOf(operator);
  for (let index = 0; index < operands.length; index++) {
    const operand = operands[index] as Expression;
    if (index > 0) writeSign(writer, sign, style);
    if (operand.kind === "reference") writer.write(words[operand.node] as string);
    else if (needsParentheses(operator, operand, index, style)) {
      writer.writeCode(opening);
      writeInfix(writer, operand, words, style);
      writer.writeCode(closing);
    } else writeInfix(writer, operand, words, style);
  }
}

/** Writes the sign of an operation. */
function writeSign(writer: TextWriter, sign: number, { space }: InfixStyle): void {
  if (space === "") writer.writeCode(sign);
  else {
    writer.writeCode(blank);
    writer.writeCode(sign);
    writer.writeCode(blank);
  }
}

/** Whether an expression names any node. */
export function refersToNodes(expression: Expression): boolean {
  if (expression.kind !== "operation") return expression.kind === "reference";
  for (let index = 0; index < expression.operands.length; index++) {
    if (refersToNodes(expression.operands[index] as Expression)) return true;
  }
  return false;
}

function needsParentheses(operator: string, operand: Expression, index: number, style: InfixStyle): boolean {
  if (operand.kind !== "operation" || operand.operator === "*") return false;
  return operator === "*" || style.groupSums || (operator === "-" && index > 0);
}

/** What arithmetic is written with, by character code. */
const plus = 43;
const minus = 45;
const times = 42;
const opening = 40;
const closing = 41;
const blank = 32;
const equals = 61;

/** Stands where a number does. */
const number = 0;

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
 * Writes what an expression is after each binary step of computing it, one behind the other, the last one being the bare value: innermost
 * parentheses first, in them products before sums, from left to right. Nothing for a constant or a reference.
 */
export function writeSteps(writer: TextWriter, expression: Expression, graph: ReasoningGraph, style: InfixStyle, tokens: Tokens): void {
  let length = tokenize(expression, graph.nodes, style, tokens, 0);
  for (let isFirst = true; length > 1; isFirst = false) {
    length = reduceOnce(tokens, length, graph.modulus);
    if (!isFirst) writeSign(writer, equals, style);
    for (let index = 0; index < length; index++) {
      const kind = tokens.kinds[index] as number;
      if (kind === number) writer.write(String(tokens.values[index]));
      else if (kind === opening || kind === closing) writer.writeCode(kind);
      else writeSign(writer, kind, style);
    }
  }
}

/** Writes an expression's tokens from a place on. Returns the place behind them. */
function tokenize(expression: Expression, nodes: readonly GraphNode[], style: InfixStyle, tokens: Tokens, start: number): number {
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
function reduceOnce({ kinds, values }: Tokens, length: number, modulus: number | undefined): number {
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

function codeOf(operator: string): number {
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
