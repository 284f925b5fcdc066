import { readFileSync } from "node:fs";
import { join } from "node:path";
import { loadModelFolder, readSafetensors, saveModelFolder } from "@bridge-rl/models";
import { expect, test } from "vitest";
import { rowsOf, runBridge } from "./run-bridge.js";
import { temporaryFolder } from "./temporary-folder.js";
import { writeTinyModel } from "./tiny-model.js";

const task = ["--ops", "4-5", "--modulus", "5", "--phrasebook", "terse"];

interface Workplace {
  readonly cwd: string;
  bridge(...words: string[]): Promise<string>;
}

/** A folder with a tiny model and problems for it. */
async function openWorkplace(): Promise<Workplace> {
  const cwd = temporaryFolder();
  const bridge = async (...words: string[]): Promise<string> => {
    const { code, stdout, stderr } = await runBridge(words, { cwd });
    expect(code, `${words.join(" ")}\n${stderr}`).toBe(0);
    return stdout;
  };
  await writeTinyModel(join(cwd, "wide"));
  await bridge("generate", ...task, "--split", "train", "--count", "16", "-o", "train.jsonl");
  return { cwd, bridge };
}

test("trained weights are stored as asked: in float32, or as the 16-bit model that they began with", { timeout: 120_000 }, async () => {
  const { cwd, bridge } = await openWorkplace();
  await saveModelFolder(join(cwd, "base"), await loadModelFolder(join(cwd, "wide")), { storage: "bfloat16" });
  await bridge("inject", "-i", "train.jsonl", "-o", "demonstrations.jsonl", "--arm", "bridge");
  const types = async (folder: string): Promise<Set<string>> => {
    const { tensors } = await readSafetensors(join(cwd, folder, "model.safetensors"));
    return new Set([...tensors.values()].map(({ type }) => type));
  };
  const sft = ["sft", "-m", "./base", "-i", "demonstrations.jsonl", "--steps", "2", "--batch-size", "4"];
  await bridge(...sft, "-o", "plain");
  await bridge(...sft, "-o", "narrow", "--save-dtype", "base");

  expect(await types("base")).toEqual(new Set(["BF16"]));
  expect(await types("plain")).toEqual(new Set(["F32"]));
  expect(await types("narrow")).toEqual(new Set(["BF16"]));
  expect(JSON.parse(readFileSync(join(cwd, "narrow/config.json"), "utf8"))).toMatchObject({ torch_dtype: "bfloat16" });
  const [plain, narrow] = [await loadModelFolder(join(cwd, "plain")), await loadModelFolder(join(cwd, "narrow"))];
  for (const [name, values] of plain.weights) {
    const rounded = narrow.weights.get(name) as Float32Array;
    for (const [index, value] of values.entries())
      expect(Math.abs((rounded[index] as number) - value)).toBeLessThanOrEqual(Math.abs(value) / 256);
  }
  const wrong = await runBridge([...sft, "-o", "x", "--save-dtype", "int4"], { cwd });
  expect(wrong).toMatchObject({ code: 2, stderr: expect.stringContaining("one of float32, bfloat16, float16, base") });
});

test("completions are drawn in 8 bits where asked, and grpo tells how near they were", { timeout: 120_000 }, async () => {
  const { cwd, bridge } = await openWorkplace();
  const drawn = async (...flags: string[]) =>
    rowsOf(await bridge("rollout", "-m", "./wide", "-i", "train.jsonl", "--count", "2", "--max-tokens", "12", ...flags));
  const rough = await drawn("--precision", "int8");
  expect(rough).toHaveLength(16);
  expect(await drawn("--precision", "int8")).toEqual(rough);

  const few = ["--steps", "1", "--prompts-per-step", "2", "--group-size", "4", "--max-tokens", "12"];
  await bridge("grpo", "-m", "./wide", "-o", "grpo", ...task, ...few, "--precision", "int8");
  const [{ metrics } = { metrics: {} }] = rowsOf<{ metrics: Record<string, number> }>(readFileSync(join(cwd, "grpo/events.jsonl"), "utf8"));
  expect(metrics["sampling/kl"]).toBeGreaterThan(0);
  expect(metrics["sampling/importance_sampling_ratio/uncut_mean"]).toBeCloseTo(1, 2);
});
