import type { AdvantageOptions } from "./advantages.js";
import type { PolicyLossOptions } from "./policy-loss-options.js";

/** An objective as one of the field's trainers has it. Plain JSON: spread it into your options and change what you like. */
export interface GrpoPreset {
  readonly loss: PolicyLossOptions;
  readonly advantages: AdvantageOptions;
}

/** TRL's GRPOTrainer as it comes (commit f2cd5771): dapo averaging, one clip range, no KL. */
export const trl: GrpoPreset = {
  loss: { lossType: "dapo", clipLow: 0.2, clipHigh: 0.2, beta: 0 },
  advantages: { scale: "group", standardDeviation: "bessel", epsilon: 1e-4 },
};

/** verl with `algorithm.adv_estimator=grpo`, otherwise as it comes (0.10.0.dev): token mean, dual clip at 3 always on. */
export const verl: GrpoPreset = {
  loss: { lossType: "dapo", clipLow: 0.2, clipHigh: 0.2, delta: 3, beta: 0, klLimit: { difference: 20, value: 10 } },
  advantages: { scale: "group", standardDeviation: "bessel", epsilon: 1e-6 },
};

/** Dr. GRPO (arXiv 2503.20783): no division by length or by spread. Set `loss.maxCompletionLength` to the rollouts' token limit. */
export const drGrpo: GrpoPreset = {
  loss: { lossType: "dr_grpo", clipLow: 0.2, clipHigh: 0.2, beta: 0 },
  advantages: { standardDeviation: "none", scale: "none" },
};

/** DAPO (arXiv 2503.14476, §4.1): clip-higher at 0.28, token mean, no KL. The paper also samples dynamically and masks truncated completions softly. */
export const dapo: GrpoPreset = {
  loss: { lossType: "dapo", clipLow: 0.2, clipHigh: 0.28, beta: 0 },
  advantages: { scale: "group", standardDeviation: "bessel", epsilon: 1e-4 },
};

/** GSPO (arXiv 2507.18071, §5.1): one ratio for each sequence, clipped at 3e-4 and 4e-4. */
export const gspo: GrpoPreset = {
  loss: { lossType: "grpo", ratioLevel: "sequence", clipLow: 3e-4, clipHigh: 4e-4, beta: 0 },
  advantages: { scale: "group", standardDeviation: "bessel", epsilon: 1e-4 },
};

/**
 * What BRIDGE's own trainer did for Qwen (arXiv 2505.18917, Table 4, and its released code): mean over tokens, then over rows, k3 with
 * limits at weight 0.001, Bessel's spread + 1e-6. Its entropy bonus of 0.001 is not part of the paper and left out here, and so is its
 * mistaken division of the gradient by 8.
 */
export const bridgePaper: GrpoPreset = {
  loss: { lossType: "grpo", clipLow: 0.2, clipHigh: 0.2, beta: 0.001, klEstimator: "k3", klLimit: { difference: 20, value: 10 } },
  advantages: { scale: "group", standardDeviation: "bessel", epsilon: 1e-6 },
};
