import type { ResolvedPolicyLossOptions } from "../policy-loss-options.js";

/** The loss of one token and its derivatives. */
export interface Surrogate {
  loss: number;
  /** With respect to log ρ, the logarithm of the importance ratio. */
  byRatio: number;
  /** With respect to the token's own log π, the ratio held fixed. */
  byLogProbability: number;
}

/**
 * The surrogate of one token (formulas in `PolicyLossOptions.lossType`).
 *
 * @param phi     VESPO's weight of the row
 * @param result  overwritten, so that millions of tokens make no garbage
 */
export function surrogate(
  options: ResolvedPolicyLossOptions,
  logProbability: number,
  ratio: number,
  advantage: number,
  phi: number,
  result: Surrogate,
): void {
  switch (options.lossType) {
    case "cispo": {
      const weight = Math.min(ratio, options.clipHigh);
      result.loss = -weight * advantage * logProbability;
      result.byRatio = 0;
      result.byLogProbability = -weight * advantage;
      return;
    }
    case "vespo":
      result.loss = -phi * advantage * logProbability;
      result.byRatio = 0;
      result.byLogProbability = -phi * advantage;
      return;
    case "reinforce":
      result.loss = -advantage * logProbability;
      result.byRatio = 0;
      result.byLogProbability = -advantage;
      return;
    case "sapo": {
      const temperature = advantage > 0 ? options.sapoTemperature.positive : options.sapoTemperature.negative;
      const gate = 1 / (1 + Math.exp(-temperature * (ratio - 1)));
      result.loss = (-4 / temperature) * gate * advantage;
      const closing = gate * (1 - gate);
      // Far from 1 the gate closes faster than the ratio grows, also where the ratio is too large for a number.
      result.byRatio = closing === 0 ? 0 : -4 * closing * ratio * advantage;
      result.byLogProbability = 0;
      return;
    }
    default:
      clipped(options, ratio, advantage, result);
  }
}

function clipped({ clipLow, clipHigh, delta }: ResolvedPolicyLossOptions, ratio: number, advantage: number, result: Surrogate): void {
  const capped = delta === null ? ratio : Math.min(ratio, delta);
  const clip = Math.min(Math.max(ratio, 1 - clipLow), 1 + clipHigh);
  const usesCapped = capped * advantage <= clip * advantage;
  const chosen = usesCapped ? capped : clip;
  result.loss = -chosen * advantage;
  // The chosen branch follows the ratio exactly where neither cap nor clip replaced it.
  result.byRatio = chosen === ratio ? -ratio * advantage : 0;
  result.byLogProbability = 0;
}

/** VESPO's weight φ(w) = w^k · e^(λ(1 − w)) of a row, without gradient. @param logWeight log w, the row's summed log-ratio */
export function vespoPhi(options: ResolvedPolicyLossOptions, logWeight: number, advantage: number): number {
  const { k, lambda } = advantage >= 0 ? options.vespo.positive : options.vespo.negative;
  const limited = limit(logWeight, logSmallest, 20);
  return Math.exp(lambda + k * limited - lambda * Math.exp(limited));
}

/** ln 1e-8, VESPO's lower limit of a logarithm. */
export const logSmallest: number = Math.log(1e-8);

export function limit(value: number, low: number, high: number): number {
  return Math.min(Math.max(value, low), high);
}
