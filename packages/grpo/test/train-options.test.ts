import { mkdtempSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Policy, Problem, Reward, Rollout, RunEvent, Sampler } from "@bridge-rl/spec";
import { beginsRight, phrasebook, problems, tinyPolicy, tokenizer } from "@bridge-rl/test-support";
import { createCheckpointStore, createMemoryTracker, type RolloutGroup } from "@bridge-rl/training";
import { describe, expect, test } from "vitest";
import { type TrainGrpoOptions, trainGrpo } from "../src/index.js";

async function run(
  options: Partial<TrainGrpoOptions> = {},
): Promise<{ policy: Policy; events: readonly RunEvent[]; rounds: (readonly RolloutGroup[])[] }> {
  const policy = options.policy ?? tinyPolicy();
  const tracker = createMemoryTracker();
  const rounds: (readonly RolloutGroup[])[] = [];
  await trainGrpo({
    ...{ policy, tokenizer, problems, phrasebook, reward: beginsRight, steps: 2, seed: 1, promptsPerStep: 4, groupSize: 8 },
    ...{ sampling: { maxTokens: 2 }, learningRate: 1e-2, inspectEvery: 0, tracker },
    onRollouts: ({ groups }) => {
      rounds.push(groups);
    },
    ...options,
  });
  return { policy, events: tracker.events, rounds };
}

const scores = async (policy: Policy): Promise<number[]> =>
  (await policy.logProbabilities([{ promptIds: tokenizer.encode("give:a"), completionIds: tokenizer.encode("abc") }])).flatMap((row) =>
    Array.from(row.logProbabilities),
  );

/** A policy whose rollouts come from another one, as those of an inference server with older weights do. */
function sampledBy(policy: Policy, sampler: Sampler): Policy {
  return new Proxy(policy, {
    get(target, name) {
      if (name === "sampler") return sampler;
      const value: unknown = Reflect.get(target, name);
      return typeof value === "function" ? value.bind(target) : value;
    },
  });
}

describe("the entropy bonus", () => {
  test("keeps the policy less sure than training without it", async () => {
    const settings = { steps: 25, inspectEvery: 24 };
    const plain = await run(settings);
    const bonus = await run({ ...settings, loss: { entropyCoefficient: 0.5 } });
    const last = (events: readonly RunEvent[]) => events.at(-1)?.metrics.entropy as number;

    expect(last(bonus.events)).toBeGreaterThan(last(plain.events) + 0.3);
  });

  test("moves a policy whose rewards tell nothing, by coefficient · entropy alone", async () => {
    const same: Reward = { name: "same", specVersion: 1, maximum: 1, score: () => 1 };
    const plain = await run({ reward: same, steps: 1 });
    const bonus = await run({ reward: same, steps: 1, inspectEvery: 1, loss: { entropyCoefficient: 2 } });

    expect(plain.events[0]?.metrics.grad_norm).toBe(0);
    expect(bonus.events[0]?.metrics.loss).toBeCloseTo(-2 * (bonus.events[0]?.metrics.entropy as number), 4);
    expect(bonus.events[0]?.metrics.grad_norm).toBeGreaterThan(0);
  });
});

describe("KL in the reward", () => {
  test("takes coefficient · Σ (log π − log π_ref) off each reward, and pulls back to the reference", async () => {
    const { events } = await run({ steps: 3, rewardKl: { coefficient: 0.5 } });
    const plain = await run({ steps: 3 });

    // On the first step policy and reference are one.
    expect(events[0]?.metrics["rewards/kl_penalty/mean"]).toBeCloseTo(0, 6);
    expect(events[0]?.metrics.loss).toBeCloseTo(plain.events[0]?.metrics.loss as number, 5);
    const { reward, "rewards/begins-right/mean": task, "rewards/kl_penalty/mean": penalty } = events[2]?.metrics ?? {};
    expect(penalty).not.toBeCloseTo(0, 4);
    expect(reward).toBeCloseTo((task as number) - (penalty as number), 6);
  });

  test("with a reward that is always the same, only the distance counts: nothing moves while there is none", async () => {
    const same: Reward = { name: "same", specVersion: 1, maximum: 1, score: () => 1 };
    const before = tinyPolicy();
    const frozen = await scores(before);
    const { policy } = await run({ reward: same, steps: 1, rewardKl: { coefficient: 0.5, estimator: "k3" }, epsilon: 1e6 });

    for (const [index, value] of (await scores(policy)).entries()) expect(value).toBeCloseTo(frozen[index] as number, 5);
  });
});

describe("the reference", () => {
  test("synced every step is the policy itself; every second step, what it was", async () => {
    const everyStep = await run({ steps: 4, loss: { beta: 0.1 }, reference: { syncEvery: 1 } });
    const second = await run({ steps: 4, loss: { beta: 0.1 }, reference: { syncEvery: 2 } });
    const frozen = await run({ steps: 4, loss: { beta: 0.1 } });
    const kl = ({ events }: { events: readonly RunEvent[] }) => events.map(({ metrics }) => (metrics.kl as number) > 1e-6);

    expect(kl(everyStep)).toEqual([false, false, false, false]);
    expect(kl(second)).toEqual([false, true, false, true]);
    expect(kl(frozen)).toEqual([false, true, true, true]);
  });

  test.each([1, 2, 3, 4, 5])("a synced one is found again by a run that was stopped in step %i", async (stopIn) => {
    const options = { steps: 6, loss: { beta: 0.1 }, reference: { syncEvery: 2 } } as const;
    const straight = await run({ ...options, checkpoints: { store: newStore(), every: 3 } });
    const store = newStore();
    const stop = new AbortController();
    const broken = run({
      ...options,
      checkpoints: { store, every: 3 },
      signal: stop.signal,
      onRollouts: ({ step }) => {
        if (step === stopIn) stop.abort();
      },
    });
    await expect(broken).rejects.toMatchObject({ code: "cancelled" });
    const { policy } = await run({
      ...options,
      checkpoints: { store, every: 3 },
      tracker: { ...createMemoryTracker(), rewind: async () => {} },
    });

    expect(await scores(policy)).toEqual(await scores(straight.policy));
  });

  function newStore() {
    return createCheckpointStore(mkdtempSync(join(tmpdir(), "bridge-reference-")));
  }
});

describe("rollouts by another policy", () => {
  const old = tinyPolicy(2);

  test("truncated importance sampling weighs them by what the policy finds likelier", async () => {
    const policy = sampledBy(tinyPolicy(1), old.sampler);
    const { events } = await run({ policy, steps: 1, samplerCorrection: { level: "token", mode: "truncate", maximum: 1.01 } });
    const { metrics } = events[0] as RunEvent;

    expect(metrics["sampling/sampling_logp_difference/max"]).toBeGreaterThan(1e-3);
    expect(metrics["sampling/importance_sampling_ratio/max"]).toBe(1.01);
    expect(metrics["sampling/importance_sampling_ratio/min"]).toBeLessThan(1);
  });

  test("on its own rollouts every weight is 1 and nothing changes", async () => {
    const plain = await run({ steps: 1 });
    const corrected = await run({ steps: 1, samplerCorrection: {} });

    expect(corrected.events[0]?.metrics["sampling/importance_sampling_ratio/mean"]).toBeCloseTo(1, 4);
    expect(corrected.events[0]?.metrics.grad_norm).toBeCloseTo(plain.events[0]?.metrics.grad_norm as number, 4);
  });
});

describe("a curriculum", () => {
  const [easy, hard] = [problems.slice(0, 2), problems.slice(2)];

  test("goes on after its steps, and once its accuracy is reached", async () => {
    const timed = await run({ steps: 4, promptsPerStep: 2, problems: { stages: [{ problems: easy, steps: 3 }, { problems: hard }] } });
    const ids = timed.rounds.map((groups) => new Set(groups.map(({ problem }) => problem.id)));

    expect(timed.events.map(({ metrics }) => metrics["curriculum/stage"])).toEqual([0, 0, 0, 1]);
    expect(ids[2]).toEqual(new Set(easy.map(({ id }) => id)));
    expect(ids[3]).toEqual(new Set(hard.map(({ id }) => id)));
    const always: Reward = { name: "always", specVersion: 1, maximum: 1, score: () => 1 };
    const learned = await run({
      ...{ steps: 4, promptsPerStep: 2, reward: always },
      problems: { stages: [{ problems: easy, accuracy: 0.9, window: 2 }, { problems: hard }] },
    });
    expect(learned.events.map(({ metrics }) => metrics["curriculum/stage"])).toEqual([0, 0, 1, 1]);
  });

  test("needs a stage", async () => {
    await expect(run({ problems: { stages: [] } })).rejects.toThrow("at least one stage");
  });
});

describe("rewards that fail", () => {
  test("dropped ones get no advantage, count for nobody, and are counted", async () => {
    const fragile: Reward = {
      ...beginsRight,
      name: "fragile",
      score({ problem, completion }) {
        if (completion.startsWith("h")) throw new Error("h is too much");
        return Number(completion[0] === problem.answer);
      },
    };
    const { events, rounds } = await run({ steps: 1, groupSize: 16, reward: fragile, rewardPolicy: { onFailure: "drop" } });
    const failed = rounds[0]?.flatMap((group) => group.rewardFailures ?? []).length ?? 0;

    expect(failed).toBeGreaterThan(0);
    expect(events[0]?.metrics["rewards/fragile/failures"]).toBe(failed);
    expect(Number.isFinite(events[0]?.metrics.reward)).toBe(true);
    await expect(run({ reward: fragile, groupSize: 16 })).rejects.toThrow(
      /^grpo, step 1 of 2: reward fragile threw "h is too much" on problem/,
    );
  });
});

describe("what goes wrong is told with its step, problem and rollout", () => {
  test("a log-probability that isn't finite", async () => {
    const policy = tinyPolicy();
    const sampler: Sampler = {
      async sample(...call) {
        const rollouts = await policy.sampler.sample(...call);
        return rollouts.map(
          (rollout, index): Rollout => (index === 9 ? { ...rollout, logProbabilities: new Float32Array(2).fill(Number.NaN) } : rollout),
        );
      },
    };

    await expect(run({ policy: sampledBy(policy, sampler) })).rejects.toMatchObject({
      code: "non-finite",
      message: expect.stringMatching(/^grpo, step 1 of 2: the sampler gave NaN .* in rollout 1 of problem letters\/\w/),
    });
  });

  test("new and old log-probabilities too far apart", async () => {
    const policy = tinyPolicy();
    const sampler: Sampler = {
      sample: async (...call) =>
        (await policy.sampler.sample(...call)).map((rollout) => ({
          ...rollout,
          logProbabilities: rollout.logProbabilities.map(() => -1000),
        })),
    };

    await expect(run({ policy: sampledBy(policy, sampler), iterations: 2, loss: { lossType: "sapo" } })).resolves.toBeDefined();
    await expect(run({ policy: sampledBy(policy, sampler), loss: { beta: 0.1, klBiasCorrection: true }, iterations: 2 })).rejects.toThrow(
      /^grpo, step 1 of 2: rollout \d of problem letters\/\w: the loss has no finite derivative/,
    );
  });

  test("a prompt over the limit", async () => {
    await expect(run({ maxPromptTokens: 2 })).rejects.toThrow(/^grpo, step 1 of 2: the prompt of problem letters\/\w has 6 tokens/);
  });

  test.each([
    [{ reference: "none", loss: { beta: 0.1 } }, "set reference to frozen"],
    [{ reference: { syncEvery: 0 }, loss: { beta: 0.1 } }, "syncEvery is 0"],
    [{ rewardKl: { coefficient: -1 } }, "rewardKl.coefficient is -1"],
    [{ samplerCorrection: {}, reuseLogProbabilities: true }, "leave reuseLogProbabilities out"],
  ] as const)("%j is refused", async (options, message) => {
    await expect(run(options)).rejects.toThrow(message);
  });
});

test("dynamic sampling keeps going past groups that tell nothing", async () => {
  const [a] = problems as [Problem];
  const { events } = await run({ steps: 1, groupSize: 2, promptsPerStep: 1, problems: [a], maxBatches: 50 });

  expect(events[0]?.metrics["dynamic_sampling/groups"]).toBe(1);
  expect(events[0]?.metrics.frac_reward_zero_std).toBe(0);
});
