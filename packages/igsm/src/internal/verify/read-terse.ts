import { readBoxes } from "./read-boxes.js";
import { readEquation, readMembers, wordAt } from "./read-equation.js";
import type { Statement, Statements, Word } from "./statement.js";

/**
 * Takes apart a terse completion between `<think>` and `</think>`: `K=m+T=7+21=28;`, a premise `K=m+T;`, an attempt `K?m,T;`, a check
 * `K!7+21=28;`, a plan `K<m,T;`, an estimate `K~20,40;` and a value taken back, `K#27;`.
 */
export function readTerse(text: string): Statements {
  const opening = text.indexOf("<think>");
  const closing = text.indexOf("</think>");
  const end = closing === -1 ? text.length : closing;
  const statements: Statement[] = [];
  for (let start = opening === -1 ? 0 : opening + 7; start < end; ) {
    const semicolon = text.indexOf(";", start);
    const until = semicolon === -1 || semicolon > end ? end : semicolon;
    const { start: from, end: to } = wordAt(text, start, until);
    const statement = readStatement(text, from, to);
    if (statement !== undefined) statements.push(statement);
    start = until + 1;
  }
  return { dialect: "terse", statements, answers: readBoxes(text) };
}

/** Returns undefined for a remark. */
function readStatement(text: string, start: number, end: number): Statement | undefined {
  let at = start;
  while (at < end && isLetter(text.charCodeAt(at))) at++;
  const symbol = wordAt(text, start, at);
  while (text.charCodeAt(at) === 32) at++;
  const sign = at < end ? text[at] : undefined;
  if (symbol.text.length === 0 || symbol.text.length > 2 || sign === undefined || !"=?:!<~#".includes(sign)) return undefined;
  const about = { start, end, name: undefined, symbol, naming: "again" } as const;
  if (sign === "?") return { ...about, kind: "attempt", missing: readList(text, at + 1, end) };
  if (sign === "<") return { ...about, kind: "plan", needed: readList(text, at + 1, end) };
  if (sign === "!") return { ...about, kind: "check", members: readMembers(text, at + 1, end, false) };
  if (sign === "#") return { ...about, kind: "retract", value: wordAt(text, at + 1, end), matched: false };
  if (sign === "~") {
    const [low, high, ...more] = readList(text, at + 1, end);
    if (low === undefined || high === undefined || more.length > 0) return { ...about, kind: "unreadable" };
    return { ...about, kind: "estimate", low, high };
  }
  if (sign === ":") return { ...about, kind: "restate", formula: wordAt(text, at + 1, end) };
  const equation = readEquation(text, start, end, false);
  if (equation === undefined || equation.members.some(({ tokens }) => tokens === undefined)) return { ...about, kind: "unreadable" };
  // A premise that is repeated ends with a formula, a derivation with its value.
  const [member] = equation.members;
  if (equation.members.length === 1 && member?.tokens?.some(({ kind }) => kind !== "number")) {
    return { ...about, kind: "restate", formula: wordAt(text, at + 1, end) };
  }
  return { ...about, kind: "derive", equations: [equation], given: undefined };
}

function readList(text: string, start: number, end: number): Word[] {
  const words: Word[] = [];
  for (let from = start; from <= end; ) {
    const comma = text.indexOf(",", from);
    const until = comma === -1 || comma > end ? end : comma;
    words.push(wordAt(text, from, until));
    from = until + 1;
  }
  return words;
}

function isLetter(code: number): boolean {
  return (code >= 65 && code <= 90) || (code >= 97 && code <= 122);
}
