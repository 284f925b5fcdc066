import { mkdtempSync, readFileSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type DecoderConfig, initializeDecoder, saveModelFolder } from "@bridge-rl/models";
import { requireProvider } from "@bridge-rl/runtime-onnx";
import { BridgeError } from "@bridge-rl/spec";
import { expect, test } from "vitest";
import { runBridge } from "./run-bridge.js";

const config: DecoderConfig = {
  ...{ architecture: "llama", vocabularySize: 30, hiddenSize: 16, layers: 1, heads: 2, keyValueHeads: 1, headDimension: 8 },
  ...{ intermediateSize: 24, ropeTheta: 1e4, normEpsilon: 1e-6, queryKeyNorm: false, attentionBias: false, tieEmbeddings: true },
  maximumLength: 64,
};

const missing = await requireProvider("webgpu").then(
  () => undefined,
  (error: unknown) => {
    if (BridgeError.isInstance(error) && error.code === "missing-dependency") return error.message;
    throw error;
  },
);

async function folderWithIds(): Promise<string> {
  const folder = mkdtempSync(join(tmpdir(), "bridge-provider-"));
  await saveModelFolder(join(folder, "model"), { config, weights: initializeDecoder(config, 1, { standardDeviation: 0.3 }) });
  writeFileSync(join(folder, "ids.jsonl"), '{"ids":[1,5,9,3,12]}\n{"ids":[4,4,4]}\n');
  return folder;
}

test.skipIf(missing !== undefined)(`logprobs on WebGPU are the CPU's to 1e-5${missing === undefined ? "" : ` (${missing})`}`, async () => {
  const folder = await folderWithIds();
  const read = (name: string): number[][] =>
    readFileSync(join(folder, name), "utf8")
      .trim()
      .split("\n")
      .map((line) => (JSON.parse(line) as { logProbabilities: number[] }).logProbabilities);
  for (const provider of ["cpu", "webgpu"]) {
    const words = ["logprobs", "-m", "model", "--in", "ids.jsonl", "--out", `${provider}.jsonl`, "--provider", provider];
    expect(await runBridge(words, { cwd: folder })).toMatchObject({ code: 0 });
  }
  const [found, expected] = [read("webgpu.jsonl"), read("cpu.jsonl")];
  expect(found.map(({ length }) => length)).toEqual([4, 2]);
  found.flat().forEach((value, index) => {
    expect(Math.abs(value - (expected.flat()[index] ?? Number.NaN))).toBeLessThan(1e-5);
  });
});

test("a plan says where each provider keeps the model, here or not", async () => {
  const folder = await folderWithIds();
  const words = ["plan", "-m", "model", "--batch", "2", "--length", "32", "--provider", "cuda"];
  const { code, stdout } = await runBridge(words, { cwd: folder });
  expect(code).toBe(0);
  expect(stdout).toContain("provider cuda: base weights are initializers, resident and packed on the card");
});

test("a provider that is not here, and one that is none, are told before the model is read", async () => {
  const folder = await folderWithIds();
  const other = process.platform === "win32" ? "coreml" : "dml";
  const absent = await runBridge(["logprobs", "-m", "model", "--in", "ids.jsonl", "--provider", other], { cwd: folder });
  expect(absent.code).not.toBe(0);
  expect(absent.stderr).toContain(`provider "${other}" runs on`);
  const none = await runBridge(["logprobs", "-m", "model", "--in", "ids.jsonl", "--provider", "tpu"], { cwd: folder });
  expect(none.code).not.toBe(0);
  expect(none.stderr).toContain('there is no provider "tpu"; take one of cpu, webgpu, cuda, dml, coreml');
});
