import { BridgeError, type Phrasebook, type Reward, type SamplingOptions } from "@bridge-rl/spec";
import { defined, type RolloutGroup, resolveOptimizer, runTrainingLoop, trainingControls } from "@bridge-rl/training";
import { groupAdvantages } from "./advantages.js";
import { advance, type CurriculumProgress } from "./curriculum.js";
import { collectRound, scoresOf } from "./internal/collect-round.js";
import { inspectRollouts } from "./internal/inspect-rollouts.js";
import { type ProblemStage, phrasebooksOf, problemStages } from "./internal/problem-stream.js";
import { keepReference } from "./internal/reference-keeper.js";
import { scoreRound } from "./internal/score-round.js";
import { createStopwatch } from "./internal/stopwatch.js";
import { type UpdateRow, updatePolicy } from "./internal/update-policy.js";
import { resolvePolicyLossOptions } from "./policy-loss-options.js";
import { rolloutMetrics } from "./rollout-metrics.js";
import { truncatedImportanceSampling } from "./sampler-corrections.js";
import { checkTrainGrpoOptions, type TrainGrpoOptions, type WeightedReward } from "./train-grpo-options.js";

/** How far GRPO has come. */
export interface GrpoProgress {
  /** Training steps done. */
  readonly step: number;
  /** Problems taken, and the stage of the curriculum. */
  readonly problems: CurriculumProgress;
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
 * Loss metrics are over the rollouts that the loss looked at; those without advantage are left out while nothing else moves them.
 *
 * @throws BridgeError `invalid-option`; `reward-failed`; `cancelled` after the signal; `run-conflict` where the checkpoints belong to
 *   another run; `invalid-input` and `non-finite` with the step, the problem and the rollout
 */
export async function trainGrpo(options: TrainGrpoOptions): Promise<GrpoProgress> {
  checkTrainGrpoOptions(options);
  const { policy, tokenizer, steps, seed, promptsPerStep = 8, groupSize = 8, iterations = 1, miniBatches = 1 } = options;
  const { maskTruncated = false, maxBatches = 1, skipZeroAdvantage = true, inspectEvery = 10, rewardKl, rewardPolicy } = options;
  const { samplerCorrection = options.sampling?.precision === "int8" ? truncatedImportanceSampling : undefined } = options;
  const { reuseLogProbabilities = samplerCorrection === undefined, signal, timings, onRollouts } = options;
  const phrasebook = phrasebookOf(options);
  const weighted = weightedRewards(options.reward);
  const rewards = weighted.map(({ reward }) => reward);
  const rewardWeights = weighted.map(({ weight = 1 }) => weight);
  const sampling = { maxTokens: 256, temperature: 1, stop: phrasebook.stop, ...options.sampling };
  const { temperature } = sampling;
  const loss = { maxCompletionLength: sampling.maxTokens, ...options.loss };
  const resolvedLoss = resolvePolicyLossOptions(loss);
  const stages = problemStages(options.problems, options.firstProblem ?? 0, seed);
  const updatesPerStep = iterations * miniBatches;
  const optimizer = resolveOptimizer(options, steps * updatesPerStep);
  const needsReference = resolvedLoss.beta !== 0 || rewardKl !== undefined;
  const { reference: choice = "frozen" } = options;
  const references = needsReference && choice !== "none" ? await keepReference(policy, choice, options.checkpoints?.store) : undefined;

  try {
    return await runTrainingLoop<GrpoProgress>({
      ...trainingControls(options),
      phase: "grpo",
      policy,
      steps,
      initial: { step: 0, problems: { stage: 0, steps: 0, cursor: 0, recent: [] }, batch: 0, tokens: 0 },
      eventStep: (state) => state.step * updatesPerStep,
      settings: {
        problems: stages.map(({ stream, ...ending }) => ({ ...stream.settings, ...ending })),
        rewards: weighted.map(({ reward, weight = 1 }) => ({ name: reward.name, weight })),
        ...{ seed, promptsPerStep, groupSize, iterations, miniBatches, maskTruncated, maxBatches, inspectEvery, sampling, loss },
        ...{ skipZeroAdvantage, reuseLogProbabilities, advantages: options.advantages ?? {} },
        ...defined({ rewardKl, samplerCorrection, rewardPolicy, reference: needsReference ? choice : undefined }),
        optimizer: optimizer.settings,
      },
      takeStep,
    });
  } finally {
    await references?.dispose();
  }

  async function takeStep(state: GrpoProgress): Promise<{ state: GrpoProgress; metrics: Record<string, number> }> {
    const watch = createStopwatch(timings);
    const step = state.step + 1;
    const reference = await references?.at(state.step);
    const stoppable: SamplingOptions = { ...sampling, ...defined({ signal }) };
    const { stream } = stages[state.problems.stage] as ProblemStage;
    const round = await watch.during("reward", () =>
      collectRound(
        {
          ...{ problems: stream, promptsPerStep, groupSize, rewardWeights, maxBatches, tokenizer, phrasebook, seed },
          sampler: { sample: (...request) => watch.during("rollout", () => policy.sampler.sample(...request)) },
          reward: rewards,
          sampling: stoppable,
          ...defined({ rewardPolicy, maxPromptTokens: options.maxPromptTokens }),
        },
        state.problems.cursor,
        state.batch,
      ),
    );
    await watch.during("callback", async () => onRollouts?.({ step, groups: round.sampled }));
    const inspects = inspectEvery > 0 && state.step % inspectEvery === 0;
    const inspected = inspects ? await watch.during("inspect", () => inspectRollouts(policy, round.groups, temperature, signal)) : {};
    const rollouts = round.groups.flatMap((group) => group.rollouts);
    const counts = rollouts.map((rollout) => !(maskTruncated && rollout.finishReason === "length"));
    const scored = await watch.during("score", () =>
      scoreRound({
        policy,
        rollouts,
        counts,
        reference,
        reuseLogProbabilities,
        temperature,
        ...defined({ signal, rewardKl, samplerCorrection }),
      }),
    );
    const penalty = scored.penalties === undefined ? { scores: [], weights: [] } : { scores: [scored.penalties], weights: [-1] };
    const { advantages, metrics: rewardMetrics } = groupAdvantages([...scoresOf(round.groups), ...penalty.scores], groupSize, {
      ...options.advantages,
      rewardWeights: [...rewardWeights, ...penalty.weights],
    });
    const rows = rollouts.map(
      (rollout, index): UpdateRow => ({
        promptIds: rollout.promptIds,
        completionIds: rollout.completionIds,
        name: `rollout ${index % groupSize} of problem ${round.groups[Math.floor(index / groupSize)]?.problem.id}`,
        advantage: advantages[index] as number,
        oldLogProbabilities: scored.old[index] as Float32Array,
        referenceLogProbabilities: scored.reference?.[index],
        sampling: scored.corrections && {
          logProbabilities: rollout.logProbabilities,
          importanceRatios: scored.corrections[index] as Float64Array,
        },
        counts: counts[index] as boolean,
      }),
    );
    const updated = await updatePolicy(
      round.groups.map((_, index) => rows.slice(index * groupSize, (index + 1) * groupSize)),
      {
        ...{ policy, loss: resolvedLoss, iterations, miniBatches, skipZeroAdvantage, temperature, watch, signal },
        // a correction has just had the policy score them
        knowsLogProbabilities: reuseLogProbabilities || samplerCorrection !== undefined,
        optimizerStep: (update) => optimizer.at(state.step * updatesPerStep + update),
      },
    );
    const tokens = tokensOf(round.sampled);
    const described = rolloutMetrics(
      round.sampled,
      phrasebook,
      rewards.map(({ name }) => name),
    );
    const next: GrpoProgress = {
      step,
      problems: advance(stages, state.problems, { accuracy: described["accuracy/mean"] as number, cursor: round.cursor }),
      batch: round.nextBatch,
      tokens: state.tokens + tokens.prompt + tokens.completion,
    };
    const metrics = {
      ...updated,
      num_tokens: next.tokens,
      ...described,
      ...rewardMetrics,
      ...inspected,
      ...scored.metrics,
      ...(maxBatches === 1 ? {} : { "dynamic_sampling/batches": round.batches, "dynamic_sampling/groups": round.groups.length }),
      ...(stages.length === 1 ? {} : { "curriculum/stage": state.problems.stage }),
    };
    timings?.report({
      phase: "grpo",
      step,
      milliseconds: watch.milliseconds(),
      tokens: { rollout: tokens.completion, forward_backward: tokensOf(round.groups).completion },
    });
    return { state: next, metrics };
  }
}

function phrasebookOf({ phrasebook, problems }: TrainGrpoOptions): Phrasebook {
  const own = phrasebooksOf(problems);
  const names = [...new Set(own.map(({ name }) => name))];
  if (phrasebook === undefined && names.length > 1)
    throw new BridgeError(
      "invalid-option",
      `the stages of the curriculum word answers differently (${names.join(", ")}); pass one phrasebook`,
    );
  const chosen = phrasebook ?? own[0];
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
