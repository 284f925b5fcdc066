import type { BehaviorMark, BehaviorMarkKind } from "./phrasebook.js";

/**
 * Marks the statements of a completion's thinking part, where each ends with a semicolon as terse phrasebooks write them. What no semicolon
 * ends is not marked.
 *
 * @param kindOf  what a statement is, told without its blanks; undefined where it is nothing to be marked
 */
export function markStatements(completion: string, kindOf: (statement: string) => BehaviorMarkKind | undefined): BehaviorMark[] {
  const marks: BehaviorMark[] = [];
  const opening = completion.indexOf("<think>");
  const closing = completion.indexOf("</think>");
  const thinkingEnd = closing === -1 ? completion.length : closing;
  let start = opening === -1 ? 0 : opening + "<think>".length;
  while (start < thinkingEnd) {
    const semicolon = completion.indexOf(";", start);
    if (semicolon === -1 || semicolon >= thinkingEnd) break;
    const kind = kindOf(completion.slice(start, semicolon).replaceAll(" ", ""));
    if (kind !== undefined) marks.push({ start, end: semicolon + 1, kind });
    start = semicolon + 1;
  }
  return marks;
}
