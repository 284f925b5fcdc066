import type { Expression } from "@bridge-rl/spec";
import type { Token } from "../read-arithmetic.js";
import { evaluateTokens, type LookUp } from "./evaluate-tokens.js";

/** What a symbol stands for. */
export interface Entry {
  /** The parameter; `intermediate` results and symbols of `unclear` meaning have none. */
  readonly meaning: number | "intermediate" | "unclear";
  /** As the solution says it, once it has been computed. */
  value: number | undefined;
  /** What it depends on: itself for a parameter. */
  uses: readonly number[];
  /** Its value at the sample point at which formulas are compared. */
  sample: number;
}

/** What a solution has said so far: symbols, values as it claims them, and what is derived. */
export class Ledger {
  readonly symbols: Map<string, Entry> = new Map();
  /** By parameter: the value that the solution gives it. */
  readonly values: (number | undefined)[] = [];
  /** The value that the solution gives a symbol. */
  readonly valueOf: LookUp = (symbol) => this.symbols.get(symbol)?.value;
  readonly #sampleOf: LookUp = (symbol) => this.symbols.get(symbol)?.sample;

  isDerived(parameter: number): boolean {
    return this.values[parameter] !== undefined;
  }

  name(symbol: string, meaning: number | "unclear"): Entry {
    const entry: Entry =
      meaning === "unclear"
        ? { meaning, value: undefined, uses: [], sample: 0 }
        : { meaning, value: undefined, uses: [meaning], sample: sampleOf(meaning) };
    this.symbols.set(symbol, entry);
    return entry;
  }

  /** The parameters that a formula rests on, through intermediate results. */
  uses(tokens: readonly Token[]): number[] {
    const uses: number[] = [];
    for (const token of tokens) {
      if (token.kind !== "symbol") continue;
      for (const use of this.symbols.get(token.text)?.uses ?? []) if (!uses.includes(use)) uses.push(use);
    }
    return uses;
  }

  /** A formula at the sample point, without modulus; undefined where it is malformed. */
  sample(tokens: readonly Token[]): number | undefined {
    return evaluateTokens(tokens, this.#sampleOf, undefined);
  }
}

/**
 * A point at which formulas are compared: two that agree there are the same for all that solutions contain. Small enough for products of
 * a few quantities to stay exact.
 */
export function sampleOf(parameter: number): number {
  return 101 + ((parameter * 7919 + 13) % 997);
}

/** An expression at the sample point. */
export function sampleExpression(expression: Expression): number {
  if (expression.kind === "constant") return Number(expression.value);
  if (expression.kind === "reference") return sampleOf(expression.node);
  const { operator, operands } = expression;
  let result = sampleExpression(operands[0] as Expression);
  for (let index = 1; index < operands.length; index++) {
    const operand = sampleExpression(operands[index] as Expression);
    result = operator === "+" ? result + operand : operator === "-" ? result - operand : result * operand;
  }
  return result;
}
