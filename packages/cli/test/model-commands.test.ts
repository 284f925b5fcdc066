import { readFileSync } from "node:fs";
import { join } from "node:path";
import { loadModelFolder } from "@bridge-rl/models";
import { influenceFileSchema, rolloutSampleSchema } from "@bridge-rl/report";
import { expect, test } from "vitest";
import { rowsOf, runBridge } from "./run-bridge.js";
import { temporaryFolder } from "./temporary-folder.js";
import { writeTinyModel } from "./tiny-model.js";

const task = ["--ops", "4-5", "--modulus", "5", "--phrasebook", "terse"];

async function weightsOf(directory: string): Promise<Buffer> {
  const { weights } = await loadModelFolder(directory);
  return Buffer.concat([...weights.values()].map((data) => Buffer.from(data.buffer, data.byteOffset, data.byteLength)));
}

test("a model goes through sft, grpo, rollout, evaluate and influence, one command each", { timeout: 300_000 }, async () => {
  const cwd = temporaryFolder();
  await writeTinyModel(join(cwd, "base"));
  const bridge = async (...words: string[]) => {
    const result = await runBridge(words, { cwd });
    expect(result.code, `${words.join(" ")}\n${result.stderr}`).toBe(0);
    return result.stdout;
  };
  await bridge("generate", ...task, "--split", "train", "--count", "40", "-o", "train.jsonl");
  await bridge("generate", ...task, "--split", "test", "--count", "8", "-o", "test.jsonl");
  await bridge("inject", "-i", "train.jsonl", "-o", "demonstrations.jsonl", "--arm", "bridge");

  expect(await bridge("sft", "-m", "./base", "-i", "demonstrations.jsonl", "-o", "sft", "--steps", "4", "--batch-size", "8")).toBe(
    "model: sft\n",
  );
  expect((await weightsOf(join(cwd, "sft"))).equals(await weightsOf(join(cwd, "base")))).toBe(false);
  expect(rowsOf(readFileSync(join(cwd, "sft/events.jsonl"), "utf8"))).toHaveLength(4);
  const again = await runBridge(["sft", "-m", "./base", "-i", "demonstrations.jsonl", "-o", "sft", "--steps", "4"], { cwd });
  expect(again.code).toBe(4);
  expect(again.stderr).toContain("holds a trained model already");

  await bridge(
    "grpo",
    "-m",
    "./sft",
    "-o",
    "grpo",
    ...task,
    "--steps",
    "2",
    "--prompts-per-step",
    "2",
    "--group-size",
    "4",
    "--max-tokens",
    "24",
  );
  expect(rowsOf<{ phase: string }>(readFileSync(join(cwd, "grpo/events.jsonl"), "utf8")).map(({ phase }) => phase)).toEqual([
    "grpo",
    "grpo",
  ]);

  const rollouts = rowsOf(await bridge("rollout", "-m", "./grpo", "-i", "test.jsonl", "--count", "3", "--max-tokens", "16"));
  expect(rollouts).toHaveLength(8);
  for (const row of rollouts) expect(rolloutSampleSchema.parse(row).rollouts).toHaveLength(3);

  const evaluation = JSON.parse(await bridge("evaluate", "-m", "./grpo", "-i", "test.jsonl", "--max-tokens", "16", "--json"));
  expect(evaluation).toMatchObject({ n: 8, accuracy: expect.any(Number), interval: [expect.any(Number), expect.any(Number)] });
  expect(await bridge("evaluate", "-m", "./grpo", "-i", "test.jsonl", "--max-tokens", "16")).toContain("Always answering 0 gets");

  const influence = JSON.parse(
    await bridge(
      "influence",
      "-m",
      "./grpo",
      "-i",
      "train.jsonl",
      "--targets",
      "test.jsonl",
      "--count",
      "2",
      "--max-tokens",
      "16",
      "--json",
    ),
  );
  expect(influenceFileSchema.parse(influence).queries).toHaveLength(40);
});
