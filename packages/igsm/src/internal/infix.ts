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
 * @returns the expression after each step, one behind the other, the last one being the bare value; empty for a constant or a reference
 */
export function steps(expression: Expression, graph: ReasoningGraph, style: InfixStyle, separator: string): string {
  const tokens: Token[] = [];
  tokenize(expression, graph.nodes, style, tokens);
  let text = "";
  while (tokens.length > 1) {
    reduceOnce(tokens, graph.modulus);
    text += text === "" ? write(tokens, style) : separator + write(tokens, style);
  }
  return text;
}

function tokenize(expression: Expression, nodes: readonly GraphNode[], style: InfixStyle, into: Token[]): void {
  if (expression.kind === "constant") into.push(integer(expression.value));
  else if (expression.kind === "reference") into.push(integer((nodes[expression.node] as GraphNode).value));
  else {
    const { operator, operands } = expression;
    for (let index = 0; index < operands.length; index++) {
      const operand = operands[index] as Expression;
      const grouped = needsParentheses(operator, operand, index, style);
      if (index > 0) into.push(arithmetic(operator));
      if (grouped) into.push("(");
      tokenize(operand, nodes, style, into);
      if (grouped) into.push(")");
    }
  }
}

/** Computes one operation, in place. */
function reduceOnce(tokens: Token[], modulus: number | undefined): void {
  const closing = tokens.indexOf(")");
  const end = closing === -1 ? tokens.length : closing;
  const start = closing === -1 ? 0 : tokens.lastIndexOf("(", closing) + 1;
  const product = tokens.indexOf("*", start);
  const at = product !== -1 && product < end ? product : start + 1;
  const result = apply(tokens[at] as "+" | "-" | "*", tokens[at - 1] as number, tokens[at + 1] as number, modulus);
  const closes = closing !== -1 && end - start === 3;
  const before = closes ? start - 1 : at - 1;
  const after = closes ? end + 1 : at + 2;
  tokens[before] = result;
  tokens.copyWithin(before + 1, after);
  tokens.length -= after - before - 1;
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
