import { defineReward, type Reward } from "@bridge-rl/spec";
import { z } from "zod";
import { verifySolution } from "./verify-solution.js";

/**
 * Gives how far a completion's reasoning is right: the share of the quantities that the answer needs which it derives before its first
 * error, and 1 where nothing is wrong and the answer is right. A wrong answer, or a right one behind wrong steps, never gets 1.
 */
export const stepVerifier: (options?: Record<string, never>) => Reward = defineReward({
  name: "@bridge-rl/promptbench-step-verifier",
  specVersion: 1,
  options: z.strictObject({}),
  maximum: 1,
  score({ problem, completion }) {
    const { valid, progress } = verifySolution(problem, completion);
    if (valid) return 1;
    const steps = problem.graph.nodes.filter(({ necessary }) => necessary).length;
    // The answer counts as one more step, which only a valid solution has taken.
    return (progress * steps) / (steps + 1);
  },
});
