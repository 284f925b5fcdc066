import { BridgeError, type GraphNode } from "@bridge-rl/spec";
import { isTerseProblem } from "./parse/read-terse-problem.js";

/** "how many B does each A have?", "how many B are there in each A?" and, in the original, "how many B does A have?". */
const parts = /\b(how many )[^?]+?( does each | are there in each | does )[^?]+?( have)?(?=\?)/i;
const whole = /\b(what is the number of )[^?]+(?=\?)/i;
const terse = /(\?\s*)[A-Za-z]+/;

/**
 * Puts a quantity into the question of a prompt and leaves all other characters as they are.
 *
 * @throws BridgeError `unsupported` where the prompt has no question in the words of our phrasebooks
 */
export function replaceQuestion(prompt: string, { name, label }: GraphNode, symbol: string): string {
  if (isTerseProblem(prompt) && terse.test(prompt)) return prompt.replace(terse, (_, mark: string) => mark + symbol);
  if (whole.test(prompt)) return prompt.replace(whole, (_, opening: string) => opening + name);
  const held = label?.item ?? label?.category;
  if (label?.container === undefined || held === undefined || !parts.test(prompt)) {
    throw new BridgeError("unsupported", `no question about ${name} can be put into a prompt that prose, terse or original did not word`);
  }
  const { container } = label;
  return prompt.replace(
    parts,
    (_, opening: string, between: string, closing: string | undefined) => `${opening}${held}${between}${container}${closing ?? ""}`,
  );
}
