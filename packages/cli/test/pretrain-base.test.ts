import { writeFileSync } from "node:fs";
import { mkdtemp } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createTokenizer, type FileTokenizer, initializeDecoder, loadModelFolder, trainTokenizer } from "@bridge-rl/models";
import { describe, expect, test } from "vitest";
import { exchangeTokenizer } from "../src/pretraining/exchange-tokenizer.js";
import { parsePretrainConfig } from "../src/pretraining/pretrain-config.js";
import { runPretraining } from "../src/pretraining/run-pretraining.js";

const tokenizer = { vocabularySize: 300, texts: 50 };
const config = {
  model: { hiddenSize: 16, layers: 1, heads: 1, intermediateSize: 16, maximumLength: 160 },
  tokenizer,
  task: "promptbench/arithmetic",
  problems: { operators: ["+", "-"], integers: true, phrasebook: "terse" },
  levels: { small: { depth: 2 } },
  curriculum: [{ levels: { small: 1 } }],
  mixture: [{ weight: 1, behaviors: [] }],
  steps: 1,
  batchSize: 2,
  learningRate: 1e-9,
  evaluation: { every: 1, levels: ["small"], problems: 1, finalProblems: 1 },
};
// Templates of depth 2 are few, and none of them is held out.
const { evaluation, ...rest } = { ...config, levels: { small: { depth: 3 } } };

async function pretrained(raw: unknown): Promise<string> {
  const output = await mkdtemp(join(tmpdir(), "bridge-pretrain-base-"));
  writeFileSync(join(output, "config.json"), JSON.stringify(raw));
  await runPretraining(join(output, "config.json"), { output: join(output, "model"), threads: 1, storage: "float32" });
  return join(output, "model");
}

describe("pretraining that begins with a model", () => {
  test("goes on with its weights, and keeps what it knows of tokens under another tokenizer", { timeout: 300_000 }, async () => {
    const base = await pretrained({ ...rest, evaluation });
    const { model: _, tokenizer: __, ...same } = { ...rest, baseModel: base, evaluation };
    const [before, after] = [await loadModelFolder(base), await loadModelFolder(await pretrained(same))];
    expect(after.config).toEqual(before.config);
    expect(after.tokenizer?.files.tokenizer).toEqual(before.tokenizer?.files.tokenizer);
    // One step of a learning rate of 1e-9 moves no weight by more than that.
    for (const [name, weights] of after.weights) {
      const old = before.weights.get(name) as Float32Array;
      expect(Math.max(...weights.map((weight, index) => Math.abs(weight - (old[index] as number))))).toBeLessThan(1e-6);
    }

    const other = await loadModelFolder(await pretrained({ ...same, tokenizer: { ...tokenizer, vocabularySize: 270, pattern: "words" } }));
    expect(other.config.vocabularySize).not.toBe(before.config.vocabularySize);
    const row = (folder: typeof other, token: string) => {
      const [id] = (folder.tokenizer as FileTokenizer).encode(token);
      const table = folder.weights.get("model.embed_tokens.weight") as Float32Array;
      return table.subarray((id as number) * 16, (id as number) * 16 + 16);
    };
    for (const token of ["<think>", "7", "=", "k"]) {
      expect(Math.max(...row(other, token).map((value, index) => Math.abs(value - (row(before, token)[index] as number))))).toBeLessThan(
        1e-6,
      );
    }
  });

  test("gives tokens that the model does not know random rows", async () => {
    const make = (text: string) => createTokenizer(trainTokenizer({ texts: [text], vocabularySize: 260, pattern: "words" }));
    const [from, to] = [make("ab ab ab ab"), make("cd cd cd cd")];
    const { model } = parsePretrainConfig({ ...config, tokenizer }, "config");
    if (model === undefined) throw new Error("the config has a model");
    const decoder = {
      ...model,
      architecture: "qwen3" as const,
      vocabularySize: from.vocabularySize,
      keyValueHeads: 1,
      headDimension: 16,
      normEpsilon: 1e-6,
      queryKeyNorm: true,
      attentionBias: false,
      tieEmbeddings: true,
    };
    const weights = initializeDecoder(decoder, 1);
    const { weights: moved } = exchangeTokenizer({ config: decoder, weights }, from, to, 2);
    const [table, old] = [moved, weights].map((all) => all.get("model.embed_tokens.weight")) as [Float32Array, Float32Array];
    const [cd] = to.encode("cd");
    expect(to.encode("cd").length).toBe(1);
    expect(table.length).toBe(to.vocabularySize * 16);
    expect([...old]).not.toContain(table[(cd as number) * 16]);
    // Bytes have the same ids in both.
    expect([...table.subarray(100 * 16, 101 * 16)]).toEqual([...old.subarray(100 * 16, 101 * 16)]);
  });

  test.each([{ baseModel: "x" }, { model: undefined }, { tokenizer: undefined }])("says what else it needs: %j", (change) => {
    expect(() => parsePretrainConfig({ ...config, ...change }, "base.json")).toThrow(/model and tokenizer.*or baseModel without a model/);
  });
});
