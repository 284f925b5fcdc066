import { BridgeError } from "@bridge-rl/spec";
import type { TokenRows } from "./policy-loss-batch.js";

/** How the loss makes up for rollouts that another policy or another engine drew. Plain JSON. Names in parentheses are TRL's. */
export interface SamplerCorrectionOptions {
  /** (`vllm_importance_sampling_mode`) A weight for each token, or one for all tokens of a row: the product of theirs. @defaultValue "sequence" */
  readonly level?: "token" | "sequence";
  /** What becomes of weights above `maximum`: they are cut to it (TIS), or the token or row counts for nothing. @defaultValue "mask" */
  readonly mode?: "truncate" | "mask";
  /** (`vllm_importance_sampling_clip_max`) @defaultValue 3 */
  readonly maximum?: number;
  /** (`vllm_importance_sampling_clip_min`) Weights below it are raised to it, or count for nothing. @defaultValue 0 */
  readonly minimum?: number;
}

export interface SamplerCorrections {
  /** For `PolicyLossBatch.importanceRatios`. `[rows][tokens]` */
  readonly importanceRatios: readonly Float64Array[];
  /**
   * TRL's `sampling/*`: differences over counted tokens, ratios after they were cut. And ours: `sampling/kl`, KL(sampler ‖ policy) in nats a
   * token by the estimate r − 1 − log r; `sampling/importance_sampling_ratio/uncut_mean`, which is 1 in expectation where the rollouts are what
   * they say; `sampling/importance_sampling_ratio/cut_share` of the weights.
   */
  readonly metrics: Readonly<Record<string, number>>;
}

/** Truncated importance sampling of single tokens: what `trainGrpo` takes for a sampler that says it isn't the policy. */
export const truncatedImportanceSampling: SamplerCorrectionOptions = { level: "token", mode: "truncate", maximum: 2 };

/**
 * Weighs rollouts by how much likelier the trainer finds them than whoever sampled them: exp(log π_old − log π_sampler), limited
 * (truncated importance sampling, https://fengyao.notion.site/off-policy-rl, and TRL's masks).
 *
 * @param oldLogProbabilities  under the policy as the trainer scores it
 * @param samplingLogProbabilities  as the rollouts carry them
 * @param masks  1 for tokens that count
 * @throws BridgeError `invalid-option` where no weight fits between the limits, `shape-mismatch`
 */
export function samplerCorrections(
  oldLogProbabilities: TokenRows,
  samplingLogProbabilities: TokenRows,
  masks: TokenRows,
  options: SamplerCorrectionOptions = {},
): SamplerCorrections {
  const { level = "sequence", mode = "mask", maximum = 3, minimum = 0 } = options;
  if (!(minimum >= 0 && maximum > minimum))
    throw new BridgeError("invalid-option", `weights can't be between ${minimum} and ${maximum}; give a maximum above the minimum, from 0`);
  const limited = (weight: number): number => {
    if (mode === "truncate") return Math.min(Math.max(weight, minimum), maximum);
    return weight > maximum || weight < minimum ? 0 : weight;
  };
  let [tokens, total, largest, divergence] = [0, 0, 0, 0];
  const uncut: number[] = [];
  const importanceRatios = oldLogProbabilities.map((old, row) => {
    const [sampled, mask] = [samplingLogProbabilities[row], masks[row]];
    if (sampled?.length !== old.length || mask?.length !== old.length)
      throw new BridgeError(
        "shape-mismatch",
        `row ${row} has ${old.length} old log-probabilities, ${sampled?.length} of the sampler, ${mask?.length} masks`,
      );
    const differences = Float64Array.from(old, (value, token) => (mask[token] === 0 ? 0 : value - (sampled[token] as number)));
    const counted = differences.filter((_, token) => mask[token] !== 0);
    for (const difference of counted) {
      tokens++;
      total += Math.abs(difference);
      largest = Math.max(largest, Math.abs(difference));
      divergence += Math.expm1(difference) - difference;
    }
    if (level === "token") {
      for (const difference of counted) uncut.push(Math.exp(difference));
      return differences.map((difference) => limited(Math.exp(difference)));
    }
    const ratio = Math.exp(differences.reduce((sum, value) => sum + value, 0));
    uncut.push(ratio);
    return new Float64Array(old.length).fill(limited(ratio));
  });
  const seen = uncut.map(limited);
  const mean = (values: readonly number[]): number => values.reduce((sum, value) => sum + value, 0) / Math.max(values.length, 1);
  return {
    importanceRatios,
    metrics: {
      "sampling/sampling_logp_difference/mean": total / Math.max(tokens, 1),
      "sampling/sampling_logp_difference/max": largest,
      "sampling/importance_sampling_ratio/min": seen.reduce((one, other) => Math.min(one, other), Number.POSITIVE_INFINITY),
      "sampling/kl": divergence / Math.max(tokens, 1),
      "sampling/importance_sampling_ratio/uncut_mean": mean(uncut),
      "sampling/importance_sampling_ratio/cut_share": mean(uncut.map((ratio) => Number(ratio > maximum || ratio < minimum))),
      "sampling/importance_sampling_ratio/mean": mean(seen),
      "sampling/importance_sampling_ratio/max": seen.reduce((one, other) => Math.max(one, other), 0),
    },
  };
}
