import { numberText } from "./number-text.js";

/**
 * Reads the first `<<<…>>>` or `\boxed{…}` behind the last `</think>`. A completion without any thinking part is read from its start; one
 * that does not close its thinking gives no answer. Numbers and words come back in the form in which phrasebooks write them.
 */
export function parseAnswer(completion: string): string | undefined {
  const closing = completion.lastIndexOf("</think>");
  if (closing === -1 && completion.includes("<think>")) return undefined;
  const match = /<<<([\s\S]*?)>>>|\\boxed\{([^{}]*)\}/.exec(closing === -1 ? completion : completion.slice(closing));
  const content = match?.[1] ?? match?.[2];
  return content === undefined ? undefined : normalize(content);
}

/** Trims an answer, drops thousands separators, and writes each number and word in one way. */
export function normalize(content: string): string {
  return content.trim().replaceAll(",", "").split(/\s+/).map(normalizeWord).join(" ");
}

function normalizeWord(word: string): string {
  if (/^[-+]?(\d+\.?\d*|\.\d+)(e[-+]?\d+)?$/i.test(word)) return numberText(Number(word));
  const lower = word.toLowerCase();
  if (lower === "true") return "True";
  if (lower === "false") return "False";
  return lower === "n/a" ? "N/A" : word;
}
