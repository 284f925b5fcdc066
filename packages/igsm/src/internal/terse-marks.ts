import type { BehaviorMark } from "@bridge-rl/spec";

interface Statement {
  readonly start: number;
  readonly end: number;
  readonly text: string;
}

/** Recognises attempts, restatements and stepwise derivations by their punctuation, statement by statement. */
export function detectTerse(completion: string): BehaviorMark[] {
  const marks: BehaviorMark[] = [];
  const statements = statementsOf(completion);
  const lastPlace = new Map(statements.map(({ text }, place) => [text, place]));
  for (const [place, { start, end, text }] of statements.entries()) {
    const kind = kindOf(text, lastPlace.get(text) !== place);
    if (kind !== undefined) marks.push({ start, end, kind });
  }
  return marks;
}

function statementsOf(completion: string): Statement[] {
  const statements: Statement[] = [];
  const opening = completion.indexOf("<think>");
  const closing = completion.indexOf("</think>");
  let start = opening === -1 ? 0 : opening + "<think>".length;
  const thinkingEnd = closing === -1 ? completion.length : closing;
  while (start < thinkingEnd) {
    const semicolon = completion.indexOf(";", start);
    if (semicolon === -1 || semicolon >= thinkingEnd) break;
    statements.push({ start, end: semicolon + 1, text: completion.slice(start, semicolon).replaceAll(" ", "") });
    start = semicolon + 1;
  }
  return statements;
}

/** A premise that is repeated ends with a formula; one that only gives a number reads like its derivation, which then comes again. */
function kindOf(statement: string, comesAgain: boolean): BehaviorMark["kind"] | undefined {
  if (/^[A-Za-z]{1,2}\?/.test(statement)) return "attempt";
  if (!/^[A-Za-z]{1,2}=/.test(statement)) return undefined;
  const parts = statement.split("=");
  if (/[A-Za-z]/.test(parts.at(-1) ?? "") || (parts.length === 2 && comesAgain)) return "restate";
  const computed = parts.filter((part) => /^[-+*()\d]+$/.test(part) && /\d[-+*]/.test(part));
  return computed.length > 1 ? "stepwise" : undefined;
}
