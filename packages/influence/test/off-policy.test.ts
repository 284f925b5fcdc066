import { createMemoryTracker } from "@bridge-rl/training";
import { afterAll, expect, test } from "vitest";
import { createInfluenceMonitor, evaluationDirection, influence, type RolloutGroup } from "../src/index.js";
import { randomGroups, tinyPolicy } from "./support/tiny-policy.js";

const policy = tinyPolicy(3);
const train = randomGroups({ queries: 2, rollouts: 4, seed: 1, name: "train" });
const evaluation = randomGroups({ queries: 2, rollouts: 4, seed: 2, name: "evaluation" });

afterAll(() => policy.dispose());

/** One rollout of the last group comes from a sampler in 8 bits. */
function rounded(groups: readonly RolloutGroup[]): RolloutGroup[] {
  return groups.map((group, index) => ({
    ...group,
    rollouts: group.rollouts.map((rollout, place) =>
      index === groups.length - 1 && place === 2 ? { ...rollout, offPolicy: true } : rollout,
    ),
  }));
}

test("rollouts off policy are refused on either side, with the rollout and what to do", async () => {
  const refused = { code: "unsupported", message: expect.stringMatching(/rollout 2 of problem \w+-1 is off policy.*sample in float32/) };
  await expect(influence(policy, { train: rounded(train), evaluation })).rejects.toMatchObject(refused);
  await expect(influence(policy, { train, evaluation: rounded(evaluation) })).rejects.toMatchObject(refused);
  await expect(evaluationDirection(policy, rounded(evaluation))).rejects.toMatchObject(refused);
});

test("the monitor of a training refuses them at the steps that it measures, and logs nothing of them", async () => {
  const tracker = createMemoryTracker();
  const monitor = createInfluenceMonitor({ policy, tracker, seed: 1, every: 2 });
  await monitor({ step: 1, groups: train });
  await monitor({ step: 2, groups: rounded(train) });
  expect(tracker.events).toHaveLength(1);
  await expect(monitor({ step: 3, groups: rounded(train) })).rejects.toMatchObject({ code: "unsupported" });
  expect(tracker.events).toHaveLength(1);
});
