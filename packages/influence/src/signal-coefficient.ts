import { BridgeError } from "@bridge-rl/spec";
import type { GroupAdvantageOptions } from "./group-advantages.js";

/**
 * s(α) = √(α(1−α)), the coefficient of Proposition 3.1 (arXiv 2505.18917, Eq. 5): exactly 0 where a group is all right or all wrong.
 *
 * @param accuracy  in [0, 1]
 * @throws BridgeError `invalid-input` outside of it
 */
export function signalCoefficient(accuracy: number): number {
  if (!(accuracy >= 0 && accuracy <= 1)) {
    throw new BridgeError("invalid-input", `an accuracy of ${accuracy} is outside [0, 1]; pass correct / rollouts`);
  }
  return Math.sqrt(accuracy * (1 - accuracy));
}

export interface GroupCoefficientOptions extends GroupAdvantageOptions {
  /** The reward of a correct rollout; wrong ones have 0. @defaultValue 1 */
  readonly correctReward?: number;
}

/** A coefficient and its derivative with respect to α. */
export interface GroupCoefficient {
  readonly value: number;
  /** dc/dα; `undefined` at α ∈ {0, 1}, where s has none. */
  readonly slope: number | undefined;
}

/**
 * What stands in for s(α) under another advantage convention: (1/N) Σ A_i x_i = c · (mean x of correct − mean x of wrong).
 *
 * With R the correct reward: `population` s; `bessel` R s² / (R s √(N/(N−1)) + epsilon); `dr-grpo` R s²; `rloo` R s² N/(N−1).
 *
 * @param correct  rollouts with the correct reward
 * @param size     rollouts of the group, N
 * @throws BridgeError `invalid-input` where `correct` is not a whole number from 0 to `size`
 */
export function groupCoefficient(correct: number, size: number, options: GroupCoefficientOptions = {}): GroupCoefficient {
  const { convention = "population", epsilon = 1e-6, correctReward = 1 } = options;
  if (!Number.isInteger(size) || !Number.isInteger(correct) || correct < 0 || correct > size || size < 1) {
    throw new BridgeError("invalid-input", `${correct} of ${size} rollouts cannot be correct; pass whole numbers with 0 ≤ correct ≤ size`);
  }
  const accuracy = correct / size;
  if (correct === 0 || correct === size) return { value: 0, slope: undefined };
  const s = signalCoefficient(accuracy);
  const bessel = Math.sqrt(size / (size - 1));
  // Of s² and of s, with respect to α.
  const squareSlope = 1 - 2 * accuracy;
  const slope = squareSlope / (2 * s);
  switch (convention) {
    case "population":
      return { value: s, slope };
    case "bessel": {
      const scale = correctReward / (correctReward * s * bessel + epsilon);
      return { value: scale * s ** 2, slope: scale * squareSlope - scale ** 2 * s ** 2 * bessel * slope };
    }
    case "dr-grpo":
      return { value: correctReward * s ** 2, slope: correctReward * squareSlope };
    case "rloo":
      return { value: correctReward * (s * bessel) ** 2, slope: correctReward * bessel ** 2 * squareSlope };
  }
}
