import { splitList } from "../parse/read-formula.js";
import { readMembers, wordAt } from "./read-equation.js";
import type { Statement, Word } from "./statement.js";

const check = /^Let's check ([A-Za-z]{1,2}): (.+), as before\.$/;
const plan = /^To find the number of each (.+), we need the number of (each .+)\.$/;
const estimate = /^Roughly, the number of each (.+) is between (-?\d+) and (-?\d+)\.$/;
const retraction = /^Wait, ([A-Za-z]{1,2}) = (-?\d+) is wrong, so we take it back\.$/;

/** What their lines begin with. */
const asideLetters = "LTRW";

/** Reads a bullet that checks, plans, estimates or takes back. Returns undefined for any other. */
export function readAside(text: string, start: number, end: number): Statement | undefined {
  if (!asideLetters.includes(text.charAt(start))) return undefined;
  const line = text.slice(start, end);
  const at = (part: string, after = 0): Word => {
    const from = start + line.indexOf(part, after);
    return wordAt(text, from, from + part.length);
  };
  const none = { start, end, name: undefined, symbol: undefined, naming: "again" } as const;
  const checked = check.exec(line);
  if (checked !== null) {
    const [, symbol = "", chain = ""] = checked;
    const { start: from, end: to } = at(chain, 12 + symbol.length);
    return { ...none, kind: "check", symbol: at(symbol, 12), members: readMembers(text, from, to, false) };
  }
  const planned = plan.exec(line);
  if (planned !== null) {
    const [, name = "", list = ""] = planned;
    return { ...none, kind: "plan", name: at(name, 24), needed: readNames(text, end - 1 - list.length, list) };
  }
  const estimated = estimate.exec(line);
  if (estimated !== null) {
    const [, name = "", low = "", high = ""] = estimated;
    const behind = line.lastIndexOf(" is between ") + 12;
    return { ...none, kind: "estimate", name: at(name, 28), low: at(low, behind), high: at(high, behind + low.length + 5) };
  }
  const retracted = retraction.exec(line);
  if (retracted === null) return undefined;
  const [, symbol = "", value = ""] = retracted;
  return { ...none, kind: "retract", symbol: at(symbol, 6), value: at(value, 8 + symbol.length), matched: false };
}

/** The names in "each A's B and each C's D", without "each". `start` is where the list stands. */
export function readNames(text: string, start: number, list: string): Word[] {
  const words: Word[] = [];
  let at = start;
  for (const part of splitList(list)) {
    at = text.indexOf(part, at);
    words.push(wordAt(text, at + 5, at + part.length));
    at += part.length;
  }
  return words;
}
