import { defineReward, type Reward, type Value } from "@bridge-rl/spec";
import * as z from "zod";
import { normalize } from "./internal/parse-answer.js";
import { notAvailable } from "./tasks.js";

/** Relative errors that DyVal accepts: of a number, and of each number of a pair (`dyval_utils.py`). */
const numberTolerance = 1e-4;
const pairTolerance = 1e-3;

/**
 * Tells whether the text of an answer is right, by DyVal's tolerances: |gold − given| / (|gold| + 1e-7) below 1e-4 for numbers, below 1e-3
 * for each number of a pair; words without regard to case, 1, 0 and ! as the terse format writes them.
 *
 * @param given  what a phrasebook's `parseAnswer` returns
 */
export function answerMatches(answer: Value, given: string): boolean {
  const text = normalize(given);
  if (typeof answer === "boolean") return text === (answer ? "True" : "False") || text === (answer ? "1" : "0");
  if (typeof answer === "number") return isNear(answer, text, numberTolerance);
  if (answer === notAvailable) return text === notAvailable || text === "!";
  const [golds, parts] = [answer.split(" "), text.split(" ")];
  return golds.length === parts.length && golds.every((gold, index) => isNear(Number(gold), parts[index] as string, pairTolerance));
}

function isNear(gold: number, text: string, tolerance: number): boolean {
  return text !== "" && Math.abs(gold - Number(text)) / (Math.abs(gold) + 1e-7) < tolerance;
}

/** Gives 1 to a completion whose answer is right by DyVal's tolerances (`answerMatches`), and 0 to every other text. */
export const tolerantAnswer: (options?: Record<string, never>) => Reward = defineReward({
  name: "@bridge-rl/tolerant-answer",
  specVersion: 1,
  options: z.strictObject({}),
  maximum: 1,
  score: ({ problem, completion, phrasebook }) => {
    const given = phrasebook.parseAnswer(completion);
    return given !== undefined && answerMatches(problem.answer, given) ? 1 : 0;
  },
});
