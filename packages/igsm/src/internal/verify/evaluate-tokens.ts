import { reduce } from "../arithmetic.js";
import type { Token } from "../read-arithmetic.js";

/** Gives the value of a symbol, or undefined where it has none. */
export type LookUp = (symbol: string) => number | undefined;

/** A place in arithmetic that is being computed. */
interface Cursor {
  readonly tokens: readonly Token[];
  readonly lookUp: LookUp;
  readonly modulus: number | undefined;
  at: number;
}

/** Computes arithmetic, products before sums. Returns undefined where it is malformed or a symbol has no value. */
export function evaluateTokens(tokens: readonly Token[], lookUp: LookUp, modulus: number | undefined): number | undefined {
  const cursor: Cursor = { tokens, lookUp, modulus, at: 0 };
  const result = sum(cursor);
  return cursor.at === tokens.length && !Number.isNaN(result) ? result : undefined;
}

function sum(cursor: Cursor): number {
  let value = product(cursor);
  for (let sign = signAt(cursor); sign === "+" || sign === "-"; sign = signAt(cursor)) {
    cursor.at++;
    const right = product(cursor);
    value = reduce(sign === "+" ? value + right : value - right, cursor.modulus);
  }
  return value;
}

function product(cursor: Cursor): number {
  let value = atom(cursor);
  while (signAt(cursor) === "*") {
    cursor.at++;
    value = reduce(value * atom(cursor), cursor.modulus);
  }
  return value;
}

function atom(cursor: Cursor): number {
  const token = cursor.tokens[cursor.at++];
  if (token === undefined) return Number.NaN;
  if (token.kind === "number") return token.value;
  if (token.kind === "symbol") return cursor.lookUp(token.text) ?? Number.NaN;
  if (token.text !== "(") return Number.NaN;
  const inner = sum(cursor);
  if (signAt(cursor) !== ")") return Number.NaN;
  cursor.at++;
  return inner;
}

function signAt({ tokens, at }: Cursor): string | undefined {
  const token = tokens[at];
  return token?.kind === "sign" ? token.text : undefined;
}
