import { BridgeError } from "@bridge-rl/spec";
import { mean, sum } from "./internal/vector.js";

/**
 * How rewards of a group become advantages; each changes influence by a factor that depends on the group's accuracy.
 *
 * - `population`: (r − mean) / std with n in the denominator; Proposition 3.1 of BRIDGE is written for it
 * - `bessel`: (r − mean) / (std with n − 1 + epsilon); what TRL and verl compute
 * - `dr-grpo`: r − mean
 * - `rloo`: r − mean of the others
 */
export type AdvantageConvention = "population" | "bessel" | "dr-grpo" | "rloo";

export interface GroupAdvantageOptions {
  /** @defaultValue "population" */
  readonly convention?: AdvantageConvention;
  /** Added to the standard deviation of `bessel`; TRL takes 1e-4, verl 1e-6. The other conventions ignore it. @defaultValue 1e-6 */
  readonly epsilon?: number;
}

/**
 * The advantages of one group of rollouts of one prompt. They sum to 0.
 *
 * A group whose rewards are all equal gets exact zeros, whatever rounding does to its mean.
 *
 * @param rewards  one per rollout, at least one
 * @throws BridgeError `invalid-input` for an empty group or a reward that is not finite
 */
export function groupAdvantages(rewards: ArrayLike<number>, options: GroupAdvantageOptions = {}): Float64Array {
  const { convention = "population", epsilon = 1e-6 } = options;
  const values = Array.from(rewards);
  if (values.length === 0) throw new BridgeError("invalid-input", "a group without rollouts has no advantages; drop it");
  const broken = values.findIndex((reward) => !Number.isFinite(reward));
  if (broken >= 0) throw new BridgeError("invalid-input", `the reward of rollout ${broken} is ${values[broken]}; rewards must be finite`);
  if (values.every((reward) => reward === values[0])) return new Float64Array(values.length);
  const centre = mean(values);
  const scale = scaleOf(values, centre, convention, epsilon);
  return Float64Array.from(values, (reward) => (reward - centre) * scale);
}

function scaleOf(values: readonly number[], centre: number, convention: AdvantageConvention, epsilon: number): number {
  const size = values.length;
  const squares = sum(values.map((reward) => (reward - centre) ** 2));
  switch (convention) {
    case "population":
      return 1 / Math.sqrt(squares / size);
    case "bessel":
      return 1 / (Math.sqrt(squares / (size - 1)) + epsilon);
    case "dr-grpo":
      return 1;
    case "rloo":
      return size / (size - 1);
  }
}
