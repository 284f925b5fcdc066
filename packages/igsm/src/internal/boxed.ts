/**
 * Reads the last `\boxed{…}` behind the last `</think>`, without surrounding blanks. A box inside the thinking part never counts,
 * and a completion that doesn't close its thinking gives no answer.
 */
export function parseBoxed(completion: string): string | undefined {
  const thinkingEnd = completion.lastIndexOf("</think>");
  if (thinkingEnd === -1) return undefined;
  let answer: string | undefined;
  for (const [, content] of completion.slice(thinkingEnd).matchAll(/\\boxed\{([^{}]*)\}/g)) answer = content?.trim();
  return answer;
}
