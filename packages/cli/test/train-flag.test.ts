import { readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { trainFlagFields } from "../src/commands/train-flag-fields.js";
import { rowsOf, runBridge } from "./run-bridge.js";
import { temporaryFolder } from "./temporary-folder.js";
import { writeTinyModel } from "./tiny-model.js";

test("bridge grpo takes any field that a config has for it", { timeout: 120_000 }, async () => {
  const cwd = temporaryFolder();
  await writeTinyModel(join(cwd, "base"));
  const grpo = ["grpo", "-m", "./base", "--ops", "4", "--modulus", "5", "--phrasebook", "terse", "--steps", "1", "--max-tokens", "12"];
  const few = ["--prompts-per-step", "2", "--group-size", "4"];
  const train = [
    "loss.entropyCoefficient=0.01",
    "iterations=2",
    'rewards=[{"name":"length","weight":0.5,"options":{"maximum":12,"cache":8}}]',
  ];
  const { code, stderr } = await runBridge([...grpo, ...few, "-o", "out", ...train.flatMap((pair) => ["--train", pair])], { cwd });
  expect(code, stderr).toBe(0);

  const [event] = rowsOf<{ step: number; metrics: Record<string, number> }>(readFileSync(join(cwd, "out/events.jsonl"), "utf8"));
  expect(event?.step).toBe(2);
  expect(event?.metrics.entropy).toBeGreaterThan(0);
  expect(Object.keys(event?.metrics ?? {}).filter((name) => /^rewards\/.*length.*\/mean$/.test(name))).toHaveLength(1);
  const wrong = await runBridge([...grpo, "-o", "x", "--train", "loss.clipHihg=0.3"], { cwd });
  expect(wrong).toMatchObject({ code: 2, stderr: expect.stringContaining("there is no grpo.loss.clipHihg. Did you mean clipHigh?") });
});

test.each([
  ["grpo", "steps=3", /--train steps: it has a flag of its own/],
  ["grpo", "curriculum=[{}]", /--train curriculum: it is for bridge run/],
  ["sft", "match.by=steps", /--train match: it is for bridge run/],
  ["sft", "behaviorWeight.plain=0", /there is no sft\.behaviorWeight\. Did you mean behaviorWeights\?/],
  ["grpo", "maxBatches", /--train maxBatches has no value/],
  ["grpo", "maxBatches=0", /grpo\.maxBatches/],
] as const)("%s: --train %s is refused", (part, pair, message) => {
  expect(() => trainFlagFields(part, [pair])).toThrow(message);
});

test("fields come as a config has them, and nothing else does", () => {
  expect(trainFlagFields("sft", ["behaviorWeights.plain=0.5", "weightDecay=0.1"])).toEqual({
    behaviorWeights: { plain: 0.5 },
    weightDecay: 0.1,
  });
  expect(trainFlagFields("grpo", [])).toEqual({});
});
