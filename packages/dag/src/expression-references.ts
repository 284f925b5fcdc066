import type { Expression } from "@bridge-rl/spec";

/** Lists the nodes that an expression refers to, each once, in the order of first use. */
export function expressionReferences(expression: Expression): number[] {
  const references = new Set<number>();
  collect(expression, references);
  return [...references];
}

function collect(expression: Expression, references: Set<number>): void {
  if (expression.kind === "reference") references.add(expression.node);
  if (expression.kind === "operation") for (const operand of expression.operands) collect(operand, references);
}

/** Counts the binary steps that computing an expression takes; an operator of one operand counts one, a copy none. */
export function expressionOperations(expression: Expression): number {
  if (expression.kind !== "operation") return 0;
  const { operands } = expression;
  let count = Math.max(1, operands.length - 1);
  for (let index = 0; index < operands.length; index++) {
    const operand = operands[index] as Expression;
    if (operand.kind === "operation") count += expressionOperations(operand);
  }
  return count;
}
