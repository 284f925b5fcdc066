import { BridgeError } from "@bridge-rl/spec";

/** How rewards become advantages. Plain JSON. Names in parentheses are TRL's. */
export interface AdvantageOptions {
  /** What is subtracted: the mean of the group, or of its other members (RLOO, 2402.14740). @defaultValue "mean" */
  readonly baseline?: "mean" | "leave-one-out";
  /** (`scale_rewards`) What the standard deviation is taken over. @defaultValue "group" */
  readonly scale?: "group" | "batch" | "none";
  /** How it is taken: `bessel` divides by n − 1 (TRL, verl); the paper's Proposition 3.1 uses `population`. @defaultValue "bessel" */
  readonly standardDeviation?: "bessel" | "population" | "none";
  /** Added to the standard deviation. @defaultValue 1e-4 */
  readonly epsilon?: number;
  /** (`multi_objective_aggregation`) Several rewards are added up and then normalised, or each normalised in its group first (GDPO, 2601.05242). @defaultValue "sum-then-normalize" */
  readonly aggregation?: "sum-then-normalize" | "normalize-then-sum";
  /** (`reward_weights`) @defaultValue 1 for every reward */
  readonly rewardWeights?: readonly number[];
}

export interface Advantages {
  /** `[rollouts]` */
  readonly advantages: Float64Array;
  /** The weighted sum of the rewards; NaN where no reward said anything. `[rollouts]` */
  readonly rewards: Float64Array;
  /** `reward`, `reward_std` over the batch, and `frac_reward_zero_std`, the share of rollouts in groups without spread. */
  readonly metrics: Readonly<Record<"reward" | "reward_std" | "frac_reward_zero_std", number>>;
}

/**
 * Centres and scales rewards within each group of rollouts of one prompt (GRPO, arXiv 2402.03300, §4.1.2).
 *
 * A group whose rewards are all equal gets exactly 0, whatever rounding does to its mean. NaN stands for a reward that says nothing of
 * a rollout; a rollout of which none says anything gets 0 and counts for nobody's mean.
 *
 * @param scores  one array for each reward, groups one after the other. `[rewards][groups × groupSize]`
 * @throws BridgeError `shape-mismatch` where the scores don't divide into groups or the weights don't match the rewards
 */
export function groupAdvantages(scores: readonly ArrayLike<number>[], groupSize: number, options: AdvantageOptions = {}): Advantages {
  const { scale = "group", standardDeviation = "bessel", epsilon = 1e-4, baseline = "mean", aggregation = "sum-then-normalize" } = options;
  const weights = options.rewardWeights ?? scores.map(() => 1);
  checkShapes(scores, groupSize, weights);
  const rewards = weightedSum(scores, weights);
  const groups = split(rewards, groupSize);
  const spreadIn = (values: Float64Array) => spread(values, standardDeviation === "population" ? 0 : 1);
  const divide = (values: Float64Array, by: number) =>
    standardDeviation === "none" ? values : values.map((value) => value / (by + epsilon));

  let advantages: Float64Array;
  let used: number[];
  if (aggregation === "normalize-then-sum") {
    const normalised = scores.map((score) =>
      join(split(score, groupSize).map((group) => divide(centre(group, baseline), spreadIn(group)))),
    );
    // A rollout that alone in its group has a reward can't be compared with any other, and counts as one of theirs that is average.
    const total = weightedSum(normalised, weights).map((value, index) =>
      Number.isNaN(value) && !Number.isNaN(rewards[index]) ? 0 : value,
    );
    const whole = spreadIn(total);
    advantages = isConstant(total) ? new Float64Array(total.length) : divide(centre(total, "mean"), whole);
    used = groups.map(() => (isConstant(total) ? 0 : whole));
  } else {
    const ofBatch = isConstant(rewards) ? 0 : spreadIn(rewards);
    used = groups.map((group) => (scale === "batch" ? ofBatch : isConstant(group) ? 0 : spreadIn(group)));
    advantages = join(
      groups.map((group, index) => (scale === "none" ? centre(group, baseline) : divide(centre(group, baseline), used[index] as number))),
    );
  }
  return {
    advantages: advantages.map((value) => (Number.isNaN(value) ? 0 : value)),
    rewards,
    metrics: {
      reward: mean(rewards),
      reward_std: spread(rewards, 1),
      frac_reward_zero_std: used.filter((value) => Math.abs(value) <= 1e-8).length / Math.max(groups.length, 1),
    },
  };
}

function checkShapes(scores: readonly ArrayLike<number>[], groupSize: number, weights: readonly number[]): void {
  const [first] = scores;
  if (first === undefined || weights.length !== scores.length) {
    throw new BridgeError(
      "shape-mismatch",
      `${weights.length} weights for ${scores.length} rewards; pass at least one reward and a weight for each`,
    );
  }
  for (const score of scores) {
    if (score.length !== first.length || score.length % groupSize !== 0) {
      throw new BridgeError(
        "shape-mismatch",
        `${score.length} rewards don't divide into groups of ${groupSize}; pass one reward per rollout`,
      );
    }
  }
}

/** Σ w·r over the rewards that say something; NaN where none does. */
function weightedSum(scores: readonly ArrayLike<number>[], weights: readonly number[]): Float64Array {
  return Float64Array.from({ length: (scores[0] as ArrayLike<number>).length }, (_, rollout) => {
    let total = Number.NaN;
    for (const [index, score] of scores.entries()) {
      const value = score[rollout] as number;
      if (!Number.isNaN(value)) total = (Number.isNaN(total) ? 0 : total) + (weights[index] as number) * value;
    }
    return total;
  });
}

function split(values: ArrayLike<number>, size: number): Float64Array[] {
  const all = Float64Array.from(values);
  return Array.from({ length: all.length / size }, (_, index) => all.subarray(index * size, (index + 1) * size));
}

function join(groups: readonly Float64Array[]): Float64Array {
  return Float64Array.from(groups.flatMap((group) => Array.from(group)));
}

function known(values: Float64Array): Float64Array {
  return values.filter((value) => !Number.isNaN(value));
}

function isConstant(values: Float64Array): boolean {
  const valid = known(values);
  return valid.length > 1 && valid.every((value) => value === valid[0]);
}

function centre(values: Float64Array, baseline: "mean" | "leave-one-out"): Float64Array {
  if (isConstant(values)) return values.map((value) => value - value);
  const middle = mean(values);
  const count = known(values).length;
  // r − mean of the others = (r − mean of all) · n / (n − 1)
  const stretch = baseline === "leave-one-out" && count > 1 ? count / (count - 1) : 1;
  return values.map((value) => (value - middle) * stretch);
}

function mean(values: Float64Array): number {
  const valid = known(values);
  return valid.reduce((total, value) => total + value, 0) / valid.length;
}

/** NaN where there are too few values for the correction. */
function spread(values: Float64Array, correction: 0 | 1): number {
  const valid = known(values);
  const middle = mean(values);
  return Math.sqrt(
    valid.reduce((total, value) => total + (value - middle) ** 2, 0) / (valid.length > correction ? valid.length - correction : Number.NaN),
  );
}
