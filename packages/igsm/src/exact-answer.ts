import { defineReward, type Reward } from "@bridge-rl/spec";
import * as z from "zod";

/**
 * Gives 1 to a completion whose answer is exactly the problem's, as the phrasebook writes it, and 0 to every other text.
 */
export const exactAnswer: (options?: Record<string, never>) => Reward = defineReward({
  name: "@bridge-rl/exact-answer",
  specVersion: 1,
  options: z.strictObject({}),
  maximum: 1,
  score: ({ problem, completion, phrasebook }) => (phrasebook.parseAnswer(completion) === phrasebook.formatAnswer(problem.answer) ? 1 : 0),
});
