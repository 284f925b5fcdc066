import { meanInterval } from "@bridge-rl/influence";
import type { Accuracy } from "./run-files.js";

/** A number with its 95 % interval. */
export interface Estimate {
  readonly value: number;
  readonly low: number;
  readonly high: number;
}

/** An accuracy as an estimate. */
export function estimateOf(accuracy: Accuracy): Estimate {
  return { value: accuracy.accuracy, low: accuracy.low, high: accuracy.high };
}

/**
 * Subtracts two independent estimates and combines their intervals (Zou & Donner 2008, "method of variance estimates recovery").
 *
 * For two Wilson intervals this is Newcombe's interval for the difference of proportions (1998, method 10). Where both are
 * measured on the same problems it is wider than a paired interval would be, as right answers are then positively correlated.
 */
export function difference(left: Estimate, right: Estimate): Estimate {
  const value = left.value - right.value;
  return {
    value,
    low: value - Math.hypot(left.value - left.low, right.high - right.value),
    high: value + Math.hypot(left.high - left.value, right.value - right.low),
  };
}

/**
 * Gives the mean of independent measurements with Student's 95 % interval; undefined for fewer than two.
 */
export function meanWithInterval(values: readonly number[]): Estimate | undefined {
  const interval = meanInterval(values);
  if (interval === "undefined") return undefined;
  return { value: values.reduce((total, value) => total + value, 0) / values.length, low: interval.low, high: interval.high };
}
