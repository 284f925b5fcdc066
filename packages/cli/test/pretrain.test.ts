import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { loadModelFolder } from "@bridge-rl/models";
import { expect, test } from "vitest";
import { ended, rowsOf, runBridge, startBridge } from "./run-bridge.js";
import { temporaryFolder } from "./temporary-folder.js";
import { hashesOf } from "./tiny-run.js";

const config = {
  seed: 3,
  model: { hiddenSize: 16, layers: 1, heads: 2, intermediateSize: 32, maximumLength: 256 },
  tokenizer: { vocabularySize: 280, texts: 50 },
  problems: { modulus: 5, phrasebook: "terse", distractors: [0, 1] },
  curriculum: [{ until: 10, operations: { 2: 1 }, mixture: [{ weight: 1, behaviors: ["recitation"] }] }, { operations: { 1: 1, 2: 3 } }],
  mixture: [
    { weight: 1, behaviors: [] },
    { weight: 1, behaviors: [["reflection", { probability: 0.5 }], "subgoal"] },
  ],
  steps: 48,
  batchSize: 4,
  learningRate: { kind: "cosine", peak: 0.003, warmupSteps: 4 },
  logEvery: 2,
  checkpointEvery: 4,
  evaluation: { every: 24, operations: [2, 3], problems: 4, finalProblems: 6 },
};

test("a base model: killed and started again it is the same folder, it knows how good it is, and it can be used", {
  timeout: 300_000,
}, async () => {
  const cwd = temporaryFolder();
  writeFileSync(join(cwd, "base.json"), JSON.stringify(config));
  const words = (output: string) => ["pretrain", "base.json", "--output", output];

  const straight = await runBridge(words("straight"), { cwd });
  expect(straight.code, straight.stderr).toBe(0);
  expect(straight.stdout).toMatch(/^2 operations: .+ greedy, .+ sampled\n3 operations: .+\nmodel: straight\n$/);

  const killed = startBridge(words("killed"), cwd);
  const watch = setInterval(() => existsSync(join(cwd, "killed/checkpoints/step-00000008")) && killed.kill("SIGKILL"), 1);
  const { signal } = await ended(killed);
  clearInterval(watch);
  expect(signal).toBe("SIGKILL");
  const resumed = await runBridge(words("killed"), { cwd });
  expect(resumed.code, resumed.stderr).toBe(0);
  expect(hashesOf(join(cwd, "killed"))).toEqual(hashesOf(join(cwd, "straight")));

  const events = rowsOf<{ phase: string; step: number }>(readFileSync(join(cwd, "straight/events.jsonl"), "utf8"));
  expect(events.filter(({ phase }) => phase === "evaluation").map(({ step }) => step)).toEqual([0, 24, 48]);
  const accuracy = JSON.parse(readFileSync(join(cwd, "straight/accuracy.json"), "utf8"));
  expect(accuracy).toMatchObject([
    { operations: 2, greedy: { n: 6 }, sampled: { n: 6 } },
    { operations: 3, greedy: { n: 6 }, sampled: { n: 6 } },
  ]);
  const model = await loadModelFolder(join(cwd, "straight"));
  expect(model.config).toMatchObject({ architecture: "qwen3", hiddenSize: 16, layers: 1 });

  // Another config must not go on in this folder.
  writeFileSync(join(cwd, "base.json"), JSON.stringify({ ...config, seed: 4 }));
  const other = await runBridge(words("straight"), { cwd });
  expect(other.code).toBe(4);
  expect(other.stderr).toMatch(/seed/);
});
