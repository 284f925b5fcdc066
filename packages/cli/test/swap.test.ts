import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { igsm } from "@bridge-rl/igsm";
import { defineBehavior, defineReward, type ProblemSource, type RunEvent } from "@bridge-rl/spec";
import { createMemoryTracker } from "@bridge-rl/training";
import { expect, test } from "vitest";
import { z } from "zod";
import { defaultStages, definePipeline, openModel, type PipelineConfig, runPipeline } from "../src/index.js";
import { rowsOf } from "./run-bridge.js";
import { temporaryFolder } from "./temporary-folder.js";
import { tinyTask, writeTinyModel } from "./tiny-model.js";

const small = {
  sft: { problems: 16, steps: 2, batchSize: 4 },
  // A reward of one's own may like a gold solution less than its maximum, which is refused before training unless told otherwise.
  grpo: { steps: 1, promptsPerStep: 2, groupSize: 2, evaluateEvery: 0, preflight: 0 },
  sampling: { maxTokens: 12 },
  evaluation: { problems: 4 },
  rollouts: { problems: 2, count: 2 },
  influence: { targets: 2, count: 2 },
} satisfies Partial<PipelineConfig>;

test("a source, a behaviour, a reward, a tracker, a model and a stage of one's own take the places of ours", {
  timeout: 120_000,
}, async () => {
  const folder = temporaryFolder();
  await writeTinyModel(join(folder, "model"));
  const asked: unknown[] = [];
  const ownSource = (options: Readonly<Record<string, unknown>>): ProblemSource => {
    asked.push(options.split);
    const source = igsm({ ...tinyTask, split: options.split as "train" | "test", seed: Number(options.seed) });
    return { ...source, name: "@me/problems" };
  };
  const sigh = defineBehavior({
    name: "@me/sigh",
    specVersion: 1,
    options: z.strictObject({}),
    inject: (trace) => ({ steps: [{ kind: "remark", text: "Hm", nodes: [], behavior: "@me/sigh" }, ...trace.steps] }),
  });
  const shortness = defineReward({
    name: "@me/shortness",
    specVersion: 1,
    options: z.strictObject({}),
    maximum: 1,
    score: ({ completion }) => 1 / (1 + completion.length),
  });
  const events: RunEvent[] = [];
  const opened: (string | undefined)[] = [];
  const calls: string[] = [];
  const pipeline = definePipeline({
    name: "own",
    task: { source: ownSource },
    baseModel: ({ directory, threads }) => {
      opened.push(directory);
      return openModel(directory ?? join(folder, "model"), threads);
    },
    arms: { sighing: { behaviors: [sigh()] } },
    reward: shortness(),
    tracker: () => {
      const memory = createMemoryTracker();
      return {
        ...memory,
        log(event) {
          events.push(event);
          return memory.log(event);
        },
      };
    },
    stages: {
      async sft(context, input) {
        calls.push(`sft of ${context.arm} on ${input.demonstrations.length}`);
        await defaultStages.sft(context, input);
      },
      influence: false,
    },
    ...small,
  });
  const { summary } = await runPipeline(pipeline, { directory: join(folder, "run") });

  const arm = join(folder, "run/arms/sighing-seed1");
  expect(new Set(asked)).toEqual(new Set(["train", "test", undefined]));
  expect(rowsOf<{ spans: { behavior?: string }[] }>(readFileSync(join(arm, "demonstrations.jsonl"), "utf8"))[0]?.spans[0]?.behavior).toBe(
    "@me/sigh",
  );
  expect(calls).toEqual(["sft of sighing on 16"]);
  expect(opened).toContain(join(arm, "models/sft"));
  expect(existsSync(join(arm, "influence-sft.json"))).toBe(false);
  expect(events).toEqual(rowsOf(readFileSync(join(arm, "events.jsonl"), "utf8")));
  const sample = rowsOf<{ rollouts: { text: string; reward: number }[] }>(readFileSync(join(arm, "samples/rollouts-sft.jsonl"), "utf8"))[0];
  for (const { text, reward } of sample?.rollouts ?? []) expect(reward).toBeCloseTo(1 / (1 + text.length), 12);
  expect(summary.arms.sighing?.grpo?.inDistribution?.n).toBe(4);
});

test("a finished run given again does nothing but its summary", { timeout: 120_000 }, async () => {
  const folder = temporaryFolder();
  await writeTinyModel(join(folder, "model"));
  let trainings = 0;
  const config: PipelineConfig = {
    name: "again",
    task: { options: tinyTask },
    baseModel: join(folder, "model"),
    arms: { vanilla: "vanilla" },
    stages: {
      sft: async (context, input) => {
        trainings++;
        await defaultStages.sft(context, input);
      },
    },
    ...small,
  };
  const first = await runPipeline(definePipeline(config), { directory: join(folder, "run") });
  const second = await runPipeline(definePipeline(config), { directory: join(folder, "run") });
  expect(trainings).toBe(1);
  expect({ ...second.summary, seconds: 0 }).toEqual({ ...first.summary, seconds: 0 });
});

test("a reward that the gold solution can't please is refused before training", { timeout: 120_000 }, async () => {
  const folder = temporaryFolder();
  await writeTinyModel(join(folder, "model"));
  const never = defineReward({ name: "@me/never", specVersion: 1, options: z.strictObject({}), maximum: 1, score: () => 0 });
  const pipeline = definePipeline({
    ...{ name: "never", task: { options: tinyTask }, baseModel: join(folder, "model"), arms: { vanilla: "vanilla" }, reward: never() },
    ...{ ...small, grpo: { ...small.grpo, preflight: 2 }, stages: { sft: false } },
  });

  await expect(runPipeline(pipeline, { directory: join(folder, "run") })).rejects.toThrow(
    /before training, reward @me\/never gave 0 .* but the gold solution must get 1.* set grpo\.preflight to 0/,
  );
});
