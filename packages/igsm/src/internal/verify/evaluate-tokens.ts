import { reduce } from "../arithmetic.js";
import type { Token } from "../read-arithmetic.js";

/** Computes arithmetic, products before sums. Returns undefined where it is malformed or a symbol has no value. */
export function evaluateTokens(
  tokens: readonly Token[],
  lookUp: (symbol: string) => number | undefined,
  modulus: number | undefined,
): number | undefined {
  let at = 0;
  const result = sum();
  return at === tokens.length && !Number.isNaN(result) ? result : undefined;

  function sum(): number {
    let value = product();
    for (let sign = signAt(); sign === "+" || sign === "-"; sign = signAt()) {
      at++;
      const right = product();
      value = reduce(sign === "+" ? value + right : value - right, modulus);
    }
    return value;
  }

  function product(): number {
    let value = atom();
    while (signAt() === "*") {
      at++;
      value = reduce(value * atom(), modulus);
    }
    return value;
  }

  function atom(): number {
    const token = tokens[at++];
    if (token === undefined) return Number.NaN;
    if (token.kind === "number") return token.value;
    if (token.kind === "symbol") return lookUp(token.text) ?? Number.NaN;
    if (token.text !== "(") return Number.NaN;
    const inner = sum();
    return signAt() === ")" && at++ > 0 ? inner : Number.NaN;
  }

  function signAt(): string | undefined {
    const token = tokens[at];
    return token?.kind === "sign" ? token.text : undefined;
  }
}
