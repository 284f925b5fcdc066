import type { Expression } from "@bridge-rl/spec";

/** All numbers from `low` to `high`. */
export interface Bounds {
  readonly low: number;
  readonly high: number;
}

/**
 * Where the value of an expression lies, given where its operands lie: interval arithmetic, ordinary numbers only.
 *
 * @returns undefined for what is no arithmetic, and where a divisor may be 0 or a root's operand negative
 */
export function boundsOf(expression: Expression, ofNode: (node: number) => Bounds | undefined): Bounds | undefined {
  if (expression.kind === "reference") return ofNode(expression.node);
  if (expression.kind === "constant") {
    const { value } = expression;
    return typeof value === "number" ? { low: value, high: value } : undefined;
  }
  const operands: Bounds[] = [];
  for (const operand of expression.operands) {
    const bounds = boundsOf(operand, ofNode);
    if (bounds === undefined) return undefined;
    operands.push(bounds);
  }
  const [first, ...rest] = operands;
  if (first === undefined) return undefined;
  switch (expression.operator) {
    case "+":
      return rest.reduce((left, right) => ({ low: left.low + right.low, high: left.high + right.high }), first);
    case "-":
      return rest.reduce((left, right) => ({ low: left.low - right.high, high: left.high - right.low }), first);
    case "*":
      return rest.reduce((left, right) => spanning(corners(left, right, (one, other) => one * other)), first);
    case "/":
      if (rest.some(({ low, high }) => low <= 0 && high >= 0)) return undefined;
      return rest.reduce((left, right) => spanning(corners(left, right, (one, other) => one / other)), first);
    case "square":
      return {
        low: first.low <= 0 && first.high >= 0 ? 0 : Math.min(first.low ** 2, first.high ** 2),
        high: Math.max(first.low ** 2, first.high ** 2),
      };
    case "sqrt":
      return first.low < 0 ? undefined : { low: Math.sqrt(first.low), high: Math.sqrt(first.high) };
    default:
      return undefined;
  }
}

function corners(left: Bounds, right: Bounds, combine: (one: number, other: number) => number): number[] {
  return [left.low, left.high].flatMap((one) => [right.low, right.high].map((other) => combine(one, other)));
}

function spanning(values: readonly number[]): Bounds {
  return { low: Math.min(...values), high: Math.max(...values) };
}
