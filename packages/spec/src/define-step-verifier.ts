import { numberOptions } from "./number-options.js";
import type { Problem } from "./problem.js";
import { defineReward, type Reward } from "./reward.js";
import type { Verification } from "./verification.js";

/**
 * Makes a reward of a verifier: the share of the quantities that the answer needs which a completion derives before its first error, and 1
 * where nothing is wrong and the answer is right. A wrong answer, or a right one behind wrong steps, never gets 1.
 */
export function defineStepVerifier(
  name: string,
  verify: (problem: Problem, completion: string) => Pick<Verification, "valid" | "progress">,
): (options?: Record<string, never>) => Reward {
  return defineReward({
    name,
    specVersion: 1,
    options: numberOptions({}),
    maximum: 1,
    score({ problem, completion }) {
      const { valid, progress } = verify(problem, completion);
      if (valid) return 1;
      const steps = problem.graph.nodes.filter(({ necessary }) => necessary).length;
      // The answer counts as one more step, which only a valid solution has taken.
      return (progress * steps) / (steps + 1);
    },
  });
}
