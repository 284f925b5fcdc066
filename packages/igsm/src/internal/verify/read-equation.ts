import { tokenize } from "../read-arithmetic.js";
import type { Equation, Member, Word } from "./statement.js";

/** Reads `x = a + b = 3 + 4 = 7` between two places of a text. Returns undefined where nothing is computed. */
export function readEquation(text: string, start: number, end: number, named: boolean): Equation | undefined {
  const first = text.indexOf("=", start);
  if (first === -1 || first >= end) return undefined;
  const target = wordAt(text, start, first);
  if (target.text === "") return undefined;
  return { target, members: readMembers(text, first + 1, end, named) };
}

/** Reads `a + b = 3 + 4 = 7` between two places of a text. */
export function readMembers(text: string, start: number, end: number, named: boolean): Member[] {
  const members: Member[] = [];
  for (let from = start; from <= end; ) {
    const next = text.indexOf("=", from);
    const until = next === -1 || next > end ? end : next;
    const { start: memberStart, end: memberEnd } = wordAt(text, from, until);
    const tokens = memberStart === memberEnd ? undefined : tokenize(text, memberStart, memberEnd, named);
    members.push({ tokens, start: memberStart, end: memberEnd });
    from = until + 1;
  }
  return members;
}

/** The text between two places, without the blanks around it. */
export function wordAt(text: string, from: number, until: number): Word {
  let start = from;
  let end = until;
  while (start < end && text.charCodeAt(start) <= 32) start++;
  while (end > start && text.charCodeAt(end - 1) <= 32) end--;
  return { text: text.slice(start, end), start, end };
}
