import type { Reward } from "@bridge-rl/spec";
import { describe, expect, test } from "vitest";
import { checkReward, collectRollouts, constantAnswer, evaluatePolicy, type RolloutGroup, wilsonInterval } from "../src/index.js";
import { beginsRight, phrasebook, problems, tinyPolicy, tokenizer } from "./tiny-task.js";

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
