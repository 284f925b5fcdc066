import { sameLength } from "./internal/vector.js";

/**
 * Central difference of each log-probability along a direction: (log π at θ + εV − log π at θ − εV) / 2ε = ⟨V, ∇ log π⟩ + O(ε²).
 *
 * Two forward passes give the exact share of every token, without any backward pass.
 *
 * @throws BridgeError `shape-mismatch` where the two passes differ in length
 */
export function directionalDerivative(plus: ArrayLike<number>, minus: ArrayLike<number>, epsilon: number): Float64Array {
  sameLength(plus, minus, "log-probabilities at θ + εV and θ − εV");
  return Float64Array.from(plus, (value, index) => (value - (minus[index] as number)) / (2 * epsilon));
}

/** The largest |Δ log π| between two passes, by which ε is chosen. @throws BridgeError `shape-mismatch` */
export function largestShift(plus: ArrayLike<number>, minus: ArrayLike<number>): number {
  sameLength(plus, minus, "log-probabilities at θ + εV and θ − εV");
  let largest = 0;
  for (let index = 0; index < plus.length; index++) {
    largest = Math.max(largest, Math.abs((plus[index] as number) - (minus[index] as number)));
  }
  return largest;
}
