import { BridgeError, type Expression, type ReasoningGraph, type Value } from "@bridge-rl/spec";
import { reduce } from "../arithmetic.js";

/** One binary step: `target = left ∘ right = value`; `symbols` and `numbers` are what stands between, where something does. */
export interface BinaryEquation {
  /** Undefined for the quantity itself. */
  readonly target: string | undefined;
  readonly symbols: string | undefined;
  readonly numbers: string | undefined;
  readonly value: number;
}

/**
 * Takes an expression apart into binary steps, operands first, from left to right (iGSM, `Expression.binarify`). The last one computes the
 * expression itself.
 *
 * @param words   by node: its symbol
 * @param symbol  gives a symbol to an intermediate result
 */
export function binaryEquations(
  expression: Expression,
  graph: ReasoningGraph,
  words: readonly string[],
  symbol: () => string,
): BinaryEquation[] {
  const equations: BinaryEquation[] = [];
  const root = follow(expression, true);
  if (expression.kind === "constant") return [{ target: undefined, symbols: undefined, numbers: undefined, value: root.value }];
  if (expression.kind === "reference") return [{ target: undefined, symbols: root.word, numbers: undefined, value: root.value }];
  return equations;

  function follow(part: Expression, whole: boolean): { word: string; value: number } {
    if (part.kind === "constant") return { word: String(part.value), value: integer(part.value) };
    if (part.kind === "reference") return { word: words[part.node] as string, value: integer(graph.nodes[part.node]?.value) };
    const { operator, operands } = part;
    if (operator !== "+" && operator !== "-" && operator !== "*") {
      throw new BridgeError(
        "unsupported",
        `the original's phrasebook words +, - and *, not "${operator}"; use that of the graph's own source`,
      );
    }
    let left = follow(operands[0] as Expression, false);
    for (let index = 1; index < operands.length; index++) {
      const right = follow(operands[index] as Expression, false);
      const exact = operator === "+" ? left.value + right.value : operator === "-" ? left.value - right.value : left.value * right.value;
      const value = reduce(exact, graph.modulus);
      const target = whole && index === operands.length - 1 ? undefined : symbol();
      equations.push({
        target,
        symbols: `${left.word} ${operator} ${right.word}`,
        numbers: `${left.value} ${operator} ${right.value}`,
        value,
      });
      left = { word: target ?? "", value };
    }
    return left;
  }
}

function integer(value: Value | undefined): number {
  if (typeof value === "number" && Number.isSafeInteger(value)) return value;
  throw new BridgeError(
    "unsupported",
    `the original's phrasebook words integers, not ${String(value)}; use that of the graph's own source`,
  );
}
