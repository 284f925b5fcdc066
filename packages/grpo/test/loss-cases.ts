import {
  type AdvantageOptions,
  evaluatePolicyLoss,
  groupAdvantages,
  type LossType,
  type PolicyLossBatch,
  type PolicyLossOptions,
} from "../src/index.js";

/** The format of `trl-golden.json`: inputs, and what TRL's formulas make of them under each configuration. */
export interface LossCaseFile {
  readonly group_size: number;
  readonly inputs: Record<"logp" | "old" | "ref" | "sampling" | "mask" | "entropy" | "is_ratio", number[][]> & { adv: number[] };
  readonly rewards: (number | null)[][];
  readonly reward_weights: number[];
  readonly advantage_cases: readonly AdvantageCase[];
  readonly loss_cases: readonly LossCase[];
}

export interface AdvantageCase {
  readonly agg: "sum_then_normalize" | "normalize_then_sum";
  readonly scale_rewards: "group" | "batch" | "none";
  readonly rewards?: (number | null)[];
  readonly advantages: number[];
  /** null stands for NaN. */
  readonly metrics: Record<string, number | null>;
}

export interface LossCase {
  readonly id: string;
  readonly config: {
    readonly loss_type: LossType;
    readonly level: "token" | "sequence";
    readonly eps: number;
    readonly eps_high: number | null;
    readonly delta: number | null;
    readonly beta: number;
    readonly bias_corr_kl: boolean;
    readonly max_completion_length: number;
    readonly GA: number;
    readonly num_items: number | null;
    readonly off_policy_thr: number | null;
    readonly is_ratio: boolean;
    readonly sapo_neg: number;
    readonly sapo_pos: number;
    readonly vespo: [number, number, number, number];
    readonly on_policy: boolean;
    readonly top_entropy_quantile: number;
    /** @defaultValue 0 */
    readonly entropy_coef?: number;
  };
  readonly loss: number;
  readonly grad: number[][];
  readonly metrics: Record<string, number | null>;
}

/** Every difference of a loss case beyond the tolerance, in words. Empty where all agree. */
export function differencesOfLossCase(file: LossCaseFile, { config, loss, grad, metrics }: LossCase, tolerance: number): string[] {
  const { inputs } = file;
  const batch: PolicyLossBatch = {
    advantages: inputs.adv,
    masks: inputs.mask,
    entropies: inputs.entropy,
    referenceLogProbabilities: inputs.ref,
    ...(config.on_policy ? {} : { oldLogProbabilities: inputs.old }),
    ...(config.is_ratio ? { importanceRatios: inputs.is_ratio, samplingLogProbabilities: inputs.sampling } : {}),
    whole: { accumulationSteps: config.GA, ...(config.num_items === null ? {} : { tokens: config.num_items }) },
  };
  const options: PolicyLossOptions = {
    lossType: config.loss_type,
    ratioLevel: config.level,
    clipLow: config.eps,
    clipHigh: config.eps_high ?? config.eps,
    delta: config.delta,
    beta: config.beta,
    klBiasCorrection: config.bias_corr_kl,
    maxCompletionLength: config.max_completion_length,
    offPolicyThreshold: config.off_policy_thr,
    sapoTemperature: { positive: config.sapo_pos, negative: config.sapo_neg },
    vespo: { positive: { k: config.vespo[0], lambda: config.vespo[1] }, negative: { k: config.vespo[2], lambda: config.vespo[3] } },
    topEntropyQuantile: config.top_entropy_quantile,
    entropyCoefficient: config.entropy_coef ?? 0,
  };
  const result = evaluatePolicyLoss(inputs.logp, batch, options);
  return [
    ...difference("loss", result.loss, loss, tolerance),
    ...grad.flatMap((row, index) =>
      row.flatMap((value, token) => difference(`gradient[${index}][${token}]`, result.gradients[index]?.[token], value, tolerance)),
    ),
    ...Object.entries(metrics).flatMap(([name, value]) => difference(name, result.metrics[name], value ?? Number.NaN, tolerance)),
    ...Object.keys(result.metrics).flatMap((name) => (name in metrics ? [] : [`metric ${name} is not expected`])),
  ];
}

/** Every difference of an advantage case beyond the tolerance, in words. */
export function differencesOfAdvantageCase(file: LossCaseFile, given: AdvantageCase, tolerance: number): string[] {
  const scores =
    given.rewards === undefined
      ? file.reward_weights.map((_, reward) => file.rewards.map((row) => row[reward] ?? Number.NaN))
      : [given.rewards.map((value) => value ?? Number.NaN)];
  const options: AdvantageOptions = {
    scale: given.scale_rewards,
    aggregation: given.agg === "sum_then_normalize" ? "sum-then-normalize" : "normalize-then-sum",
    ...(given.rewards === undefined ? { rewardWeights: file.reward_weights } : {}),
  };
  const result = groupAdvantages(scores, file.group_size, options);
  const metrics: Readonly<Record<string, number>> = result.metrics;
  return [
    ...given.advantages.flatMap((value, index) => difference(`advantage[${index}]`, result.advantages[index], value, tolerance)),
    ...Object.entries(given.metrics).flatMap(([name, value]) => difference(name, metrics[name], value ?? Number.NaN, tolerance)),
  ];
}

function difference(name: string, ours: number | undefined, theirs: number, tolerance: number): string[] {
  if (ours === undefined) return [`${name} is missing, expected ${theirs}`];
  if (Number.isNaN(ours) && Number.isNaN(theirs)) return [];
  return Math.abs(ours - theirs) <= tolerance ? [] : [`${name} is ${ours}, expected ${theirs}`];
}
