import { readdirSync, readFileSync, statSync } from "node:fs";
import { join } from "node:path";
import { exactAnswer, igsm } from "@bridge-rl/igsm";
import { LocalPolicy, LocalSampler, loadModelFolder } from "@bridge-rl/models";
import { evaluatePolicy } from "@bridge-rl/training";
import { expect, test } from "vitest";
import { knownProblems, modelDirectory } from "../src/index.js";

interface RecordedAccuracy {
  readonly operations: number;
  readonly greedy: { readonly accuracy: number; readonly interval: readonly [number, number]; readonly n: number };
}

function read(name: string): unknown {
  return JSON.parse(readFileSync(join(modelDirectory, name), "utf8"));
}

test("is what its training config describes, in at most 8 MB", async () => {
  const config = read("pretrain.json") as { model: { hiddenSize: number; layers: number }; problems: unknown };
  const model = await loadModelFolder(modelDirectory);
  expect(model.config).toMatchObject({ hiddenSize: config.model.hiddenSize, layers: config.model.layers, architecture: "qwen3" });
  expect(knownProblems).toEqual(config.problems);
  const bytes = readdirSync(modelDirectory).reduce((sum, name) => sum + statSync(join(modelDirectory, name)).size, 0);
  expect(bytes).toBeLessThanOrEqual(8 * 2 ** 20);
});

test("solves problems of templates it never saw as often as its record says", async () => {
  const record = (read("accuracy.json") as RecordedAccuracy[])[0] as RecordedAccuracy;
  const { config, weights, tokenizer } = await loadModelFolder(modelDirectory);
  if (tokenizer === undefined) throw new Error("the model has no tokenizer");
  const policy = new LocalPolicy(config, weights, { createSampler: (current) => new LocalSampler(current, { tokenizer }) });
  const source = igsm({ ...knownProblems, operations: record.operations, split: "test", seed: 424_242 });
  const { interval } = await evaluatePolicy({
    sampler: policy.sampler,
    tokenizer,
    phrasebook: source.phrasebook,
    problems: [...source.problems({ count: 100 })],
    reward: exactAnswer(),
    sampling: { maxTokens: 200 },
  });
  await policy.dispose();
  // Other problems than those of the record: both intervals have to agree, not the shares.
  expect(interval[1]).toBeGreaterThan(record.greedy.interval[0]);
  expect(interval[0]).toBeLessThan(record.greedy.interval[1]);
});
