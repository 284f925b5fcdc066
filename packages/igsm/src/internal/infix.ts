import { BridgeError, type Expression, type GraphNode, type ReasoningGraph, type Value } from "@bridge-rl/spec";

/** How expressions look: the space around operators, and whether a sum in a sum keeps its parentheses. */
export interface InfixStyle {
  readonly space: "" | " ";
  readonly groupSums: boolean;
}

/** Words an expression, with each reference replaced by the word of its node. */
export function infix(expression: Expression, words: readonly string[], style: InfixStyle): string {
  if (expression.kind === "constant") return String(integer(expression.value));
  if (expression.kind === "reference") return words[expression.node] as string;
  const { operator, operands } = expression;
  const separator = style.space + arithmetic(operator) + style.space;
  let text = "";
  for (let index = 0; index < operands.length; index++) {
    const operand = operands[index] as Expression;
    const inner = infix(operand, words, style);
    if (index > 0) text += separator;
    text += needsParentheses(operator, operand, index, style) ? `(${inner})` : inner;
  }
  return text;
}

function needsParentheses(operator: string, operand: Expression, index: number, style: InfixStyle): boolean {
  if (operand.kind !== "operation" || operand.operator === "*") return false;
  return operator === "*" || style.groupSums || (operator === "-" && index > 0);
}

type Token = number | "+" | "-" | "*" | "(" | ")";

/**
 * Computes an expression one binary step at a time: innermost parentheses first, in them products before sums, from left to right.
 *
 * @returns the expression after each step, the last one being the bare value; empty for a constant or a reference
 */
export function steps(expression: Expression, graph: ReasoningGraph, style: InfixStyle): string[] {
  let tokens = tokenize(expression, graph.nodes, style);
  const texts: string[] = [];
  while (tokens.length > 1) {
    tokens = reduceOnce(tokens, graph.modulus);
    texts.push(write(tokens, style));
  }
  return texts;
}

function tokenize(expression: Expression, nodes: readonly GraphNode[], style: InfixStyle): Token[] {
  if (expression.kind === "constant") return [integer(expression.value)];
  if (expression.kind === "reference") return [integer((nodes[expression.node] as GraphNode).value)];
  const { operator, operands } = expression;
  const tokens: Token[] = [];
  for (const [index, operand] of operands.entries()) {
    const inner = tokenize(operand, nodes, style);
    if (index > 0) tokens.push(arithmetic(operator));
    if (needsParentheses(operator, operand, index, style)) tokens.push("(", ...inner, ")");
    else tokens.push(...inner);
  }
  return tokens;
}

function reduceOnce(tokens: readonly Token[], modulus: number | undefined): Token[] {
  const closing = tokens.indexOf(")");
  const end = closing === -1 ? tokens.length : closing;
  const start = closing === -1 ? 0 : tokens.lastIndexOf("(", closing) + 1;
  const product = tokens.indexOf("*", start);
  const at = product !== -1 && product < end ? product : start + 1;
  const result = apply(tokens[at] as "+" | "-" | "*", tokens[at - 1] as number, tokens[at + 1] as number, modulus);
  const closes = closing !== -1 && end - start === 3;
  const before = closes ? start - 1 : at - 1;
  const after = closes ? end + 1 : at + 2;
  return [...tokens.slice(0, before), result, ...tokens.slice(after)];
}

function apply(operator: "+" | "-" | "*", left: number, right: number, modulus: number | undefined): number {
  const exact = operator === "+" ? left + right : operator === "-" ? left - right : left * right;
  return modulus === undefined ? exact + 0 : ((exact % modulus) + modulus) % modulus;
}

function write(tokens: readonly Token[], style: InfixStyle): string {
  let text = "";
  for (const token of tokens) {
    text += token === "+" || token === "-" || token === "*" ? `${style.space}${token}${style.space}` : token;
  }
  return text;
}

function arithmetic(operator: string): "+" | "-" | "*" {
  if (operator === "+" || operator === "-" || operator === "*") return operator;
  throw new BridgeError("unsupported", `iGSM phrasebooks word +, - and *, not "${operator}"; use the phrasebook of the graph's own source`);
}

function integer(value: Value): number {
  if (typeof value === "number" && Number.isSafeInteger(value)) return value;
  throw new BridgeError(
    "unsupported",
    `iGSM phrasebooks word integers, not ${String(value)}; use the phrasebook of the graph's own source`,
  );
}
