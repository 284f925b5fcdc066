import type { FrozenPolicy, Policy, RunEvent } from "@bridge-rl/spec";
import { beginsRight, coin, phrasebook, problems, tinyPolicy, tokenizer } from "@bridge-rl/test-support";
import { createMemoryTracker, evaluatePolicy, type RolloutGroup } from "@bridge-rl/training";
import { describe, expect, test } from "vitest";
import { bridgePaper, dapo, drGrpo, groupAdvantages, gspo, type TrainGrpoOptions, trainGrpo, trl, verl } from "../src/index.js";

const sampling = { maxTokens: 2 };

async function run(
  options: Partial<TrainGrpoOptions> = {},
): Promise<{ policy: Policy; events: readonly RunEvent[]; groups: RolloutGroup[] }> {
  const policy = options.policy ?? tinyPolicy();
  const tracker = createMemoryTracker();
  const groups: RolloutGroup[] = [];
  await trainGrpo({
    policy,
    tokenizer,
    problems,
    phrasebook,
    reward: beginsRight,
    steps: 2,
    seed: 1,
    promptsPerStep: 4,
    groupSize: 8,
    sampling,
    learningRate: 1e-2,
    tracker,
    onRollouts: (rollouts) => {
      groups.push(...rollouts.groups);
    },
    ...options,
  });
  return { policy, events: tracker.events, groups };
}

async function accuracy(policy: Policy): Promise<number> {
  const { sampler } = policy;
  const evaluation = await evaluatePolicy({
    sampler,
    tokenizer,
    phrasebook,
    problems,
    reward: beginsRight,
    count: 64,
    sampling: { ...sampling, temperature: 1 },
  });
  return evaluation.accuracy;
}

const weights = async (policy: Policy) =>
  (
    await policy.logProbabilities(
      problems.map(({ prompt }) => ({ promptIds: tokenizer.encode(prompt), completionIds: tokenizer.encode("abc") })),
    )
  ).flatMap(({ logProbabilities }) => Array.from(logProbabilities));

function expectClose(one: readonly number[], other: readonly number[], digits: number): void {
  expect(one).toHaveLength(other.length);
  for (const [index, value] of one.entries()) expect(value).toBeCloseTo(other[index] as number, digits);
}

describe("learning", () => {
  const settings = { steps: 60, inspectEvery: 0 };

  test.each([1, 2, 3, 4, 5])("seed %i: the right letter is learned", async (seed) => {
    const policy = tinyPolicy(seed);
    const before = await accuracy(policy);
    await run({ policy, seed, ...settings });

    expect(before).toBeLessThan(0.3);
    expect(await accuracy(policy)).toBeGreaterThan(0.8);
  });

  test.each([1, 2, 3, 4, 5])("seed %i: from a coin nothing is learned", async (seed) => {
    const policy = tinyPolicy(seed);
    await run({ policy, seed, ...settings, reward: coin(seed) });

    expect(await accuracy(policy)).toBeLessThan(0.5);
  });

  test.each(Object.entries({ trl, verl, drGrpo, dapo, gspo, bridgePaper }))("preset %s trains", async (_, preset) => {
    const policy = tinyPolicy();
    const before = await weights(policy);
    const { events } = await run({ policy, ...preset, iterations: 2 });

    expect(await weights(policy)).not.toEqual(before);
    for (const { metrics } of events) expect(Number.isFinite(metrics.loss) && (metrics.grad_norm as number) > 0).toBe(true);
  });
});

describe("work that is left out changes nothing", () => {
  test.each([
    ["skipZeroAdvantage", { skipZeroAdvantage: false }],
    ["reuseLogProbabilities", { reuseLogProbabilities: false }],
    ["both", { skipZeroAdvantage: false, reuseLogProbabilities: false }],
  ] as const)("%s", async (_, plain) => {
    for (const lossType of ["dapo", "grpo", "dr_grpo", "bnpo", "sapo", "cispo", "vespo", "luspo"] as const) {
      // AdamW divides by the gradient's size, which blows up what is tiny; plain descent in one step shows the gradient itself.
      const options = { steps: 1, loss: { lossType }, epsilon: 1e6, learningRate: 1e4, maxGradientNorm: 0 };
      const quick = await run(options);
      const slow = await run({ ...options, ...plain });

      expect(quick.events[0]?.metrics.grad_norm).toBeCloseTo(slow.events[0]?.metrics.grad_norm as number, 6);
      expectClose(await weights(quick.policy), await weights(slow.policy), 5);
    }
  });

  test("micro-batches", async () => {
    const whole = await run({ policy: tinyPolicy(1), iterations: 2, loss: { beta: 0.1 } });
    const cut = await run({ policy: tinyPolicy(1, 24), iterations: 2, loss: { beta: 0.1 } });

    expectClose(await weights(cut.policy), await weights(whole.policy), 4);
  });
});

describe("what a step does", () => {
  test("on policy the loss is that of ratio 1, and sampler and scorer agree", async () => {
    const { events } = await run({ steps: 1, inspectEvery: 1, sampling: { ...sampling, temperature: 0.7 } });
    const metrics = events[0]?.metrics;

    expect(metrics?.["clip_ratio/region_mean"]).toBe(0);
    expect(metrics?.["sampling/sampling_logp_difference/max"]).toBeLessThan(1e-5);
    expect(metrics?.entropy).toBeGreaterThan(1);
  });

  test("the loss's gradient is taken at the sampling temperature", async () => {
    // −Σ A·log π / tokens by hand, at θ ± h along the step that was taken.
    const temperature = 0.5;
    const policy = tinyPolicy();
    const frozen = await policy.snapshot();
    const { groups } = await run({
      policy,
      steps: 1,
      inspectEvery: 0,
      sampling: { ...sampling, temperature },
      epsilon: 1e6,
      learningRate: 10,
      maxGradientNorm: 0,
    });
    const surrogate = async (scorer: FrozenPolicy) => {
      let [total, tokens] = [0, 0];
      for (const group of groups) {
        const mean = group.rewards.reduce((sum, reward) => sum + reward, 0) / group.rewards.length;
        const spread = Math.sqrt(group.rewards.reduce((sum, reward) => sum + (reward - mean) ** 2, 0) / (group.rewards.length - 1));
        const rows = await scorer.logProbabilities(group.rollouts, { temperature });
        for (const [index, { logProbabilities }] of rows.entries()) {
          const advantage = ((group.rewards[index] as number) - mean) / (spread + 1e-4);
          for (const value of logProbabilities) total -= advantage * value;
          tokens += logProbabilities.length;
        }
      }
      return total / tokens;
    };
    const [before, after] = [await surrogate(frozen), await surrogate(policy)];
    const moved = await run({ policy: tinyPolicy(), steps: 1, inspectEvery: 0, sampling: { ...sampling, temperature }, learningRate: 0 });
    const norm = moved.events[0]?.metrics.grad_norm as number;

    // The first step of AdamW with a huge ε is −rate/ε · gradient.
    expect((before - after) / ((10 / 1e6) * norm ** 2)).toBeCloseTo(1, 1);
  });

  test("TRL's metrics and ours", async () => {
    const { events, groups } = await run({ steps: 1, loss: { beta: 0.01 }, inspectEvery: 1 });
    const metrics = events[0]?.metrics ?? {};
    const rewards = groups.flatMap((group) => Array.from(group.rewards));
    const right = groups.map((group) => group.correct.filter(Boolean).length);

    expect(metrics.reward).toBeCloseTo(rewards.reduce((total, reward) => total + reward, 0) / rewards.length, 12);
    expect(metrics["rewards/begins-right/mean"]).toBe(metrics.reward);
    expect(metrics["accuracy/mean"]).toBeCloseTo(metrics.reward as number, 12);
    expect(metrics["coefficient/mean"]).toBeCloseTo(right.reduce((total, k) => total + Math.sqrt((k / 8) * (1 - k / 8)), 0) / 4, 12);
    expect(metrics["coefficient/sum"]).toBeCloseTo(4 * (metrics["coefficient/mean"] as number), 12);
    for (let k = 0; k <= 8; k++) expect(metrics[`accuracy_histogram/${k}`]).toBe(right.filter((count) => count === k).length / 4);
    expect(metrics.kl).toBeCloseTo(0, 9);
    expect(Object.keys(metrics)).toEqual(
      expect.arrayContaining([
        "loss",
        "grad_norm",
        "learning_rate",
        "num_tokens",
        "reward_std",
        "frac_reward_zero_std",
        "completions/mean_length",
        "completions/clipped_ratio",
        "behaviors/attempt",
        "accuracy/all_right",
        "accuracy/all_wrong",
        "entropy",
      ]),
    );
  });

  test("the reference is the policy as it began", async () => {
    const { events } = await run({ steps: 4, loss: { beta: 0.01 }, inspectEvery: 0 });

    expect(events[0]?.metrics.kl).toBeCloseTo(0, 6);
    expect(events.at(-1)?.metrics.kl).toBeGreaterThan(1e-4);
  });

  test("optimiser steps: iterations × mini-batches for each sampling, and events count them", async () => {
    const policy = tinyPolicy();
    const { events } = await run({ policy, steps: 3, iterations: 2, miniBatches: 2 });

    expect(policy.version).toBe(12);
    expect(events.map(({ step }) => step)).toEqual([4, 8, 12]);
  });

  test("a step without any spread leaves the weights alone", async () => {
    const policy = tinyPolicy();
    const before = await weights(policy);
    const { events } = await run({ policy, reward: { name: "same", specVersion: 1, maximum: 1, score: () => 0.3 } });

    expect(events[0]?.metrics).toMatchObject({ loss: 0, grad_norm: 0, frac_reward_zero_std: 1 });
    expect(await weights(policy)).toEqual(before);
  });

  test.each([false, true])("maskTruncated %s: on policy the loss is −Σ A / tokens over what counts", async (maskTruncated) => {
    const { events, groups } = await run({ steps: 1, sampling: { maxTokens: 3 }, maskTruncated, loss: { lossType: "dapo" } });
    let [total, tokens, left] = [0, 0, 0];
    for (const group of groups) {
      const { advantages } = groupAdvantages([group.rewards], 8);
      for (const [index, rollout] of group.rollouts.entries()) {
        if (maskTruncated && rollout.finishReason === "length") {
          left++;
          continue;
        }
        total -= (advantages[index] as number) * rollout.completionIds.length;
        tokens += rollout.completionIds.length;
      }
    }

    expect(left > 0).toBe(maskTruncated);
    expect(events[0]?.metrics.loss).toBeCloseTo(total / tokens, 6);
  });

  test("dynamic sampling fills the step with groups that have spread, within its bound", async () => {
    const { events } = await run({ steps: 1, groupSize: 2, maxBatches: 20 });
    const bounded = await run({ steps: 1, groupSize: 2, maxBatches: 2 });

    expect(events[0]?.metrics["dynamic_sampling/groups"]).toBe(4);
    expect(events[0]?.metrics.frac_reward_zero_std).toBe(0);
    expect(bounded.events[0]?.metrics["dynamic_sampling/batches"]).toBe(2);
  });

  test("several rewards add up by weight", async () => {
    const long = {
      name: "long",
      specVersion: 1 as const,
      maximum: 1,
      score: ({ completion }: { completion: string }) => completion.length,
    };
    const { events } = await run({ steps: 1, reward: [{ reward: beginsRight }, { reward: long, weight: 0.1 }] });
    const metrics = events[0]?.metrics ?? {};

    expect(metrics.reward).toBeCloseTo(
      (metrics["rewards/begins-right/mean"] as number) + 0.1 * (metrics["rewards/long/mean"] as number),
      9,
    );
  });

  test("timings go to their own callback, never into events", async () => {
    const seen: string[] = [];
    let time = 0;
    await run({
      steps: 1,
      timings: { now: () => time++, report: ({ milliseconds, tokens }) => seen.push(...Object.keys(milliseconds), ...Object.keys(tokens)) },
    });

    expect(seen).toEqual(expect.arrayContaining(["rollout", "reward", "forward_backward", "optimizer", "overhead"]));
  });
});

describe("what it refuses", () => {
  test.each([
    [{ groupSize: 1 }, "groupSize is 1"],
    [{ miniBatches: 5 }, "5 mini-batches can't be made of 4 problems"],
    [{ sampling: { temperature: 0 } }, "at temperature 0"],
    [{ steps: 0 }, "steps is 0"],
    [{ problems: [] }, "no problems"],
    [{ reward: [] }, "no reward"],
    [{ reward: [{ reward: beginsRight }, { reward: beginsRight }] }, "share a name"],
  ] as const)("%j", async (options, message) => {
    await expect(run(options)).rejects.toThrow(message);
  });

  test("a reward that throws stops the run, with the problem and the completion", async () => {
    const reward = {
      name: "broken",
      specVersion: 1 as const,
      maximum: 1,
      score() {
        throw new Error("no parser");
      },
    };

    await expect(run({ reward })).rejects.toMatchObject({
      code: "reward-failed",
      message: expect.stringMatching(/broken threw "no parser" on problem letters\/\w, completion "/),
    });
  });
});
