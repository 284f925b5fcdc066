import {
  BridgeError,
  type Phrasebook,
  type Policy,
  type Problem,
  type ProblemSource,
  type Reward,
  type SamplingOptions,
  type Tokenizer,
} from "@bridge-rl/spec";
import type { OptimizerOptions, RolloutGroup, TrainingControls } from "@bridge-rl/training";
import type { AdvantageOptions } from "./advantages.js";
import type { PolicyLossOptions } from "./policy-loss-options.js";

/** A reward and how much it counts. */
export interface WeightedReward {
  readonly reward: Reward;
  /** @defaultValue 1 */
  readonly weight?: number;
}

export interface TrainGrpoOptions extends OptimizerOptions, TrainingControls {
  readonly policy: Policy;
  readonly tokenizer: Tokenizer;
  /** A source, taken upwards from `firstProblem`, or a list, shuffled anew each time it has been gone through. */
  readonly problems: ProblemSource | readonly Problem[];
  /** Words the answers. @defaultValue the source's; a list needs one */
  readonly phrasebook?: Phrasebook;
  /** One reward, or several with weights; the first one's maximum is what accuracy counts. */
  readonly reward: Reward | readonly WeightedReward[];
  /** Training steps; each samples once and then makes `iterations · miniBatches` optimiser steps. */
  readonly steps: number;
  /** Decides the order of a list and every draw of every rollout. */
  readonly seed: number | string;
  /** (`generation_batch_size / num_generations`) Problems of one step. @defaultValue 8 */
  readonly promptsPerStep?: number;
  /** (`num_generations`) Rollouts of each problem. @defaultValue 8 */
  readonly groupSize?: number;
  /** Index of the first problem of a source. @defaultValue 0 */
  readonly firstProblem?: number;
  /** How rollouts are drawn; losses and references are computed at the same temperature. @defaultValue 256 tokens at temperature 1, the phrasebook's stop texts */
  readonly sampling?: Omit<SamplingOptions, "signal" | "onProgress" | "topK" | "topP">;
  /** The objective; presets have one each. @defaultValue TRL's: `dapo` averaging, clip range 0.2, no KL */
  readonly loss?: PolicyLossOptions;
  /** @defaultValue TRL's: the group's mean and Bessel's standard deviation + 1e-4 */
  readonly advantages?: Omit<AdvantageOptions, "rewardWeights">;
  /** (`num_iterations`, μ) How often each step's rollouts are gone through. @defaultValue 1 */
  readonly iterations?: number;
  /** Parts of a step's groups that get an optimiser step each. @defaultValue 1 */
  readonly miniBatches?: number;
  /** (`mask_truncated_completions`) Leaves completions that ran into the token limit out of the loss; they still count for their group's mean. @defaultValue false */
  readonly maskTruncated?: boolean;
  /** Samples up to this many batches of problems for groups whose rewards are not all equal; 1 takes what comes. @defaultValue 1 */
  readonly maxBatches?: number;
  /** Leaves out of the passes what has no gradient because its advantage is 0, where `beta` is 0. The gradient is the same. @defaultValue true */
  readonly skipZeroAdvantage?: boolean;
  /** Takes the sampler's log-probabilities for the first pass of a step, which is on policy. @defaultValue true */
  readonly reuseLogProbabilities?: boolean;
  /** Steps between two looks at the whole next-token distributions, which cost one forward pass: `entropy`, `sampling/sampling_logp_difference/*`. 0 is never. @defaultValue 10 */
  readonly inspectEvery?: number;
  /** Receives what each step sampled, for a report. After a resume it may receive a step again, with the same rollouts. */
  readonly onRollouts?: (rollouts: { readonly step: number; readonly groups: readonly RolloutGroup[] }) => void | Promise<void>;
}

/** @throws BridgeError `invalid-option` */
export function checkTrainGrpoOptions(options: TrainGrpoOptions): void {
  const { groupSize = 8, promptsPerStep = 8, iterations = 1, miniBatches = 1, maxBatches = 1, inspectEvery = 0, sampling = {} } = options;
  for (const [name, value] of Object.entries({ steps: options.steps, promptsPerStep, iterations, miniBatches, maxBatches })) {
    if (!(Number.isInteger(value) && value >= 1)) throw new BridgeError("invalid-option", `${name} is ${value}; use a whole number from 1`);
  }
  if (!(Number.isInteger(groupSize) && groupSize >= 2)) {
    throw new BridgeError("invalid-option", `groupSize is ${groupSize}; a rollout is judged by its group, so use 2 or more`);
  }
  if (!(Number.isInteger(inspectEvery) && inspectEvery >= 0))
    throw new BridgeError("invalid-option", `inspectEvery is ${inspectEvery}; use a whole number, 0 for never`);
  if (miniBatches > promptsPerStep) {
    throw new BridgeError(
      "invalid-option",
      `${miniBatches} mini-batches can't be made of ${promptsPerStep} problems; groups stay together`,
    );
  }
  if (!((sampling.temperature ?? 1) > 0)) {
    throw new BridgeError(
      "invalid-option",
      `at temperature ${sampling.temperature} all rollouts of a problem are the same; train at a temperature above 0`,
    );
  }
  if ("topK" in sampling || "topP" in sampling) {
    throw new BridgeError("invalid-option", "topK and topP cut the distribution that the loss is computed on; train without them");
  }
}
