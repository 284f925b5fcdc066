import { readFileSync } from "node:fs";
import { join } from "node:path";
import { loadModelFolder } from "@bridge-rl/models";
import { expect, test } from "vitest";
import { runBridge } from "./run-bridge.js";
import { temporaryFolder } from "./temporary-folder.js";
import { writeTinyModel } from "./tiny-model.js";

async function weightsOf(directory: string): Promise<number[]> {
  const { weights } = await loadModelFolder(directory);
  return [...weights.values()].flatMap((values) => [...values]);
}

test("two workers draw and learn what one does, and the same bytes again", { timeout: 300_000 }, async () => {
  const cwd = temporaryFolder();
  await writeTinyModel(join(cwd, "base"));
  const bridge = async (...words: string[]) => {
    const result = await runBridge(words, { cwd });
    expect(result.code, `${words.join(" ")}\n${result.stderr}`).toBe(0);
    return result.stdout;
  };
  await bridge("generate", "--ops", "4-5", "--modulus", "5", "--phrasebook", "terse", "--count", "6", "-o", "problems.jsonl");
  await bridge("inject", "-i", "problems.jsonl", "-o", "demonstrations.jsonl", "--arm", "bridge");

  const rollout = ["rollout", "-m", "./base", "-i", "problems.jsonl", "--count", "3", "--max-tokens", "16"];
  expect(await bridge(...rollout, "--workers", "2")).toBe(await bridge(...rollout));

  const sft = ["sft", "-m", "./base", "-i", "demonstrations.jsonl", "--steps", "3", "--batch-size", "4"];
  await Promise.all([bridge(...sft, "-o", "one"), bridge(...sft, "-o", "two", "--workers", "2")]);
  await bridge(...sft, "-o", "again", "--workers", "2");
  const [one, two] = [await weightsOf(join(cwd, "one")), await weightsOf(join(cwd, "two"))];
  const difference = two.reduce((sum, value, index) => sum + (value - (one[index] as number)) ** 2, 0);
  expect(Math.sqrt(difference / two.reduce((sum, value) => sum + value * value, 0))).toBeLessThan(1e-4);
  for (const file of ["model.safetensors", "events.jsonl"]) {
    expect(readFileSync(join(cwd, "again", file)).equals(readFileSync(join(cwd, "two", file)))).toBe(true);
  }

  expect((await runBridge([...rollout, "--workers", "0"], { cwd })).code).not.toBe(0);
  const plans = await Promise.all(
    ["1", "2"].map(
      async (workers) =>
        JSON.parse(await bridge("plan", "-m", "./base", "--length", "64", "--workers", workers, "--json")) as { peakBytes: number },
    ),
  );
  expect(plans[1]?.peakBytes).toBe(2 * (plans[0]?.peakBytes as number));
});
