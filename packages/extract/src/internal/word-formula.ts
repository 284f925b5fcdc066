import { BridgeError, type Expression, type GraphNode, type Value } from "@bridge-rl/spec";

const precedence: Readonly<Record<string, number>> = { "+": 1, "-": 1, "*": 2, "/": 2 };

/** A number in at most ten digits behind the point. */
export function wordNumber(value: Value): string {
  if (typeof value !== "number") return String(value);
  return String(Number.isInteger(value) ? value : Number(value.toFixed(10)));
}

/** Writes a formula with `words` for its references. @throws BridgeError `unsupported` for anything but + - * / */
export function wordFormula(expression: Expression, words: (node: number) => string): string {
  return write(expression, words, 0);
}

function write(expression: Expression, words: (node: number) => string, around: number): string {
  if (expression.kind === "constant") {
    const text = wordNumber(expression.value);
    return text.startsWith("-") && around > 0 ? `(${text})` : text;
  }
  if (expression.kind === "reference") return words(expression.node);
  const own = precedence[expression.operator];
  if (own === undefined) throw new BridgeError("unsupported", `this phrasebook has no words for the operator ${expression.operator}`);
  const [first, ...rest] = expression.operands as [Expression, ...Expression[]];
  // What stands to the right binds tighter than its neighbours, so that a - (b - c) keeps its meaning.
  const text = [write(first, words, own), ...rest.map((operand) => write(operand, words, own + 0.5))].join(` ${expression.operator} `);
  return own < around ? `(${text})` : text;
}

/** The numbers that stand between a formula with values put in and its value, one operation at a time; the value is the last. */
export function wordReductions(expression: Expression, nodes: readonly GraphNode[]): string[] {
  const lines: string[] = [];
  let current = substitute(expression, nodes);
  while (current.kind === "operation") {
    current = reduceOnce(current);
    lines.push(wordFormula(current, () => ""));
  }
  return lines;
}

function substitute(expression: Expression, nodes: readonly GraphNode[]): Expression {
  if (expression.kind === "reference") return { kind: "constant", value: (nodes[expression.node] as GraphNode).value };
  if (expression.kind === "constant") return expression;
  return { ...expression, operands: expression.operands.map((operand) => substitute(operand, nodes)) };
}

/** Carries out the first operation whose operands are numbers. */
function reduceOnce(expression: Extract<Expression, { kind: "operation" }>): Expression {
  const { operator, operands } = expression;
  const inner = operands.findIndex(({ kind }) => kind === "operation");
  if (inner !== -1) {
    const reduced = operands.map((operand, index) => (index === inner && operand.kind === "operation" ? reduceOnce(operand) : operand));
    return { ...expression, operands: reduced };
  }
  const [left, right, ...rest] = operands.map((operand) => (operand.kind === "constant" ? Number(operand.value) : Number.NaN)) as [
    number,
    number,
  ];
  const value = operator === "+" ? left + right : operator === "-" ? left - right : operator === "*" ? left * right : left / right;
  const first: Expression = { kind: "constant", value: value + 0 };
  return rest.length === 0 ? first : { ...expression, operands: [first, ...operands.slice(2)] };
}
