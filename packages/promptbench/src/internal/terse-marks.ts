import type { BehaviorMark } from "@bridge-rl/spec";

const name = String.raw`^(?:[A-Za-z]{1,3}\d?|\(x,y\))`;
const attempt = new RegExp(`${name}\\?`);
const restatement = new RegExp(`${name}:`);
const derivation = new RegExp(`${name}=`);

/** Recognises attempts, restatements and stepwise derivations by their punctuation, statement by statement. */
export function detectTerse(completion: string): BehaviorMark[] {
  const marks: BehaviorMark[] = [];
  const opening = completion.indexOf("<think>");
  const closing = completion.indexOf("</think>");
  let start = opening === -1 ? 0 : opening + "<think>".length;
  const thinkingEnd = closing === -1 ? completion.length : closing;
  while (start < thinkingEnd) {
    const semicolon = completion.indexOf(";", start);
    if (semicolon === -1 || semicolon >= thinkingEnd) break;
    const kind = kindOf(completion.slice(start, semicolon).replaceAll(" ", ""));
    if (kind !== undefined) marks.push({ start, end: semicolon + 1, kind });
    start = semicolon + 1;
  }
  return marks;
}

function kindOf(statement: string): BehaviorMark["kind"] | undefined {
  if (attempt.test(statement)) return "attempt";
  if (restatement.test(statement)) return "restate";
  if (!derivation.test(statement)) return undefined;
  const computed = statement
    .split("=")
    .filter((part) => /^[^A-Za-z]+$/.test(part.replace(/\de[-+]?\d/g, "")) && /[\d!)][-+*/&|^,]|^[~>]/.test(part));
  return computed.length > 1 ? "stepwise" : undefined;
}
