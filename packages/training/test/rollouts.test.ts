import type { Problem, Reward, Sampler } from "@bridge-rl/spec";
import { beginsRight, phrasebook, problems, tinyPolicy, tokenizer } from "@bridge-rl/test-support";
import { describe, expect, test } from "vitest";
import {
  checkReward,
  collectRollouts,
  constantAnswer,
  createEvaluation,
  evaluatePolicy,
  exactAnswerReward,
  formatReward,
  lengthPenalty,
  type RolloutGroup,
  wilsonInterval,
} from "../src/index.js";

const { sampler } = tinyPolicy();
const common = { sampler, tokenizer, phrasebook, problems, reward: beginsRight };

describe("collectRollouts", () => {
  test("one group for each problem, scored, in their order; the same seed gives the same", async () => {
    const options = { ...common, count: 5, seed: 3, sampling: { maxTokens: 4 } };
    const groups = await collectRollouts(options);

    expect(groups.map((group) => group.problem)).toEqual(problems);
    for (const { problem, promptIds, rollouts, rewards, correct } of groups) {
      expect(tokenizer.decode(promptIds)).toBe(problem.prompt);
      expect(rollouts).toHaveLength(5);
      expect(Array.from(rewards)).toEqual(rollouts.map(({ text }) => Number(text[0] === problem.answer)));
      expect(correct).toEqual(Array.from(rewards, (reward) => reward === 1));
    }
    expect(await collectRollouts(options)).toEqual(groups);
    expect(texts(await collectRollouts({ ...options, seed: 4 }))).not.toEqual(texts(groups));
    expect(texts(await collectRollouts({ ...options, round: 1 }))).not.toEqual(texts(groups));
  });

  test("a reward that throws or gives no number is told with problem and completion", async () => {
    const broken = (score: Reward["score"]): Reward => ({ ...beginsRight, name: "broken", score });
    const run = (reward: Reward) => collectRollouts({ ...common, reward, seed: 1, sampling: { maxTokens: 2 } });

    await expect(run(broken(() => Promise.reject(new Error("timeout"))))).rejects.toMatchObject({
      code: "reward-failed",
      message: expect.stringMatching(/^reward broken threw "timeout" on problem letters\/a, completion "/),
    });
    await expect(run(broken(() => Number.NaN))).rejects.toThrow("gave NaN on problem letters/a");
  });

  test("a failure can be dropped or scored; either way it is told", async () => {
    const fragile: Reward = {
      ...beginsRight,
      name: "fragile",
      score({ problem }) {
        if (problem.answer === "b") throw new Error("no b");
        return 1;
      },
    };
    for (const [onFailure, expected] of [
      ["drop", Number.NaN],
      [{ score: -1 }, -1],
    ] as const) {
      const groups = await collectRollouts({ ...common, reward: fragile, count: 2, seed: 1, rewardPolicy: { onFailure } });

      expect(groups.map((group) => Array.from(group.rewards))).toEqual([
        [1, 1],
        [expected, expected],
        [1, 1],
        [1, 1],
      ]);
      expect(groups.map((group) => group.rewardFailures?.map(({ rollout }) => rollout))).toEqual([[], [0, 1], [], []]);
      expect(groups[1]?.rewardFailures?.[0]?.error.message).toMatch(/fragile threw "no b" on problem letters\/b/);
      expect(groups[1]?.correct).toEqual([false, false]);
    }
  });

  test("a slow reward is given up after its time, told to stop, and counts as failed", async () => {
    const aborted: boolean[] = [];
    const slow: Reward = {
      ...beginsRight,
      name: "slow",
      score: ({ problem, signal }) =>
        problem.answer === "a"
          ? new Promise((_, reject) =>
              signal?.addEventListener("abort", () => {
                aborted.push(true);
                reject(new Error("too late to matter"));
              }),
            )
          : 0.5,
    };
    const options = { ...common, reward: slow, count: 1, seed: 1 };

    await expect(collectRollouts({ ...options, rewardPolicy: { timeout: 20 } })).rejects.toThrow(
      /reward slow threw "no score within 20 ms" on problem letters\/a/,
    );
    const groups = await collectRollouts({ ...options, rewardPolicy: { timeout: 20, onFailure: { score: 0 } } });
    expect(groups.map((group) => group.rewards[0])).toEqual([0, 0.5, 0.5, 0.5]);
    expect(aborted).toEqual([true, true]);
  });

  test("a stopped run doesn't wait for rewards", async () => {
    const stop = new AbortController();
    const never: Reward = { ...beginsRight, score: () => new Promise(() => setTimeout(() => stop.abort(), 5)) };

    await expect(collectRollouts({ ...common, reward: never, seed: 1, sampling: { signal: stop.signal } })).rejects.toMatchObject({
      code: "cancelled",
    });
  });

  test("a reward is asked for no more scores at once than allowed", async () => {
    let [running, most] = [0, 0];
    const counting: Reward = {
      ...beginsRight,
      async score() {
        most = Math.max(most, ++running);
        await new Promise((resolve) => setTimeout(resolve, 1));
        running--;
        return 1;
      },
    };
    await collectRollouts({ ...common, reward: counting, count: 6, seed: 1, rewardPolicy: { concurrency: 3 } });

    expect(most).toBe(3);
  });

  test("a prompt over the limit, a group that isn't whole and a log-probability that isn't finite are told with their problem", async () => {
    await expect(collectRollouts({ ...common, seed: 1, maxPromptTokens: 3 })).rejects.toThrow(
      "the prompt of problem letters/a has 6 tokens, 3 are allowed",
    );
    const short: Sampler = { sample: async (...call) => (await sampler.sample(...call)).slice(1) };
    await expect(collectRollouts({ ...common, sampler: short, count: 2, seed: 1 })).rejects.toThrow(
      "gave 1 of 2 rollouts of problem letters/d",
    );
    const broken: Sampler = {
      sample: async (...call) =>
        (await sampler.sample(...call)).map((rollout) => ({ ...rollout, logProbabilities: rollout.logProbabilities.fill(Number.NaN) })),
    };
    await expect(collectRollouts({ ...common, sampler: broken, seed: 1 })).rejects.toThrow(
      "gave NaN as the log-probability of token 0 in rollout 0 of problem letters/a",
    );
  });
});

describe("rewards", () => {
  const problem = problems[0] as Problem;
  const input = { problem, phrasebook, finishReason: "stop" as const };

  test("exact answer and format", () => {
    expect(exactAnswerReward().score({ ...input, completion: "a." })).toBe(1);
    expect(exactAnswerReward().score({ ...input, completion: "b." })).toBe(0);
    expect(formatReward().score({ ...input, completion: "b." })).toBe(1);
    expect(formatReward().score({ ...input, completion: "" })).toBe(0);
  });

  test("the length penalty is 0, then falls to −1 over the cache (DAPO, eq. 13)", () => {
    const penalty = lengthPenalty({ maximum: 100, cache: 20 });
    const at = (tokens: number) => penalty.score({ ...input, completion: "", tokens });

    expect([1, 80, 85, 90, 100, 500].map(at)).toEqual([-0, -0, -0.25, -0.5, -1, -1]);
    expect(() => penalty.score({ ...input, completion: "" })).toThrow("letters/a comes without its number of tokens");
    expect(() => lengthPenalty({ maximum: 0 })).toThrow("maximum");
  });
});

function texts(groups: readonly RolloutGroup[]): string[] {
  return groups.flatMap((group) => group.rollouts.map((rollout) => rollout.text));
}

describe("checkReward", () => {
  const gold = problems.map(({ id, answer }) => ({ problem: id, completion: `${answer}.` }));
  const check = (score: Reward["score"]) => checkReward({ ...beginsRight, score }, phrasebook, problems, gold);

  test("passes a reward that tells gold from wrong", async () => {
    expect(await checkReward(beginsRight, phrasebook, problems, gold)).toEqual({ checked: problems.length });
  });

  test("finds one that never gives its maximum, one that always does, and one that likes silence", async () => {
    await expect(check(() => 0)).rejects.toThrow("the gold solution must get 1");
    await expect(check(() => 1)).rejects.toThrow("a wrong answer must get less than the maximum");
    await expect(check(({ problem, completion }) => Number(completion === "" || completion[0] === problem.answer))).rejects.toThrow(
      'Completion: ""',
    );
  });

  test("says so where nothing could be checked", async () => {
    await expect(checkReward(beginsRight, phrasebook, problems, [])).rejects.toThrow("none of the 0 demonstrations");
  });
});

describe("evaluatePolicy", () => {
  test("its numbers are those of its rollouts", async () => {
    let seen: readonly RolloutGroup[] = [];
    const evaluation = await evaluatePolicy({
      ...common,
      count: 8,
      seed: 2,
      sampling: { temperature: 1, maxTokens: 3 },
      onRollouts: (groups) => {
        seen = groups;
      },
    });
    const shares = seen.map((group) => group.correct.filter(Boolean).length / 8);
    const mean = (values: readonly number[]) => values.reduce((total, value) => total + value, 0) / values.length;
    const all = seen.flatMap((group) => group.rollouts);

    expect(evaluation.accuracy).toBeCloseTo(mean(shares), 12);
    expect(evaluation.interval).toEqual(wilsonInterval(evaluation.accuracy, problems.length));
    expect(evaluation.passAt["1"]).toBeCloseTo(evaluation.accuracy, 12);
    expect(evaluation.passAt["8"]).toBeCloseTo(mean(shares.map((share) => Number(share > 0))), 12);
    expect(evaluation.truncated).toBeCloseTo(mean(all.map(({ finishReason }) => Number(finishReason === "length"))), 12);
    expect(evaluation.meanLength).toBeCloseTo(mean(all.map(({ completionIds }) => completionIds.length)), 12);
    expect(evaluation.byOperations.map(({ operations, n }) => [operations, n])).toEqual([
      [1, 2],
      [2, 2],
    ]);
    for (const { accuracy, passAt } of evaluation.byOperations) expect(passAt["1"]).toBeCloseTo(accuracy, 12);
    expect(mean(evaluation.byOperations.map(({ accuracy }) => accuracy))).toBeCloseTo(evaluation.accuracy, 12);
  });

  test("is greedy by default, and refuses several greedy samples", async () => {
    expect((await evaluatePolicy(common)).accuracy).toBe((await evaluatePolicy({ ...common, seed: 99 })).accuracy);
    await expect(evaluatePolicy({ ...common, count: 2 })).rejects.toThrow("2 greedy samples");
    await expect(evaluatePolicy({ ...common, problems: [] })).rejects.toThrow("no problems");
  });

  test("the constant answers are those of the problems", () => {
    const answers = [0, 3, 0, 7].map((answer) => ({ ...(problems[0] as (typeof problems)[number]), answer }));

    expect(constantAnswer(answers, phrasebook)).toEqual({ zero: 0.5, mostFrequent: { answer: "0", accuracy: 0.5 } });
  });
});

describe("createEvaluation", () => {
  test("greedy and sampled, by difficulty, with pass@k, the same each time", async () => {
    const policy = tinyPolicy();
    const { evaluate, every } = createEvaluation({ ...common, policy, every: 5, samples: 4, sampling: { maxTokens: 3 } });
    const metrics = await evaluate({ step: 5, signal: undefined });
    const sampled = await evaluatePolicy({ ...common, count: 4, sampling: { maxTokens: 3, temperature: 1 } });

    expect(every).toBe(5);
    expect(Object.keys(metrics).filter((name) => name.startsWith("eval_sampled_pass@"))).toEqual(
      ["", "/operations_1", "/operations_2"].flatMap((part) => [1, 2, 4].map((k) => `eval_sampled_pass@${k}${part}`)),
    );
    for (const { operations, passAt } of sampled.byOperations) {
      for (const k of ["1", "2", "4"]) expect(metrics[`eval_sampled_pass@${k}/operations_${operations}`]).toBe(passAt[k]);
    }
    expect(metrics["eval_sampled_pass@1"]).toBeCloseTo(metrics.eval_sampled_accuracy as number, 12);
    expect(metrics["eval_sampled_pass@4"]).toBe(sampled.passAt["4"]);
    expect(metrics["eval_accuracy/operations_1"]).toBeDefined();
    expect(await evaluate({ step: 9, signal: undefined })).toEqual(metrics);
  });

  test("refuses to look at nothing", () => {
    expect(() => createEvaluation({ ...common, policy: tinyPolicy(), every: 1, greedy: false })).toThrow("greedy completions or samples");
  });
});
