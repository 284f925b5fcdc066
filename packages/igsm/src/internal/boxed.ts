/**
 * Reads the last `\boxed{…}` behind the last `</think>`, without surrounding blanks. A box inside the thinking part never counts,
 * and a completion that doesn't close its thinking gives no answer.
 */
export function parseBoxed(completion: string): string | undefined {
  const thinkingEnd = completion.lastIndexOf("</think>");
  if (thinkingEnd === -1) return undefined;
  let answer: string | undefined;
  for (let at = completion.indexOf(opening, thinkingEnd); at !== -1; at = completion.indexOf(opening, at + 1)) {
    const start = at + opening.length;
    const end = completion.indexOf("}", start);
    if (end === -1) break;
    const content = completion.slice(start, end);
    if (!content.includes("{")) answer = content.trim();
  }
  return answer;
}

const opening = "\\boxed{";
