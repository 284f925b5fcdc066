import { readFileSync } from "node:fs";
import { join } from "node:path";
import type { RunEvent } from "@bridge-rl/spec";
import { expect, test } from "vitest";
import { definePipeline, type PipelineConfig, runPipeline } from "../src/index.js";
import { resolveTask } from "../src/resolve/resolve-task.js";
import { temporaryFolder } from "./temporary-folder.js";
import { tinyTask } from "./tiny-model.js";
import { tinyConfig, writeTinyRun } from "./tiny-run.js";

const config = {
  ...tinyConfig,
  arms: { vanilla: "vanilla" },
  grpo: {
    ...tinyConfig.grpo,
    steps: 4,
    evaluateEvery: 2,
    curriculum: [{ options: { operations: 2 }, steps: 1 }, { options: { operations: 3 }, accuracy: 0, window: 2 }, {}],
  },
  evaluation: { problems: 4, watch: 2, samples: 4 },
  workers: 2,
  stages: { sft: false, rollout: false, influence: false },
} as unknown as PipelineConfig;

test("a config trains by stages in several workers, and evaluates greedily, sampled, by pass@k and by difficulty", {
  timeout: 120_000,
}, async () => {
  const folder = temporaryFolder();
  await writeTinyRun(folder);
  await runPipeline(definePipeline(config), { base: folder, directory: join(folder, "run") });

  const arm = join(folder, "run/arms/vanilla-seed1");
  const events = readFileSync(join(arm, "events.jsonl"), "utf8")
    .trim()
    .split("\n")
    .map((line): RunEvent => JSON.parse(line));
  const trained = events.filter(({ phase }) => phase === "grpo");
  expect(trained.map(({ metrics }) => metrics["curriculum/stage"])).toEqual([0, 1, 1, 2]);

  const watched = events.find(({ phase }) => phase === "evaluation")?.metrics ?? {};
  const ofDistribution = Object.keys(watched).filter((name) => name.includes("/in_distribution"));
  const difficulties = [...new Set(ofDistribution.flatMap((name) => name.match(/\/operations_\d+$/) ?? []))];
  expect(difficulties.length).toBeGreaterThan(0);
  const kinds = ["accuracy", "sampled_accuracy", "pass@1", "pass@2", "pass@4"];
  expect(ofDistribution.sort()).toEqual(
    kinds.flatMap((kind) => ["", ...difficulties].map((end) => `${kind}/in_distribution${end}`)).sort(),
  );

  const records = JSON.parse(readFileSync(join(arm, "evaluations.json"), "utf8"));
  const { sampled } = records[0];
  expect([sampled.samples, sampled.temperature, Object.keys(sampled.passAt)]).toEqual([4, 1, ["1", "2", "4"]]);
  expect(sampled.passAt["1"]).toBeCloseTo(sampled.accuracy, 12);
});

test("a stage's options lie over those of the task's training problems", async () => {
  const task = await resolveTask({ options: tinyTask, training: { operations: 5 } }, ".");
  const operationsOf = (over?: Readonly<Record<string, unknown>>) =>
    [...(task.problems("grpo", 1, over)?.problems({ count: 5 }) ?? [])].map(({ difficulty }) => difficulty.operations);

  expect(operationsOf()).toEqual([5, 5, 5, 5, 5]);
  expect(operationsOf({ operations: 3 })).toEqual([3, 3, 3, 3, 3]);
});

test.each([
  [{ ...config, grpo: { ...config.grpo, curriculum: [{}, { options: { operations: 3 } }] } }, /grpo\.curriculum\.0: it never ends/],
  [{ ...config, grpo: { ...config.grpo, curriculum: [{ step: 3 }] } }, /grpo\.curriculum\.0\.step.*steps/],
  [{ ...config, provider: "gpu" }, /provider/],
])("a config that can't be is refused by its field: %#", (wrong, message) => {
  expect(() => definePipeline(wrong as unknown as PipelineConfig)).toThrow(message);
});
