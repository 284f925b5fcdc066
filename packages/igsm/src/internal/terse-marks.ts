import type { BehaviorMark, BehaviorMarkKind } from "@bridge-rl/spec";

const signs: Readonly<Record<string, BehaviorMarkKind>> = { "?": "attempt", "!": "check", "<": "plan", "~": "estimate", "#": "retract" };

/**
 * Recognises what steps leave by its punctuation, statement by statement.
 *
 * A restated premise that only gives a number reads like its derivation and is not told from it.
 */
export function detectTerse(completion: string): BehaviorMark[] {
  const marks: BehaviorMark[] = [];
  const opening = completion.indexOf("<think>");
  const closing = completion.indexOf("</think>");
  let start = opening === -1 ? 0 : opening + "<think>".length;
  const thinkingEnd = closing === -1 ? completion.length : closing;
  while (start < thinkingEnd) {
    const semicolon = completion.indexOf(";", start);
    if (semicolon === -1 || semicolon >= thinkingEnd) break;
    const end = semicolon + 1;
    const kind = kindOf(completion.slice(start, semicolon).replaceAll(" ", ""));
    if (kind !== undefined) marks.push({ start, end, kind });
    start = end;
  }
  return marks;
}

function kindOf(statement: string): BehaviorMarkKind | undefined {
  const sign = /^[A-Za-z]{1,2}([?!<~#])/.exec(statement)?.[1];
  if (sign !== undefined) return signs[sign];
  if (!/^[A-Za-z]{1,2}=/.test(statement)) return undefined;
  const parts = statement.split("=");
  // A premise that is repeated ends with a formula, a derivation with its value.
  if (/[A-Za-z]/.test(parts.at(-1) ?? "")) return "restate";
  const computed = parts.filter((part) => /^[-+*()\d]+$/.test(part) && /\d[-+*]/.test(part));
  return computed.length > 1 ? "stepwise" : undefined;
}
