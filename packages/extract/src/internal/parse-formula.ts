import type { Expression, Operator } from "@bridge-rl/spec";

/** A formula as a tree whose references are still names; `problem` says what can't be read. */
export type NamedExpression =
  | { readonly kind: "constant"; readonly value: number }
  | { readonly kind: "name"; readonly name: string }
  | { readonly kind: "operation"; readonly operator: Operator; readonly operands: readonly NamedExpression[] };

/** Reads a formula: numbers, names, `+ - * /`, parentheses, and signs in front. */
export function parseFormula(text: string): { readonly expression: NamedExpression } | { readonly problem: string } {
  const tokens = text.match(/\d[\d,]*\.?\d*|\.\d+|[A-Za-z_]\w*|[^\s]/g) ?? [];
  const reader = new Reader(tokens);
  const expression = reader.sum();
  const rest = reader.peek();
  if (expression === undefined || rest !== undefined) {
    return { problem: rest === undefined ? "it ends too early" : `"${rest}" can't stand where it does` };
  }
  return { expression };
}

/** Recursive descent; undefined where something is missing or unknown. */
class Reader {
  readonly #tokens: readonly string[];
  #at = 0;

  constructor(tokens: readonly string[]) {
    this.#tokens = tokens;
  }

  peek(): string | undefined {
    return this.#tokens[this.#at];
  }

  sum(): NamedExpression | undefined {
    return this.#chain({ "+": "+", "-": "-", "−": "-" }, () => this.#product());
  }

  #product(): NamedExpression | undefined {
    return this.#chain({ "*": "*", "×": "*", "·": "*", "/": "/", "÷": "/" }, () => this.#factor());
  }

  #chain(operators: Readonly<Record<string, Operator>>, part: () => NamedExpression | undefined): NamedExpression | undefined {
    let left = part();
    for (
      let operator = operators[this.peek() ?? ""];
      left !== undefined && operator !== undefined;
      operator = operators[this.peek() ?? ""]
    ) {
      this.#at++;
      const right = part();
      left = right && { kind: "operation", operator, operands: [left, right] };
    }
    return left;
  }

  #factor(): NamedExpression | undefined {
    const token = this.peek();
    if (token === undefined) return undefined;
    if (token === "-" || token === "−" || token === "+") {
      this.#at++;
      const operand = this.#factor();
      if (operand === undefined || token === "+") return operand;
      if (operand.kind === "constant") return { kind: "constant", value: -operand.value };
      return { kind: "operation", operator: "-", operands: [{ kind: "constant", value: 0 }, operand] };
    }
    if (token === "(") {
      this.#at++;
      const inner = this.sum();
      if (inner === undefined || this.peek() !== ")") return undefined;
      this.#at++;
      return inner;
    }
    if (/^[\d.]/.test(token)) {
      this.#at++;
      return { kind: "constant", value: Number(token.replaceAll(",", "")) };
    }
    if (!/^[A-Za-z_]/.test(token)) return undefined;
    this.#at++;
    return { kind: "name", name: token };
  }
}

/** The names that an expression uses, each once, in the order of first use. */
export function namesIn(expression: NamedExpression): string[] {
  if (expression.kind === "constant") return [];
  if (expression.kind === "name") return [expression.name];
  return [...new Set(expression.operands.flatMap(namesIn))];
}

/** The numbers that an expression has. */
export function numbersIn(expression: NamedExpression): number[] {
  if (expression.kind === "constant") return [expression.value];
  return expression.kind === "name" ? [] : expression.operands.flatMap(numbersIn);
}

/** The expression with names resolved. */
export function resolveNames(expression: NamedExpression, nodeOf: (name: string) => number): Expression {
  if (expression.kind === "constant") return expression;
  if (expression.kind === "name") return { kind: "reference", node: nodeOf(expression.name) };
  return { ...expression, operands: expression.operands.map((operand) => resolveNames(operand, nodeOf)) };
}
