import { readdirSync, readFileSync, statSync } from "node:fs";
import { join } from "node:path";
import { LocalPolicy, LocalSampler, loadModelFolder } from "@bridge-rl/models";
import { promptbench } from "@bridge-rl/promptbench";
import { evaluatePolicy } from "@bridge-rl/training";
import { expect, test } from "vitest";
import { knownProblems, modelDirectory } from "../src/index.js";

interface RecordedAccuracy {
  readonly level: string;
  readonly greedy: { readonly accuracy: number; readonly interval: readonly [number, number]; readonly n: number };
}

interface Config {
  readonly problems: unknown;
  readonly tokenizer: { readonly vocabularySize: number };
  readonly levels: Readonly<Record<string, { readonly depth: number; readonly redundancies: readonly [number, number] }>>;
}

function read(name: string): unknown {
  return JSON.parse(readFileSync(join(modelDirectory, name), "utf8"));
}

test("is what its training config describes, in at most 8 MB", async () => {
  const config = read("pretrain.json") as Config;
  const model = await loadModelFolder(modelDirectory);
  expect(model.config).toMatchObject({ hiddenSize: 128, layers: 4, architecture: "qwen3" });
  expect(model.config.vocabularySize).toBeLessThanOrEqual(config.tokenizer.vocabularySize);
  expect(knownProblems).toEqual(config.problems);
  const bytes = readdirSync(modelDirectory).reduce((sum, name) => sum + statSync(join(modelDirectory, name)).size, 0);
  expect(bytes).toBeLessThanOrEqual(8 * 2 ** 20);
});

test("solves problems of templates it never saw as often as its record says", async () => {
  const { levels } = read("pretrain.json") as Config;
  const record = (read("accuracy.json") as RecordedAccuracy[])[0] as RecordedAccuracy;
  const { config, weights, tokenizer } = await loadModelFolder(modelDirectory);
  if (tokenizer === undefined) throw new Error("the model has no tokenizer");
  const policy = new LocalPolicy(config, weights, { createSampler: (current) => new LocalSampler(current, { tokenizer }) });
  const source = promptbench({ task: "arithmetic", ...knownProblems, ...levels[record.level], split: "test", seed: 424_242 });
  if (source.reward === undefined) throw new Error("the source has no reward");
  const { interval } = await evaluatePolicy({
    sampler: policy.sampler,
    tokenizer,
    phrasebook: source.phrasebook,
    problems: [...source.problems({ count: 100 })],
    reward: source.reward,
    sampling: { maxTokens: 256 },
  });
  await policy.dispose();
  // Other problems than those of the record: both intervals have to agree, not the shares.
  expect(interval[1]).toBeGreaterThan(record.greedy.interval[0]);
  expect(interval[0]).toBeLessThan(record.greedy.interval[1]);
});
