import { BridgeError, defineReward, numberOptions, type Reward } from "@bridge-rl/spec";

/** Gives 1 to a completion that gives an answer where the phrasebook looks for one, right or wrong, and 0 to others. */
export const formatReward: (options?: Record<string, never>) => Reward = defineReward({
  name: "@bridge-rl/format",
  specVersion: 1,
  options: numberOptions({}),
  maximum: 1,
  score: ({ completion, phrasebook }) => (phrasebook.parseAnswer(completion) === undefined ? 0 : 1),
});

/** Gives 1 to a completion whose answer is exactly the problem's, as the phrasebook writes it, and 0 to every other text. */
export const exactAnswerReward: (options?: Record<string, never>) => Reward = defineReward({
  name: "@bridge-rl/exact-answer",
  specVersion: 1,
  options: numberOptions({}),
  maximum: 1,
  score: ({ problem, completion, phrasebook }) => (phrasebook.parseAnswer(completion) === phrasebook.formatAnswer(problem.answer) ? 1 : 0),
});

export interface LengthPenaltyOptions {
  /** Tokens from which on the penalty is −1. @defaultValue 256 */
  readonly maximum?: number;
  /** The last tokens before that, over which it falls from 0 to −1. @defaultValue 64 */
  readonly cache?: number;
}

/**
 * Takes off for long completions: 0 up to `maximum − cache` tokens, then falling linearly to −1 at `maximum` (soft overlong punishment,
 * DAPO, arXiv 2503.14476, eq. 13; TRL's `get_soft_overlong_punishment`). To be added to a reward for the answer.
 */
export const lengthPenalty: (options?: LengthPenaltyOptions) => Reward = defineReward({
  name: "@bridge-rl/length-penalty",
  specVersion: 1,
  options: numberOptions({ maximum: { default: 256, minimum: 1 }, cache: { default: 64, minimum: 1 } }),
  maximum: 0,
  score({ problem, tokens }, { maximum, cache }) {
    if (tokens === undefined) {
      throw new BridgeError(
        "invalid-input",
        `the completion of problem ${problem.id} comes without its number of tokens, which this reward needs`,
      );
    }
    return -Math.min(Math.max((tokens - (maximum - cache)) / cache, 0), 1);
  },
});
