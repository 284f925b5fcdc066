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
  const count = values.length;
  if (count < 2) return undefined;
  const mean = values.reduce((total, value) => total + value, 0) / count;
  const variance = values.reduce((total, value) => total + (value - mean) ** 2, 0) / (count - 1);
  const reach = studentQuantile(count - 1) * Math.sqrt(variance / count);
  return { value: mean, low: mean - reach, high: mean + reach };
}

/** The 97.5 % quantile of Student's distribution with whole degrees of freedom, by bisection of its closed form. */
export function studentQuantile(degreesOfFreedom: number): number {
  let low = 0;
  let high = 13;
  for (let round = 0; round < 60; round++) {
    const middle = (low + high) / 2;
    if (centralProbability(middle, degreesOfFreedom) < 0.95) low = middle;
    else high = middle;
  }
  return (low + high) / 2;
}

/** P(|T| ≤ t), Abramowitz & Stegun 26.7.3 and 26.7.4. */
function centralProbability(t: number, degreesOfFreedom: number): number {
  const angle = Math.atan(t / Math.sqrt(degreesOfFreedom));
  const cosine = Math.cos(angle);
  const isOdd = degreesOfFreedom % 2 === 1;
  let term = isOdd ? cosine : 1;
  let sum = degreesOfFreedom === 1 ? 0 : term;
  for (let index = isOdd ? 3 : 2; index < degreesOfFreedom; index += 2) {
    term *= ((index - 1) / index) * cosine * cosine;
    sum += term;
  }
  return isOdd ? (2 / Math.PI) * (angle + Math.sin(angle) * sum) : Math.sin(angle) * sum;
}
