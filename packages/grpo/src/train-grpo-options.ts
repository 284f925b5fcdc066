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
import type { OptimizerOptions, RewardPolicy, RolloutGroup, TrainingControls } from "@bridge-rl/training";
import type { AdvantageOptions } from "./advantages.js";
import type { Curriculum } from "./curriculum.js";
import type { ReferenceChoice } from "./internal/reference-keeper.js";
import type { PolicyLossOptions } from "./policy-loss-options.js";
import type { SamplerCorrectionOptions } from "./sampler-corrections.js";

/** A reward and how much it counts. */
export interface WeightedReward {
  readonly reward: Reward;
  /** @defaultValue 1 */
  readonly weight?: number;
}

export interface TrainGrpoOptions extends OptimizerOptions, TrainingControls {
  readonly policy: Policy;
  readonly tokenizer: Tokenizer;
  /** A source, taken upwards from `firstProblem`, a list, shuffled anew each time it has been gone through, or a curriculum of these. */
  readonly problems: ProblemSource | readonly Problem[] | Curriculum;
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
  /**
   * How rollouts are drawn; losses and references are computed at the same temperature. With precision "int8" rollouts are drawn faster by
   * something that only comes near the policy, which scores them again: see `samplerCorrection`.
   * @defaultValue 256 tokens at temperature 1, the phrasebook's stop texts
   */
  readonly sampling?: Omit<SamplingOptions, "signal" | "onProgress" | "topK" | "topP" | "minP">;
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
  /** Takes the sampler's log-probabilities for the first pass of a step, which is on policy. @defaultValue true, false with a correction of the sampler */
  readonly reuseLogProbabilities?: boolean;
  /** Which policy KL is measured to: the one that the run began with, or the policy itself as it was at the last multiple of `syncEvery` steps. @defaultValue "frozen" where `loss.beta` or `rewardKl` needs one, else "none" */
  readonly reference?: ReferenceChoice;
  /** Takes an estimate of KL to the reference off each rollout's reward, summed over its tokens, instead of adding a term to the loss. @defaultValue off */
  readonly rewardKl?: { readonly coefficient: number /** @defaultValue "k1" */; readonly estimator?: "k1" | "k2" | "k3" };
  /** Weighs rollouts by how much likelier the policy finds them than whoever sampled them; they are then scored again. For samplers that are not the policy itself. @defaultValue `truncatedImportanceSampling` at precision "int8", else off */
  readonly samplerCorrection?: SamplerCorrectionOptions;
  /** What becomes of rollouts whose reward fails, and how long one may take. @defaultValue the run stops */
  readonly rewardPolicy?: RewardPolicy;
  /** (`max_prompt_length`) Refuses longer prompts. @defaultValue what the policy takes */
  readonly maxPromptTokens?: number;
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
  const { reference, rewardKl, loss = {}, samplerCorrection, reuseLogProbabilities } = options;
  if (reference === "none" && ((loss.beta ?? 0) !== 0 || rewardKl !== undefined))
    throw new BridgeError("invalid-option", "loss.beta and rewardKl measure KL to a reference; set reference to frozen, or leave them out");
  if (typeof reference === "object" && !(Number.isInteger(reference.syncEvery) && reference.syncEvery >= 1))
    throw new BridgeError("invalid-option", `reference.syncEvery is ${reference.syncEvery}; use a whole number from 1`);
  if (rewardKl !== undefined && !(rewardKl.coefficient >= 0))
    throw new BridgeError("invalid-option", `rewardKl.coefficient is ${rewardKl.coefficient}; it has to be 0 or more`);
  if (sampling.precision === "int8" && reuseLogProbabilities === true) {
    throw new BridgeError(
      "invalid-option",
      'rollouts of precision "int8" carry the log-probabilities of a sampler that only comes near the policy; leave reuseLogProbabilities out, and the policy scores them again',
    );
  }
  if (samplerCorrection !== undefined && reuseLogProbabilities === true) {
    throw new BridgeError(
      "invalid-option",
      "samplerCorrection compares the sampler's log-probabilities with the policy's own; it can't take the sampler's for both: leave reuseLogProbabilities out",
    );
  }
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
  if (["topK", "topP", "minP"].some((name) => name in sampling)) {
    throw new BridgeError("invalid-option", "topK, topP and minP cut the distribution that the loss is computed on; train without them");
  }
}
