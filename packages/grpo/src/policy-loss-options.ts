import { BridgeError } from "@bridge-rl/spec";

/** How the surrogate is formed and averaged. Sources: see `PolicyLossOptions.lossType`. */
export type LossType = "grpo" | "bnpo" | "dr_grpo" | "dapo" | "cispo" | "sapo" | "luspo" | "vespo" | "reinforce";

/** The objective of a policy update. Plain JSON. Names in parentheses are TRL's. */
export interface PolicyLossOptions {
  /**
   * (`loss_type`) With ρ the importance ratio, A the advantage, m the mask, and clip(ρ) = clip(ρ, 1 − clipLow, 1 + clipHigh):
   *
   * | type | per-token loss | averaged |
   * |---|---|---|
   * | `grpo` (2402.03300) | −min(min(ρ, delta)·A, clip(ρ)·A) | over each row's tokens, then over rows |
   * | `bnpo` (2506.02864) | the same | over the tokens of the batch |
   * | `dr_grpo` (2503.20783) | the same | sum / (rows · maxCompletionLength) |
   * | `dapo` (2503.14476) | the same | over the tokens of the whole optimiser batch |
   * | `luspo` (2602.05261) | the same | sum of each row, then over rows |
   * | `cispo` (2506.13585) | −stop(min(ρ, clipHigh))·A·log π | as `dapo` |
   * | `sapo` (2511.20347) | −(4/τ)·σ(τ(ρ − 1))·A | as `grpo` |
   * | `vespo` (2602.10693) | −stop(φ)·A·log π, φ = w^k·e^(λ(1 − w)), w the row's whole ratio | as `dapo` |
   * | `reinforce` | −A·log π | as `dapo` |
   *
   * @defaultValue "dapo"
   */
  readonly lossType?: LossType;
  /** (`importance_sampling_level`) One ratio for each token, or the geometric mean of a row's for all of its tokens, as in GSPO (2507.18071). @defaultValue "token" */
  readonly ratioLevel?: "token" | "sequence";
  /** (`epsilon`) @defaultValue 0.2 */
  readonly clipLow?: number;
  /** (`epsilon_high`) For `cispo` it is the cap of the ratio itself. @defaultValue `clipLow`; 5 for `cispo` */
  readonly clipHigh?: number;
  /** Caps the ratio from above on both sides of the minimum; with A < 0 this is dual clipping (1912.09729). @defaultValue null, off */
  readonly delta?: number | null;
  /** Weight of the KL term to the reference. @defaultValue 0 */
  readonly beta?: number;
  /**
   * How KL is estimated from d = log π_ref − log π: k1 is −d, k2 is d²/2, k3 is e^d − d − 1 (Schulman 2020, http://joschu.net/blog/kl-approx.html).
   * As a term of the loss, k1's gradient is that of log π alone, which doesn't pull towards the reference. @defaultValue "k3"
   */
  readonly klEstimator?: "k1" | "k2" | "k3";
  /** (`use_bias_correction_kl`) Multiplies the KL term with the importance ratio, so that its gradient is right off policy. @defaultValue false */
  readonly klBiasCorrection?: boolean;
  /** Limits d to ±`difference` and the estimate to ±`value`, as verl does; no gradient flows outside. @defaultValue null, off */
  readonly klLimit?: { readonly difference: number; readonly value: number } | null;
  /** (`off_policy_mask_threshold`) Drops rows with A < 0 whose mean of old − new log-probability exceeds this. @defaultValue null, off */
  readonly offPolicyThreshold?: number | null;
  /** (`top_entropy_quantile`) Trains only this share of the tokens, those of the highest entropy (2506.01939). @defaultValue 1 */
  readonly topEntropyQuantile?: number;
  /** (`entropy_coef`) Weight of the entropy bonus: its mean over the counted tokens of the whole optimiser batch, of those that `topEntropyQuantile` leaves, is subtracted. Costs a forward pass. @defaultValue 0 */
  readonly entropyCoefficient?: number;
  /** (`sapo_temperature_pos`, `sapo_temperature_neg`) @defaultValue { positive: 1, negative: 1.05 } */
  readonly sapoTemperature?: { readonly positive: number; readonly negative: number };
  /** (`vespo_k_pos` …) @defaultValue { positive: { k: 2, lambda: 3 }, negative: { k: 3, lambda: 2 } } */
  readonly vespo?: { readonly positive: VespoShape; readonly negative: VespoShape };
  /** (`max_completion_length`) The fixed length that `dr_grpo` divides by; other types don't need it. */
  readonly maxCompletionLength?: number;
}

export interface VespoShape {
  readonly k: number;
  readonly lambda: number;
}

export interface ResolvedPolicyLossOptions extends Required<Omit<PolicyLossOptions, "maxCompletionLength">> {
  readonly maxCompletionLength: number;
}

/** Fills in the defaults. @throws BridgeError `invalid-option` for a number out of its range, and for `dr_grpo` without its length */
export function resolvePolicyLossOptions(options: PolicyLossOptions): ResolvedPolicyLossOptions {
  const lossType = options.lossType ?? "dapo";
  const clipLow = options.clipLow ?? 0.2;
  const resolved: ResolvedPolicyLossOptions = {
    ratioLevel: "token",
    delta: null,
    beta: 0,
    klEstimator: "k3",
    klBiasCorrection: false,
    klLimit: null,
    offPolicyThreshold: null,
    topEntropyQuantile: 1,
    entropyCoefficient: 0,
    sapoTemperature: { positive: 1, negative: 1.05 },
    vespo: { positive: { k: 2, lambda: 3 }, negative: { k: 3, lambda: 2 } },
    maxCompletionLength: Number.NaN,
    ...options,
    lossType,
    clipLow,
    clipHigh: options.clipHigh ?? (lossType === "cispo" ? 5 : clipLow),
  };
  refuse(!(clipLow >= 0 && clipLow <= 1), `clipLow ${clipLow} is not in [0, 1]`);
  refuse(!(resolved.clipHigh >= 0), `clipHigh ${resolved.clipHigh} is negative`);
  refuse(!(resolved.beta >= 0), `beta ${resolved.beta} is negative, which would push away from the reference`);
  refuse(resolved.delta !== null && !(resolved.delta > 0), `delta ${resolved.delta} is not above 0`);
  refuse(
    !(resolved.topEntropyQuantile > 0 && resolved.topEntropyQuantile <= 1),
    `topEntropyQuantile ${resolved.topEntropyQuantile} is not in (0, 1]`,
  );
  refuse(!Number.isFinite(resolved.entropyCoefficient), `entropyCoefficient ${resolved.entropyCoefficient} is not finite`);
  refuse(
    lossType === "dr_grpo" && !(resolved.maxCompletionLength > 0),
    "dr_grpo divides by maxCompletionLength; set it to the rollouts' token limit",
  );
  return resolved;
}

function refuse(wrong: boolean, message: string): void {
  if (wrong) throw new BridgeError("invalid-option", message);
}
