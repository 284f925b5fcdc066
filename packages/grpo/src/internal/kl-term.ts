import type { ResolvedPolicyLossOptions } from "../policy-loss-options.js";
import { limit } from "./surrogate.js";

/** An estimate of KL(π ‖ π_ref) at one token, and its derivative with respect to log π. */
export interface KlTerm {
  value: number;
  byLogProbability: number;
}

/** @param difference  log π_ref − log π. @param result  overwritten */
export function klTerm(
  { klEstimator, klLimit }: Pick<ResolvedPolicyLossOptions, "klEstimator" | "klLimit">,
  difference: number,
  result: KlTerm,
): void {
  const bound = klLimit === null ? Number.POSITIVE_INFINITY : klLimit.difference;
  const d = limit(difference, -bound, bound);
  const follows = d === difference;
  if (klEstimator === "k1") {
    result.value = -d;
    result.byLogProbability = 1;
  } else if (klEstimator === "k2") {
    result.value = (d * d) / 2;
    result.byLogProbability = -d;
  } else {
    const exponential = Math.exp(d);
    result.value = exponential - d - 1;
    result.byLogProbability = 1 - exponential;
  }
  const cap = klLimit === null ? Number.POSITIVE_INFINITY : klLimit.value;
  if (!follows || Math.abs(result.value) > cap) result.byLogProbability = 0;
  result.value = limit(result.value, -cap, cap);
}
