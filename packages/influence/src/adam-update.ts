import { sameLength } from "./internal/vector.js";

/** Moments before the step, as the optimiser holds them. */
export interface AdamState {
  readonly firstMoment: ArrayLike<number>;
  readonly secondMoment: ArrayLike<number>;
  /** The number of the step to be taken, from 1. */
  readonly step: number;
  /** @defaultValue 0.9 */
  readonly beta1?: number;
  /** @defaultValue 0.999 */
  readonly beta2?: number;
  /** Added outside the square root. @defaultValue 1e-8 */
  readonly epsilon?: number;
}

/**
 * The direction Adam moves in for an ascent gradient g: m̂ / (√v̂ + ε); the parameters change by η times it.
 *
 * The influence of a query under Adam is ⟨V, u(ĝ_q) − u(0)⟩: against the step that momentum takes anyway.
 *
 * @throws BridgeError `shape-mismatch` where gradient and moments differ in length
 */
export function adamUpdate(gradient: ArrayLike<number>, state: AdamState): Float64Array {
  const { beta1 = 0.9, beta2 = 0.999, epsilon = 1e-8, step, firstMoment, secondMoment } = state;
  sameLength(gradient, firstMoment, "gradient and first moment");
  sameLength(gradient, secondMoment, "gradient and second moment");
  const update = new Float64Array(gradient.length);
  for (let j = 0; j < update.length; j++) {
    const g = gradient[j] as number;
    const first = (beta1 * (firstMoment[j] as number) + (1 - beta1) * g) / (1 - beta1 ** step);
    const second = (beta2 * (secondMoment[j] as number) + (1 - beta2) * g * g) / (1 - beta2 ** step);
    update[j] = first / (Math.sqrt(second) + epsilon);
  }
  return update;
}

/**
 * The part of Adam's direction that is linear in g, with the second moment of a zero gradient: additive over queries, but off by up to
 * tens of percent for one query. For ranking, not for ΔJ.
 *
 * @throws BridgeError `shape-mismatch` where gradient and moments differ in length
 */
export function frozenAdamUpdate(gradient: ArrayLike<number>, state: AdamState): Float64Array {
  const { beta1 = 0.9, beta2 = 0.999, epsilon = 1e-8, step, secondMoment } = state;
  sameLength(gradient, secondMoment, "gradient and second moment");
  return Float64Array.from(gradient, (g, j) => {
    const second = (beta2 * (secondMoment[j] as number)) / (1 - beta2 ** step);
    return ((1 - beta1) / (1 - beta1 ** step) / (Math.sqrt(second) + epsilon)) * g;
  });
}

/**
 * What the LESS code projects: m' / √(v' + ε), without bias correction and with ε inside the root. For comparing cosines with it.
 *
 * @throws BridgeError `shape-mismatch` where gradient and moments differ in length
 */
export function lessAdamUpdate(gradient: ArrayLike<number>, state: AdamState): Float64Array {
  const { beta1 = 0.9, beta2 = 0.999, epsilon = 1e-8, firstMoment, secondMoment } = state;
  sameLength(gradient, firstMoment, "gradient and first moment");
  sameLength(gradient, secondMoment, "gradient and second moment");
  return Float64Array.from(gradient, (g, j) => {
    const first = beta1 * (firstMoment[j] as number) + (1 - beta1) * g;
    const second = beta2 * (secondMoment[j] as number) + (1 - beta2) * g * g;
    return first / Math.sqrt(second + epsilon);
  });
}
