import type { Formula } from "./formula.js";
import type { Quantities } from "./quantities.js";
import { readFormula } from "./read-formula.js";
import { type Member, type Statement, type Statements, type Word, wordAt } from "./statement.js";

const opening = /^((?:[A-Za-z]\w*|\(x, ?y\)) ?)([=?!<~#])/;
/** What a derivation ends with. */
const value = /^(?:[-+]?(?:\d+\.?\d*|\.\d+)(?:e[-+]?\d+)?|!|\([-+.,\de!]+\))$/;

/** Takes apart a terse completion, statement by statement between `<think>` and `</think>`. What begins like none is a remark. */
export function readTerse(text: string, quantities: Quantities): Statements {
  const begin = text.indexOf("<think>");
  const closing = text.indexOf("</think>");
  const end = closing === -1 ? text.length : closing;
  const statements: Statement[] = [];
  for (let start = begin === -1 ? 0 : begin + 7; start < end; ) {
    const semicolon = text.indexOf(";", start);
    const until = semicolon === -1 || semicolon > end ? end : semicolon;
    const statement = readStatement(text, wordAt(text, start, until), quantities);
    if (statement !== undefined) statements.push(statement);
    start = until + 1;
  }
  return { dialect: "terse", statements, conclusions: [] };
}

function readStatement(text: string, { text: own, start, end }: Word, quantities: Quantities): Statement | undefined {
  const found = opening.exec(own);
  if (found === null) return undefined;
  const [, named = "", sign = ""] = found;
  const about = { start, end, name: wordAt(text, start, start + named.length) };
  const from = start + named.length + 1;
  const parts = splitAt(text, from, end, sign === "=" || sign === "!" ? "=" : ",");
  const [first, second] = parts as [Word, Word | undefined];
  switch (sign) {
    case "?":
      return { ...about, kind: "attempt", missing: parts };
    case "<":
      return { ...about, kind: "plan", needed: parts };
    case "~":
      return second === undefined ? { ...about, kind: "unreadable" } : { ...about, kind: "estimate", low: first, high: second };
    case "#":
      return { ...about, kind: "retract", value: wordAt(text, from, end), matched: false };
    case "!":
      return { ...about, kind: "check", members: members(text, parts, quantities) };
    default: {
      const last = parts.at(-1) as Word;
      if (!value.test(last.text.replaceAll(" ", ""))) return { ...about, kind: "restate", line: wordAt(text, from, end) };
      return { ...about, kind: "derive", members: members(text, parts, quantities) };
    }
  }
}

function splitAt(text: string, start: number, end: number, mark: string): Word[] {
  const words: Word[] = [];
  for (let from = start; from <= end; ) {
    const next = text.indexOf(mark, from);
    const until = next === -1 || next > end ? end : next;
    words.push(wordAt(text, from, until));
    from = until + 1;
  }
  return words;
}

function members(text: string, parts: readonly Word[], quantities: Quantities): Member[] {
  return parts.map(({ start, end }, index) => {
    const isLast = index === parts.length - 1;
    const formula = quantities.task === "abductive_logic" && !isLast ? abduction(text, start, end, quantities) : undefined;
    return { formula: formula ?? readFormula(text, start, end, quantities.grammar), start, end };
  });
}

const operators = { "|": "or", "&": "and", "~": "not" } as const;

/** `|c`: what the conclusion c of a disjunction says of its premise. */
function abduction(text: string, start: number, end: number, quantities: Quantities): Formula | undefined {
  const sign = text.charAt(start);
  if (sign !== "|" && sign !== "&" && sign !== "~") return undefined;
  const conclusion = readFormula(text, start + 1, end, quantities.grammar);
  return conclusion && quantities.abduced(operators[sign], conclusion);
}
