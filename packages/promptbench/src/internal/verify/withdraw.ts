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
    const at = statements.findLastIndex((earlier) => gives(earlier, statement.name.text, statement.value.text, completion));
    const taken = statements[at];
    if (taken !== undefined) statements[at] = { kind: "withdrawn", start: taken.start, end: taken.end, name: taken.name };
    statements.push({ ...statement, matched: taken !== undefined });
  }
  return { ...solution, statements };
}

function gives(statement: Statement, name: string, value: string, completion: string): boolean {
  if (statement.kind !== "derive" || statement.name.text !== name) return false;
  const last = statement.members.at(-1);
  return last !== undefined && completion.slice(last.start, last.end).trim() === value;
}
