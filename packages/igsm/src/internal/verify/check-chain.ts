import { reduce } from "../arithmetic.js";
import type { Token } from "../read-arithmetic.js";
import { evaluateTokens } from "./evaluate-tokens.js";
import type { Ledger } from "./ledger.js";
import type { Member } from "./statement.js";

/** Reports something wrong between two places. */
export type Report = (kind: "wrong-value" | "wrong-calculation" | "unreadable-step", message: string, start: number, end: number) => void;

/** Whether a member has symbols in it. */
export function isSymbolic({ tokens }: Member): boolean {
  return tokens?.some(({ kind }) => kind === "symbol") ?? false;
}

/** The number that a member is, where it is nothing else. */
export function numberOf({ tokens }: Member): number | undefined {
  const [token] = tokens ?? [];
  return tokens?.length === 1 && token?.kind === "number" ? token.value : undefined;
}

/** Checks that each member of a chain equals the one before it, as far as its symbols have values. */
export function checkChain(members: readonly Member[], ledger: Ledger, modulus: number | undefined, report: Report): void {
  const lookUp = (symbol: string): number | undefined => ledger.symbols.get(symbol)?.value;
  let before: number | undefined;
  for (const [index, member] of members.entries()) {
    const { tokens, start, end } = member;
    const value = tokens && evaluateTokens(tokens, lookUp, modulus);
    if (value === undefined && !isSymbolic(member)) report("unreadable-step", "this is no arithmetic", start, end);
    const previous = members[index - 1];
    if (previous?.tokens !== undefined && tokens !== undefined && isSymbolic(previous) && sameShape(previous.tokens, tokens)) {
      checkSubstitution(previous.tokens, tokens, lookUp, report);
    } else if (before !== undefined && value !== undefined) {
      // A bare number must be the reduced one: 30 is not 7 modulo 23.
      const shown = numberOf(member) ?? value;
      if (reduce(before, modulus) !== shown) report("wrong-calculation", `this is ${reduce(before, modulus)}, not ${shown}`, start, end);
    }
    before = value;
  }
}

function sameShape(symbols: readonly Token[], numbers: readonly Token[]): boolean {
  return (
    symbols.length === numbers.length &&
    numbers.every((token, index) => {
      const other = symbols[index] as Token;
      if (token.kind === "symbol") return false;
      return token.kind === "number" ? other.kind !== "sign" : other.kind === "sign" && other.text === token.text;
    })
  );
}

function checkSubstitution(
  symbols: readonly Token[],
  numbers: readonly Token[],
  lookUp: (symbol: string) => number | undefined,
  report: Report,
): void {
  for (const [index, token] of numbers.entries()) {
    const meant = symbols[index] as Token;
    if (token.kind !== "number" || meant.kind === "sign") continue;
    const value = meant.kind === "number" ? meant.value : lookUp(meant.text);
    if (value === undefined || value === token.value) continue;
    const name = meant.kind === "number" ? String(meant.value) : meant.text;
    report(
      "wrong-value",
      `${token.value} stands for ${name}${meant.kind === "number" ? "" : `, which is ${value}`}`,
      token.start,
      token.end,
    );
  }
}
