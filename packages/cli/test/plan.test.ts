import { mkdirSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { loadLoraFolder, loadModelFolder, mergeLora } from "@bridge-rl/models";
import { expect, test } from "vitest";
import { runBridge } from "./run-bridge.js";
import { temporaryFolder } from "./temporary-folder.js";
import { writeTinyModel } from "./tiny-model.js";

interface Plan {
  readonly parameters: number;
  readonly trainedParameters: number;
  readonly uses: { what: string; bytes: number }[];
  readonly peakBytes: number;
  readonly fits: boolean;
  readonly secondsPerStep: number;
}

/** The config of a model that no machine of today trains in its memory, without its weights. */
function writeHugeConfig(directory: string): void {
  mkdirSync(directory);
  const config = {
    ...{ architectures: ["LlamaForCausalLM"], model_type: "llama", vocab_size: 128_256, hidden_size: 16_384, num_hidden_layers: 126 },
    ...{ num_attention_heads: 128, num_key_value_heads: 8, intermediate_size: 53_248, max_position_embeddings: 131_072 },
  };
  writeFileSync(join(directory, "config.json"), JSON.stringify(config));
}

test("plan tells what a model takes, and training refuses with the same numbers before it reads any weights", async () => {
  const cwd = temporaryFolder();
  writeHugeConfig(join(cwd, "huge"));
  writeFileSync(join(cwd, "none.jsonl"), "");
  const result = await runBridge(["plan", "-m", "./huge", "--batch", "1", "--length", "1024", "--json"], { cwd });
  expect(result.code, result.stderr).toBe(0);
  const plan = JSON.parse(result.stdout) as Plan;
  expect(plan.parameters).toBe(405_853_388_800);
  expect(plan.peakBytes).toBe(plan.uses.reduce((sum, { bytes }) => sum + bytes, 0));
  expect(plan.fits).toBe(false);
  const refused = await runBridge(["sft", "-m", "./huge", "-i", "none.jsonl", "-o", "trained"], { cwd });
  expect(refused.code).not.toBe(0);
  expect(refused.stderr).toContain("training doesn't fit into");
  expect(refused.stderr).toContain(`about ${(plan.peakBytes / 1e9).toFixed(2)} GB at the peak`);
});

test("sft with adapters saves them, added to the weights and apart; the plan counts them alone as trained", {
  timeout: 120_000,
}, async () => {
  const cwd = temporaryFolder();
  await writeTinyModel(join(cwd, "base"));
  const demonstration = { problem: "a", prompt: "K=?", completion: "K=1.", spans: [], answer: 1, operations: 1 };
  writeFileSync(join(cwd, "rows.jsonl"), `${JSON.stringify(demonstration)}\n`);
  const flags = ["--lora-rank", "2", "--lora-targets", "q_proj,down_proj"];
  const result = await runBridge(
    ["sft", "-m", "./base", "-i", "rows.jsonl", "-o", "out", "--steps", "3", "--learning-rate", "0.05", "--lora-dropout", "0.1", ...flags],
    { cwd },
  );
  expect(result.code, result.stderr).toBe(0);
  const [base, trained] = [await loadModelFolder(join(cwd, "base")), await loadModelFolder(join(cwd, "out"))];
  const { lora, adapters } = await loadLoraFolder(join(cwd, "out", "adapter"), base.config);
  expect(lora).toEqual({ rank: 2, alpha: 4, dropout: 0.1, targets: ["q_proj", "down_proj"] });
  expect(trained.weights).toEqual(mergeLora(base.config, base.weights, lora, adapters));
  expect(trained.weights.get("model.layers.0.self_attn.q_proj.weight")).not.toEqual(
    base.weights.get("model.layers.0.self_attn.q_proj.weight"),
  );
  expect(trained.weights.get("model.embed_tokens.weight")).toEqual(base.weights.get("model.embed_tokens.weight"));
  expect(readFileSync(join(cwd, "out", "adapter", "adapter_config.json"), "utf8")).toContain('"peft_type": "LORA"');
  expect(readdirSync(join(cwd, "out"))).toContain("tokenizer.json");

  const planned = await runBridge(["plan", "-m", "./base", "--length", "64", ...flags, "--json"], { cwd });
  const plan = JSON.parse(planned.stdout) as Plan;
  expect(plan.trainedParameters).toBe([...adapters.values()].reduce((sum, { length }) => sum + length, 0));
  expect(plan.fits).toBe(true);
  const text = await runBridge(["plan", "-m", "./base", "--length", "64", "--memory", "0.1"], { cwd });
  expect(text.stdout).toContain("DOESN'T FIT into 0.10 GB");
  expect((await runBridge(["sft", "-m", "./base", "-i", "rows.jsonl", "-o", "x", "--lora-targets", "lm_head"], { cwd })).stderr).toContain(
    "--lora-rank",
  );
});
