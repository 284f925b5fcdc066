import type { Statement, Statements } from "./statement.js";

/** Sets derivations aside whose value the solution itself takes back later: what nobody stands by is not held against anybody. */
export function withdraw(solution: Statements, completion: string): Statements {
  if (!solution.statements.some(({ kind }) => kind === "retract")) return solution;
  const statements: Statement[] = [];
  for (const statement of solution.statements) {
    if (statement.kind !== "retract") {
      statements.push(statement);
      continue;
    }
    const at = statements.findLastIndex((earlier) => gives(earlier, statement.symbol?.text, statement.value.text, completion));
    const { start, end, name, symbol, naming } = statements[at] ?? statement;
    if (at >= 0) statements[at] = { kind: "withdrawn", start, end, name, symbol, naming };
    statements.push({ ...statement, matched: at >= 0 });
  }
  return { ...solution, statements };
}

function gives(statement: Statement, symbol: string | undefined, value: string, completion: string): boolean {
  if (statement.kind !== "derive") return false;
  const main = statement.equations.at(-1);
  const last = main?.members.at(-1);
  return main?.target.text === symbol && last !== undefined && completion.slice(last.start, last.end).replaceAll(" ", "") === value;
}
