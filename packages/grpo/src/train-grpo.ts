import { BridgeError, type FrozenPolicy, type Phrasebook, type Reward, type SamplingOptions } from "@bridge-rl/spec";
import { defined, type RolloutGroup, resolveOptimizer, runTrainingLoop, trainingControls } from "@bridge-rl/training";
import { collectRound, type Round } from "./internal/collect-round.js";
import { inspectRollouts } from "./internal/inspect-rollouts.js";
import { problemStream } from "./internal/problem-stream.js";
import { createStopwatch } from "./internal/stopwatch.js";
import { type UpdateRow, updatePolicy } from "./internal/update-policy.js";
import { resolvePolicyLossOptions } from "./policy-loss-options.js";
import { rolloutMetrics } from "./rollout-metrics.js";
import { checkTrainGrpoOptions, type TrainGrpoOptions, type WeightedReward } from "./train-grpo-options.js";

/** How far GRPO has come. */
export interface GrpoProgress {
  /** Training steps done. */
  readonly step: number;
  /** Problems taken. */
  readonly cursor: number;
  /** Batches of problems sampled; tells the draws of one from those of another. */
  readonly batch: number;
  /** Prompt and completion tokens of all rollouts so far. */
  readonly tokens: number;
}

/**
 * Trains a policy by group relative policy optimisation (GRPO, arXiv 2402.03300) on problems with a verifiable reward.
 *
 * Each step samples `promptsPerStep · groupSize` rollouts, scores them, and moves the policy. Events have TRL's names, those of
 * `rolloutMetrics`, and count optimiser steps. The same options give the same bytes, whether or not the run was interrupted.
 * Loss metrics are over the rollouts that the loss looked at; those without advantage are left out while `beta` is 0.
 *
 * @throws BridgeError `invalid-option`; `reward-failed`; `cancelled` after the signal; `run-conflict` where the checkpoints belong to
 *   another run; `non-finite`
 */
export async function trainGrpo(options: TrainGrpoOptions): Promise<GrpoProgress> {
  checkTrainGrpoOptions(options);
  const { policy, tokenizer, steps, seed, promptsPerStep = 8, groupSize = 8, iterations = 1, miniBatches = 1 } = options;
  const { maskTruncated = false, maxBatches = 1, skipZeroAdvantage = true, reuseLogProbabilities = true, inspectEvery = 10 } = options;
  const { signal, timings, onRollouts } = options;
  const phrasebook = phrasebookOf(options);
  const weighted = weightedRewards(options.reward);
  const rewards = weighted.map(({ reward }) => reward);
  const sampling = { maxTokens: 256, temperature: 1, stop: phrasebook.stop, ...options.sampling };
  const loss = { maxCompletionLength: sampling.maxTokens, ...options.loss };
  const { beta } = resolvePolicyLossOptions(loss);
  const advantages = { ...options.advantages, rewardWeights: weighted.map(({ weight = 1 }) => weight) };
  const problems = problemStream(options.problems, options.firstProblem ?? 0, seed);
  const updatesPerStep = iterations * miniBatches;
  const optimizer = resolveOptimizer(options, steps * updatesPerStep);
  const reference = beta === 0 ? undefined : await frozenReference(options);

  try {
    return await runTrainingLoop<GrpoProgress>({
      ...trainingControls(options),
      phase: "grpo",
      policy,
      steps,
      initial: { step: 0, cursor: 0, batch: 0, tokens: 0 },
      eventStep: (state) => state.step * updatesPerStep,
      settings: {
        problems: problems.settings,
        rewards: weighted.map(({ reward, weight = 1 }) => ({ name: reward.name, weight })),
        ...{
          seed,
          promptsPerStep,
          groupSize,
          iterations,
          miniBatches,
          maskTruncated,
          maxBatches,
          skipZeroAdvantage,
          reuseLogProbabilities,
        },
        ...{ inspectEvery, sampling, loss, advantages },
        optimizer: optimizer.settings,
      },
      takeStep,
    });
  } finally {
    await reference?.dispose();
  }

  async function takeStep(state: GrpoProgress): Promise<{ state: GrpoProgress; metrics: Record<string, number> }> {
    const watch = createStopwatch(timings);
    const step = state.step + 1;
    const stoppable: SamplingOptions = { ...sampling, ...defined({ signal }) };
    const round = await collectRound(
      {
        ...{ problems, promptsPerStep, groupSize, advantages, maxBatches, tokenizer, phrasebook, seed },
        sampler: { sample: (...request) => watch.during("rollout", () => policy.sampler.sample(...request)) },
        reward: rewards,
        sampling: stoppable,
      },
      state.cursor,
      state.batch,
    );
    watch.lap("reward");
    await onRollouts?.({ step, groups: round.sampled });
    const inspects = inspectEvery > 0 && state.step % inspectEvery === 0;
    const inspected = inspects ? await inspectRollouts(policy, round.groups, sampling.temperature, signal) : {};
    watch.lap("inspect");
    const rows = await updateRows(round);
    const updated = await updatePolicy(rows, {
      ...{ policy, reference, loss, iterations, miniBatches, reuseLogProbabilities, signal },
      temperature: sampling.temperature,
      skipZeroAdvantage: skipZeroAdvantage && beta === 0,
      optimizerStep: (update) => optimizer.at(state.step * updatesPerStep + update),
    });
    watch.lap("train");
    const tokens = tokensOf(round.sampled);
    const next: GrpoProgress = {
      step,
      cursor: round.cursor,
      batch: round.nextBatch,
      tokens: state.tokens + tokens.prompt + tokens.completion,
    };
    const metrics = {
      ...updated,
      num_tokens: next.tokens,
      ...rolloutMetrics(
        round.sampled,
        phrasebook,
        rewards.map(({ name }) => name),
      ),
      ...round.advantages.metrics,
      ...inspected,
      ...(maxBatches === 1 ? {} : { "dynamic_sampling/batches": round.batches, "dynamic_sampling/groups": round.groups.length }),
    };
    watch.lap("metrics");
    timings?.report({
      phase: "grpo",
      step,
      milliseconds: watch.milliseconds(),
      tokens: { rollout: tokens.completion, train: tokensOf(round.groups).completion },
    });
    return { state: next, metrics };
  }

  /** Rows of each group; old log-probabilities are the sampler's, or scored again where the caller wants that. */
  async function updateRows({ groups, advantages: { advantages: values } }: Round): Promise<UpdateRow[][]> {
    const rollouts = groups.flatMap((group) => group.rollouts);
    const pass = { temperature: sampling.temperature, ...defined({ signal }) };
    const scored = reuseLogProbabilities ? undefined : await policy.logProbabilities(rollouts, pass);
    const rows = rollouts.map(
      (rollout, index): UpdateRow => ({
        promptIds: rollout.promptIds,
        completionIds: rollout.completionIds,
        advantage: values[index] as number,
        oldLogProbabilities: scored?.[index]?.logProbabilities ?? rollout.logProbabilities,
        counts: !(maskTruncated && rollout.finishReason === "length"),
      }),
    );
    return groups.map((_, index) => rows.slice(index * groupSize, (index + 1) * groupSize));
  }
}

/** The policy as the run began, also where the run is taken up again later. */
async function frozenReference({ policy, checkpoints }: TrainGrpoOptions): Promise<FrozenPolicy> {
  if (checkpoints !== undefined) await policy.load(await checkpoints.store.policyOnce("reference", policy));
  return policy.snapshot();
}

function phrasebookOf({ phrasebook, problems }: TrainGrpoOptions): Phrasebook {
  const own = "phrasebook" in problems ? problems.phrasebook : undefined;
  const chosen = phrasebook ?? own;
  if (chosen === undefined) throw new BridgeError("invalid-option", "a list of problems has no phrasebook of its own; pass one");
  return chosen;
}

function weightedRewards(reward: Reward | readonly WeightedReward[]): readonly WeightedReward[] {
  const list = "score" in reward ? [{ reward }] : reward;
  if (list.length === 0) throw new BridgeError("invalid-option", "there is no reward to train on; pass one");
  const names = list.map((one) => one.reward.name);
  if (new Set(names).size < names.length)
    throw new BridgeError("invalid-option", `two rewards share a name (${names.join(", ")}); metrics need them apart`);
  return list;
}

function tokensOf(groups: readonly RolloutGroup[]): { prompt: number; completion: number } {
  const rollouts = groups.flatMap((group) => group.rollouts);
  return {
    prompt: rollouts.reduce((total, rollout) => total + rollout.promptIds.length, 0),
    completion: rollouts.reduce((total, rollout) => total + rollout.completionIds.length, 0),
  };
}
