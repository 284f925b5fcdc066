import type { Operator } from "@bridge-rl/spec";
import { notAvailable } from "../../tasks.js";
import type { Formula } from "./formula.js";
import { type Measure, measureOf } from "./measure.js";

interface Token {
  readonly text: string;
  readonly start: number;
  readonly end: number;
}

/** How formulas of a task are to be understood. */
export interface FormulaGrammar {
  /** Whether 1 and 0 are truth values. */
  readonly logical: boolean;
  /** Whether N/A is a word; in the terse format it would be one letter divided by another. */
  readonly words: boolean;
  /** What several operands in parentheses are: the largest of them, or a pair. */
  readonly list: Operator;
}

const tokens = /(?:\d+(?:\.\d+)?|\.\d+)(?:e[-+]?\d+)?(?![A-Za-z_])|[A-Za-z]\w*|\S/g;
const wordedTokens = /N\/A|(?:\d+(?:\.\d+)?|\.\d+)(?:e[-+]?\d+)?(?![A-Za-z_])|[A-Za-z]\w*|\S/g;

/** Operators between operands, from the weakest to the strongest. */
const levels: readonly Readonly<Record<string, Operator>>[] = [
  { OR: "or", or: "or", "|": "or" },
  { AND: "and", and: "and", "&": "and" },
  { "+": "+", "-": "-" },
  { "*": "*", "/": "/" },
];

const prefixes: Readonly<Record<string, Operator>> = { NOT: "not", "~": "not", ">": "implied", sqrt: "sqrt" };

/** Reads the formula between two places of a text, prose or terse. Undefined where it is none. */
export function readFormula(text: string, start: number, end: number, grammar: FormulaGrammar): Formula | undefined {
  const reader = new Reader(text, start, end, grammar);
  const formula = reader.level(0);
  return reader.isDone() ? formula : undefined;
}

class Reader {
  readonly #tokens: Token[] = [];
  readonly #grammar: FormulaGrammar;
  #at = 0;

  constructor(text: string, start: number, end: number, grammar: FormulaGrammar) {
    this.#grammar = grammar;
    for (const match of text.slice(start, end).matchAll(grammar.words ? wordedTokens : tokens)) {
      this.#tokens.push({ text: match[0], start: start + match.index, end: start + match.index + match[0].length });
    }
  }

  isDone(): boolean {
    return this.#at === this.#tokens.length;
  }

  level(level: number): Formula | undefined {
    const signs = levels[level];
    if (signs === undefined) return this.#unary();
    let left = this.level(level + 1);
    for (let operator = this.#sign(signs); operator !== undefined; operator = this.#sign(signs)) {
      this.#at++;
      const right = this.level(level + 1);
      if (left === undefined || right === undefined) return undefined;
      left = join(operator, left, right);
    }
    return left;
  }

  #sign(signs: Readonly<Record<string, Operator>>): Operator | undefined {
    const token = this.#tokens[this.#at];
    return token !== undefined && Object.hasOwn(signs, token.text) ? signs[token.text] : undefined;
  }

  #unary(): Formula | undefined {
    const token = this.#tokens[this.#at];
    if (token === undefined) return undefined;
    if (token.text === "-") return this.#negative(token);
    const operator = Object.hasOwn(prefixes, token.text) ? prefixes[token.text] : undefined;
    if (operator === undefined) return this.#power();
    this.#at++;
    const operand = this.#unary();
    return operand && { kind: "operation", operator, operands: [operand] };
  }

  #negative({ start }: Token): Formula | undefined {
    this.#at++;
    const operand = this.#unary();
    if (operand?.kind !== "value" || typeof operand.value !== "object" || !("low" in operand.value)) return undefined;
    return { ...operand, value: { low: -operand.value.high, high: -operand.value.low }, start };
  }

  #power(): Formula | undefined {
    let base = this.#primary();
    while (this.#tokens[this.#at]?.text === "^") {
      const exponent = Number(this.#tokens[this.#at + 1]?.text);
      if (base === undefined || (exponent !== 2 && exponent !== 0.5)) return undefined;
      this.#at += 2;
      base = { kind: "operation", operator: exponent === 2 ? "square" : "sqrt", operands: [base] };
    }
    return base;
  }

  #primary(): Formula | undefined {
    const token = this.#tokens[this.#at];
    if (token === undefined) return undefined;
    this.#at++;
    const { text, start, end } = token;
    if (text === "(") return this.#list(this.#grammar.list, false);
    if (text === "max" && this.#tokens[this.#at]?.text === "(") {
      this.#at++;
      return this.#list("max", true);
    }
    const value = this.#value(text);
    if (value !== undefined) return { kind: "value", value, start, end };
    return /^[A-Za-z]\w*$/.test(text) ? { kind: "name", name: text, start, end } : undefined;
  }

  #value(text: string): Measure | undefined {
    if (text === "N/A" || text === "!") return notAvailable;
    if (text === "True" || text === "False") return text === "True";
    if (!/^[\d.]/.test(text) || text === ".") return undefined;
    if (this.#grammar.logical && (text === "1" || text === "0")) return text === "1";
    return measureOf(text);
  }

  /** What stands in parentheses: one operand is itself, several are a list. */
  #list(operator: Operator, always: boolean): Formula | undefined {
    const operands: Formula[] = [];
    for (;;) {
      const operand = this.level(0);
      const mark = this.#tokens[this.#at]?.text;
      this.#at++;
      if (operand === undefined || (mark !== "," && mark !== ")")) return undefined;
      operands.push(operand);
      if (mark === ")") return operands.length === 1 && !always ? operand : { kind: "operation", operator, operands };
    }
  }
}

/** `a - b - c` is one difference with three operands, as in a graph. */
function join(operator: Operator, left: Formula, right: Formula): Formula {
  const isChain = left.kind === "operation" && left.operator === operator;
  return { kind: "operation", operator, operands: isChain ? [...left.operands, right] : [left, right] };
}
