import { readEquation, wordAt } from "./read-equation.js";
import type { Equation, Statement, Statements, Word } from "./statement.js";

/**
 * Takes apart a solution of the original: `Define P as v; w = …; so v = ….` at every detail level. `Define v` leaves the name out,
 * `P` alone uses the name as the symbol.
 */
export function readOriginal(text: string): Statements {
  const statements: Statement[] = [];
  let answer: Word | undefined;
  for (let start = 0; start < text.length; ) {
    const stop = text.indexOf(". ", start);
    const last = stop === -1;
    const sentence = wordAt(text, start, last ? text.length : stop);
    const end = last && sentence.text.endsWith(".") ? sentence.end - 1 : sentence.end;
    const statement = end > sentence.start ? readStep(text, sentence.start, end) : undefined;
    if (statement !== undefined) {
      statements.push(statement);
      if (statement.kind === "derive") answer = lastNumber(text, statement.equations) ?? answer;
    }
    start = last ? text.length : stop + 2;
  }
  return { dialect: "original", statements, answers: answer === undefined ? [] : [answer] };
}

/** Returns undefined for a remark. */
function readStep(text: string, start: number, end: number): Statement | undefined {
  if (text.startsWith(reminder, start)) return readReminder(text, start, end);
  const firstEnd = partEnd(text, start, end);
  const head = wordAt(text, start, firstEnd);
  const about = readHead(text, head);
  if (/ BACK$/.test(head.text)) return { ...about, kind: "retry", start, end };
  const equations: Equation[] = [];
  let readable = true;
  for (let from = firstEnd + 1; from < end; ) {
    const until = partEnd(text, from, end);
    const part = wordAt(text, from, until);
    const equation = readEquation(text, part.text.startsWith("so ") ? part.start + 3 : part.start, part.end, true);
    if (equation === undefined) readable = false;
    else equations.push(equation);
    from = until + 1;
  }
  if (equations.length === 0 && readable && !head.text.startsWith("Define ")) return undefined;
  if (!readable || equations.length === 0) return { ...about, kind: "unreadable", start, end };
  return { ...about, kind: "derive", start, end, equations, given: undefined };
}

const reminder = "Recall that the number of each ";

/** A premise that is repeated, as our phrasebook does; the original has no such thing. */
function readReminder(text: string, start: number, end: number): Statement | undefined {
  const equals = text.indexOf(" equals ", start);
  if (equals === -1 || equals > end) return undefined;
  const name = wordAt(text, start + reminder.length, equals);
  return { kind: "restate", start, end, name, symbol: undefined, naming: "new", formula: wordAt(text, equals + 8, end) };
}

function partEnd(text: string, start: number, end: number): number {
  const semicolon = text.indexOf(";", start);
  return semicolon === -1 || semicolon > end ? end : semicolon;
}

function readHead(text: string, head: Word): { name: Word | undefined; symbol: Word | undefined; naming: "new" } {
  if (!head.text.startsWith("Define ")) return { name: head, symbol: head, naming: "new" };
  const as = head.text.lastIndexOf(" as ");
  if (as === -1) return { name: undefined, symbol: wordAt(text, head.start + 7, head.end), naming: "new" };
  return { name: wordAt(text, head.start + 7, head.start + as), symbol: wordAt(text, head.start + as + 4, head.end), naming: "new" };
}

function lastNumber(text: string, equations: readonly Equation[]): Word | undefined {
  const member = equations.at(-1)?.members.at(-1);
  const token = member?.tokens?.length === 1 ? member.tokens[0] : undefined;
  return token?.kind === "number" ? wordAt(text, token.start, token.end) : undefined;
}
