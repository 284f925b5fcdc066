import { isSymbolic } from "./check-chain.js";
import type { FormulaContext } from "./check-formula.js";
import type { Equation, Member, Statement, Statements } from "./statement.js";

/** Whether a solution in the original's wording shows symbols (its detail levels without `case1`). */
export function showsSymbols({ dialect, statements }: Statements): boolean {
  return dialect === "original" && equationsOf(statements).some(({ members }) => members.some(isSymbolic));
}

/** Whether such a solution shows an operation in symbols and in numbers, as the original does unless told otherwise (its detail level 0). */
export function showsEverything({ dialect, statements }: Statements): boolean {
  if (dialect !== "original") return false;
  return equationsOf(statements).some(
    ({ members }) =>
      members.some((one) => isOperation(one) && isSymbolic(one)) && members.some((one) => isOperation(one) && !isSymbolic(one)),
  );
}

function equationsOf(statements: readonly Statement[]): Equation[] {
  return statements.flatMap((statement) => (statement.kind === "derive" ? statement.equations : []));
}

/**
 * Checks that an equation of such a solution is one that the original's validator can read: `x = 7`, `x = a = 7` or `x = a + b = 3 + 4 = 7`,
 * with numbers below the modulus (arXiv 2407.20311).
 */
export function checkOriginalForm({ members }: Equation, modulus: number, report: FormulaContext["report"]): void {
  for (const { tokens = [], start, end } of members) {
    if (tokens.length > 3) report("unreadable-step", "an equation has one operation", start, end);
    for (const token of tokens) {
      if (token.kind !== "number" || (token.value >= 0 && token.value < modulus)) continue;
      report("unreadable-step", `${token.value} is no number from 0 to ${modulus - 1}`, token.start, token.end);
    }
  }
  const operations = members.filter(isOperation);
  const symbolic = operations.filter(isSymbolic).length;
  if (operations.length === 0 || (operations.length === 2 && symbolic === 1)) return;
  const [first, last] = [members[0] as Member, members.at(-1) as Member];
  report("unreadable-step", "an operation is shown once in symbols and once in numbers", first.start, last.end);
}

function isOperation({ tokens = [] }: Member): boolean {
  return tokens.length > 1;
}
