import { reduce } from "../arithmetic.js";
import type { Token } from "../read-arithmetic.js";
import { evaluateTokens } from "./evaluate-tokens.js";
import type { Ledger } from "./ledger.js";
import type { Equation, Member } from "./statement.js";

/** Reports something wrong between two places. */
export type Report = (
  kind: "wrong-value" | "wrong-formula" | "wrong-calculation" | "unreadable-step",
  message: string,
  start: number,
  end: number,
) => void;

/** Whether a member has symbols in it. */
export function isSymbolic({ tokens }: Member): boolean {
  for (const { kind } of tokens ?? []) if (kind === "symbol") return true;
  return false;
}

/** The number that a member is, where it is nothing else. */
export function numberOf({ tokens }: Member): number | undefined {
  const [token] = tokens ?? [];
  return tokens?.length === 1 && token?.kind === "number" ? token.value : undefined;
}

/** How many members of an equation compute with numbers. */
export function numericMembers({ members }: Equation): number {
  let count = 0;
  for (const member of members) if (member.tokens !== undefined && member.tokens.length > 1 && !isSymbolic(member)) count++;
  return count;
}

/** Checks that each member of a chain equals the one before it, as far as its symbols have values. */
export function checkChain(members: readonly Member[], ledger: Ledger, modulus: number | undefined, report: Report): void {
  let before: number | undefined;
  let previous: Member | undefined;
  for (const member of members) {
    const { tokens, start, end } = member;
    if (tokens === undefined) continue;
    const value = evaluateTokens(tokens, ledger.valueOf, modulus);
    if (value === undefined && !isSymbolic(member)) report("unreadable-step", "this is no arithmetic", start, end);
    if (previous?.tokens !== undefined && isSymbolic(previous) && sameShape(previous.tokens, tokens)) {
      checkSubstitution(previous.tokens, tokens, ledger, report);
    } else if (before !== undefined && value !== undefined) {
      // A bare number must be the reduced one: 30 is not 7 modulo 23.
      const shown = numberOf(member) ?? value;
      if (reduce(before, modulus) !== shown) report("wrong-calculation", `this is ${reduce(before, modulus)}, not ${shown}`, start, end);
    }
    before = value;
    previous = member;
  }
}

function sameShape(symbols: readonly Token[], numbers: readonly Token[]): boolean {
  if (symbols.length !== numbers.length) return false;
  for (let index = 0; index < numbers.length; index++) {
    const token = numbers[index] as Token;
    const other = symbols[index] as Token;
    if (token.kind === "symbol") return false;
    if (token.kind === "number" ? other.kind === "sign" : other.kind !== "sign" || other.text !== token.text) return false;
  }
  return true;
}

function checkSubstitution(symbols: readonly Token[], numbers: readonly Token[], ledger: Ledger, report: Report): void {
  for (let index = 0; index < numbers.length; index++) {
    const token = numbers[index] as Token;
    const meant = symbols[index] as Token;
    if (token.kind !== "number" || meant.kind === "sign") continue;
    const value = meant.kind === "number" ? meant.value : ledger.valueOf(meant.text);
    if (value === undefined || value === token.value) continue;
    if (meant.kind === "number") report("wrong-formula", `${token.value} stands where ${value} stood`, token.start, token.end);
    else report("wrong-value", `${token.value} stands for ${meant.text}, which is ${value}`, token.start, token.end);
  }
}
