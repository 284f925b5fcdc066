import type { Expression, ReasoningGraph } from "@bridge-rl/spec";
import { closing, codeOf, type InfixStyle, infix, needsParentheses, number, opening, reduceOnce, type Tokens, tokenize } from "./infix.js";
import type { TextWriter } from "./text-writer.js";

/** How terse texts write formulas. */
export const terseStyle: InfixStyle = { space: "", groupSums: false };

/** Writes what `infix` words, without spaces: for texts of characters rather than of words. */
export function writeInfix(writer: TextWriter, expression: Expression, words: readonly string[]): void {
  if (expression.kind !== "operation") {
    writer.write(infix(expression, words, terseStyle));
    return;
  }
  const { operator, operands } = expression;
  const sign = codeOf(operator);
  for (let index = 0; index < operands.length; index++) {
    const operand = operands[index] as Expression;
    if (index > 0) writer.writeCode(sign);
    if (operand.kind === "reference") writer.write(words[operand.node] as string);
    else if (needsParentheses(operator, operand, index, terseStyle)) {
      writer.writeCode(opening);
      writeInfix(writer, operand, words);
      writer.writeCode(closing);
    } else writeInfix(writer, operand, words);
  }
}

/** Writes what `steps` words, with "=" between the steps. */
export function writeSteps(writer: TextWriter, expression: Expression, graph: ReasoningGraph, tokens: Tokens): void {
  let length = tokenize(expression, graph.nodes, terseStyle, tokens, 0);
  for (let isFirst = true; length > 1; isFirst = false) {
    length = reduceOnce(tokens, length, graph.modulus);
    if (!isFirst) writer.write("=");
    for (let index = 0; index < length; index++) {
      const kind = tokens.kinds[index] as number;
      if (kind === number) writer.write(String(tokens.values[index]));
      else writer.writeCode(kind);
    }
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
