import { defineStepVerifier, type Reward } from "@bridge-rl/spec";
import { verifySolution } from "./verify-solution.js";

/**
 * Gives how far a completion's reasoning is right: the share of the quantities that the answer needs which it derives before its first
 * error, and 1 where nothing is wrong and the answer is right. A wrong answer, or a right one behind wrong steps, never gets 1: it is
 * strict (`VerifySolutionOptions`), so that repeating a step in the original's wording earns nothing.
 */
export const stepVerifier: (options?: Record<string, never>) => Reward = defineStepVerifier(
  "@bridge-rl/step-verifier",
  (problem, completion) => verifySolution(problem, completion, { strict: true }),
);
