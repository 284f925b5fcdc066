import type { VerifiedBehaviors } from "./verification.js";

/** The counts of a solution in which nothing has been found yet; a new object each time. */
export function noVerifiedBehaviors(): VerifiedBehaviors {
  return {
    attempts: 0,
    successfulAttempts: 0,
    restatements: 0,
    correctRestatements: 0,
    stepwise: 0,
    checks: 0,
    correctChecks: 0,
    plans: 0,
    correctPlans: 0,
    estimates: 0,
    correctEstimates: 0,
    retractions: 0,
    correctRetractions: 0,
  };
}
