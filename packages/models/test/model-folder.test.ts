import { mkdtemp, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, test } from "vitest";
import {
  createTokenizer,
  type DecoderConfig,
  decoderParameters,
  formatModelConfig,
  initializeDecoder,
  loadModelFolder,
  parseModelConfig,
  readSafetensors,
  saveModelFolder,
  trainTokenizer,
  writeSafetensors,
} from "../src/index.js";
import { readOracle } from "./support/oracle.js";

const fixtures = new URL("./fixtures/", import.meta.url).pathname;
const folder = await mkdtemp(join(tmpdir(), "model-folder-"));
afterAll(() => rm(folder, { recursive: true }));

const qwen3: DecoderConfig = {
  ...{ architecture: "qwen3", vocabularySize: 300, hiddenSize: 32, layers: 2, heads: 4, keyValueHeads: 2, headDimension: 12 },
  ...{ intermediateSize: 48, ropeTheta: 1e4, normEpsilon: 1e-6, queryKeyNorm: true, attentionBias: false, tieEmbeddings: true },
  maximumLength: 512,
};

async function bytesOf(directory: string): Promise<Record<string, string>> {
  const names = (await readdir(directory)).sort();
  return Object.fromEntries(
    await Promise.all(names.map(async (name) => [name, (await readFile(join(directory, name))).toString("base64")])),
  );
}

/** A folder with the fixture's config changed. */
async function withConfig(name: "qwen2-tiny" | "llama-tiny", changes: Record<string, unknown>): Promise<string> {
  const directory = await mkdtemp(join(folder, "changed-"));
  const config = JSON.parse(await readFile(join(fixtures, name, "config.json"), "utf8"));
  await writeFile(join(directory, "config.json"), JSON.stringify({ ...config, ...changes }));
  await writeFile(join(directory, "model.safetensors"), await readFile(join(fixtures, name, "model.safetensors")));
  return directory;
}

describe("loading", () => {
  test.each(["qwen2-tiny", "llama-tiny"] as const)("reads %s as it was meant", async (name) => {
    const { config, weights, tokenizer } = await loadModelFolder(join(fixtures, name));
    const oracle = readOracle(name);
    expect(config).toEqual(oracle.config);
    expect(tokenizer).toBeUndefined();
    expect([...weights.keys()].sort()).toEqual([...oracle.weights.keys()].sort());
    for (const [tensor, values] of oracle.weights) expect(weights.get(tensor)).toEqual(values);
  });

  test("reads shards through their index", async () => {
    const whole = await readSafetensors(join(fixtures, "qwen2-tiny", "model.safetensors"));
    const directory = await mkdtemp(join(folder, "shards-"));
    await writeFile(join(directory, "config.json"), await readFile(join(fixtures, "qwen2-tiny", "config.json")));
    const names = [...whole.tensors.keys()];
    const fileOf = (index: number): string => `model-0000${(index % 3) + 1}-of-00003.safetensors`;
    for (const shard of [0, 1, 2]) {
      const part = new Map([...whole.tensors].filter((_, index) => index % 3 === shard));
      await writeSafetensors(join(directory, fileOf(shard)), part, { format: "pt" });
    }
    const index = { metadata: { total_size: 1 }, weight_map: Object.fromEntries(names.map((name, place) => [name, fileOf(place)])) };
    await writeFile(join(directory, "model.safetensors.index.json"), JSON.stringify(index));

    const { weights } = await loadModelFolder(directory);
    expect(new Map(weights)).toEqual(readOracle("qwen2-tiny").weights);

    index.weight_map["model.norm.weight"] = fileOf(names.indexOf("model.norm.weight") + 1);
    await writeFile(join(directory, "model.safetensors.index.json"), JSON.stringify(index));
    await expect(loadModelFolder(directory)).rejects.toMatchObject({
      code: "invalid-file",
      message: /lacks the tensor "model.norm.weight"/,
    });
    index.weight_map["model.norm.weight"] = "../elsewhere.safetensors";
    await writeFile(join(directory, "model.safetensors.index.json"), JSON.stringify(index));
    await expect(loadModelFolder(directory)).rejects.toMatchObject({ code: "invalid-file", message: /elsewhere/ });
  });

  test.each<[string, Record<string, unknown>, string, RegExp]>([
    ["another architecture", { architectures: ["GPT2LMHeadModel"] }, "unsupported", /GPT2LMHeadModel/],
    ["another activation", { hidden_act: "gelu" }, "unsupported", /hidden_act is "gelu"/],
    ["a sliding window", { use_sliding_window: true }, "unsupported", /use_sliding_window/],
    [
      "a layer with a sliding window",
      { layer_types: ["full_attention", "sliding_attention"] },
      "unsupported",
      /layer_types names "sliding_attention"/,
    ],
    ["positions on a part of each head", { partial_rotary_factor: 0.5 }, "unsupported", /partial_rotary_factor is 0.5/],
    ["other rope scaling", { rope_scaling: { type: "yarn", factor: 2 } }, "unsupported", /"yarn"/],
    ["a missing size", { hidden_size: undefined }, "invalid-file", /config.json: hidden_size is missing/],
    ["a size in words", { num_hidden_layers: "3" }, "invalid-file", /num_hidden_layers is "3", expected a positive number/],
    ["heads that don't divide", { num_key_value_heads: 3 }, "invalid-file", /4 attention heads don't divide among 3/],
    [
      "heads that don't share the hidden size",
      { head_dim: undefined, num_attention_heads: 6 },
      "invalid-file",
      /config.json: hidden_size 64 doesn't divide among 6 attention heads \(num_attention_heads\), and there is no head_dim/,
    ],
    [
      "a layer too many",
      { num_hidden_layers: 4 },
      "invalid-file",
      /lack the tensor "model.layers.3.input_layernorm.weight", expected \[64\]/,
    ],
    [
      "a layer too few",
      { num_hidden_layers: 2 },
      "invalid-file",
      /model.safetensors: the config has no place for the tensor "model.layers.2/,
    ],
    ["an untied head", { tie_word_embeddings: false }, "invalid-file", /lack the tensor "lm_head.weight", expected \[320, 64\]/],
    ["another vocabulary", { vocab_size: 321 }, "invalid-file", /"model.embed_tokens.weight" has shape \[320, 64\], expected \[321, 64\]/],
  ])("refuses %s", async (_, changes, code, message) => {
    await expect(loadModelFolder(await withConfig("qwen2-tiny", changes))).rejects.toMatchObject({ code, message });
  });

  test("understands the newer way to write rotary parameters", () => {
    const parameters = {
      rope_type: "llama3",
      rope_theta: 5e5,
      factor: 32,
      low_freq_factor: 1,
      high_freq_factor: 4,
      original_max_position_embeddings: 8192,
    };
    const { rope_theta: _, rope_scaling: __, ...old } = formatModelConfig(readOracle("llama-tiny").config, { storage: "float32" });
    expect(parseModelConfig({ ...old, rope_parameters: parameters })).toEqual(readOracle("llama-tiny").config);
  });

  test("names the directory that has no weights", async () => {
    const directory = await withConfig("qwen2-tiny", {});
    await rm(join(directory, "model.safetensors"));
    await expect(loadModelFolder(directory)).rejects.toMatchObject({ code: "missing-file", message: /neither model.safetensors nor/ });
  });
});

describe("saving", () => {
  const tokenizer = createTokenizer(trainTokenizer({ texts: ["a=b+c", "a=b"], vocabularySize: 300 }));

  test.each(["float32", "bfloat16"] as const)("gives the same bytes after loading (%s)", async (storage) => {
    const [first, second] = [join(folder, `${storage}-1`), join(folder, "deep", `${storage}-2`)];
    await saveModelFolder(first, { config: qwen3, weights: initializeDecoder(qwen3, 7), tokenizer }, { storage });
    const loaded = await loadModelFolder(first);
    await saveModelFolder(second, loaded, { storage });

    expect(loaded.config).toEqual(qwen3);
    expect(Object.keys(await bytesOf(first))).toEqual(["config.json", "model.safetensors", "tokenizer.json", "tokenizer_config.json"]);
    expect(await bytesOf(second)).toEqual(await bytesOf(first));
    expect((await readFile(join(first, "model.safetensors"))).length).toBeLessThan(
      (storage === "float32" ? 4.3 : 2.3) * parameterCount(qwen3),
    );
  });

  test.each(["qwen2-tiny", "llama-tiny"] as const)("keeps %s", async (name) => {
    const loaded = await loadModelFolder(join(fixtures, name));
    await saveModelFolder(join(folder, name), loaded);
    expect(await loadModelFolder(join(folder, name))).toEqual(loaded);
  });

  test("gives back what transformers wrote, byte for byte: shards, index, types, and files that are not about the decoder", async () => {
    const original = join(fixtures, "qwen3-sharded-bfloat16");
    const loaded = await loadModelFolder(original);
    await saveModelFolder(join(folder, "shards-again"), loaded);
    const { "oracle.json": _, ...expected } = await bytesOf(original);
    expect(await bytesOf(join(folder, "shards-again"))).toEqual(expected);
  });

  test("changes the type of a loaded model where asked, and says so in its config", async () => {
    const loaded = await loadModelFolder(join(fixtures, "qwen3-sharded-bfloat16"));
    await saveModelFolder(join(folder, "wide"), loaded, { storage: "float32" });
    const wide = await loadModelFolder(join(folder, "wide"));
    expect(wide.weights).toEqual(loaded.weights);
    const { dtype, ...rest } = JSON.parse(await readFile(join(folder, "wide", "config.json"), "utf8"));
    const { dtype: before, ...others } = JSON.parse(await readFile(join(fixtures, "qwen3-sharded-bfloat16", "config.json"), "utf8"));
    expect([before, dtype]).toEqual(["bfloat16", "float32"]);
    expect(rest).toEqual(others);
    await saveModelFolder(join(folder, "narrow"), wide, { storage: "bfloat16" });
    expect((await loadModelFolder(join(folder, "narrow"))).weights).toEqual(loaded.weights);
  });

  test("splits weights into files of a given size, none of them larger", async () => {
    const weights = initializeDecoder(qwen3, 3);
    const directory = join(folder, "small-files");
    await saveModelFolder(directory, { config: qwen3, weights }, { shardBytes: 20_000, storage: "float16" });
    const files = (await readdir(directory)).filter((name) => name.endsWith(".safetensors"));
    expect(files.length).toBeGreaterThan(1);
    for (const name of files) {
      const { tensors } = await readSafetensors(join(directory, name));
      const bytes = [...tensors.values()].reduce((total, { data }) => total + 2 * data.length, 0);
      expect(bytes <= 20_000 || tensors.size === 1, name).toBe(true);
    }
    const { metadata } = JSON.parse(await readFile(join(directory, "model.safetensors.index.json"), "utf8"));
    expect(metadata).toEqual({ total_parameters: parameterCount(qwen3), total_size: 2 * parameterCount(qwen3) });
    const loaded = await loadModelFolder(directory);
    expect([...loaded.weights.keys()]).toEqual([...weights.keys()]);
  });

  test.each<[string, Partial<DecoderConfig>]>([
    ["llama with biases everywhere", { architecture: "llama", queryKeyNorm: false, attentionBias: true, outputBias: true, mlpBias: true }],
    ["qwen3 with attention biases", { attentionBias: true, outputBias: true }],
    ["qwen2, untied", { architecture: "qwen2", queryKeyNorm: false, attentionBias: true, tieEmbeddings: false }],
    [
      "llama with scaled positions",
      {
        architecture: "llama",
        queryKeyNorm: false,
        ropeScaling: { kind: "llama3", factor: 8, lowFrequencyFactor: 1, highFrequencyFactor: 4, originalMaximumLength: 64 },
      },
    ],
  ])("keeps %s", async (name, changes) => {
    const config = { ...qwen3, ...changes };
    const directory = join(folder, name);
    await saveModelFolder(directory, { config, weights: initializeDecoder(config, 5) });
    const loaded = await loadModelFolder(directory);
    expect(loaded.config).toEqual(config);
    expect(loaded.weights).toEqual(initializeDecoder(config, 5));
  });

  test("replaces an older folder whole", async () => {
    const directory = join(folder, "replaced");
    await saveModelFolder(directory, { config: qwen3, weights: initializeDecoder(qwen3, 1), tokenizer });
    await saveModelFolder(directory, { config: qwen3, weights: initializeDecoder(qwen3, 2) });
    expect(await readdir(directory)).toEqual(["config.json", "model.safetensors"]);
    expect((await loadModelFolder(directory)).weights).toEqual(initializeDecoder(qwen3, 2));
  });

  test("leaves the older folder where the new model doesn't fit", async () => {
    const directory = join(folder, "kept");
    await saveModelFolder(directory, { config: qwen3, weights: initializeDecoder(qwen3, 1) });
    const before = await bytesOf(directory);
    const weights = initializeDecoder(qwen3, 2);
    weights.set("model.norm.weight", new Float32Array(3));
    await expect(saveModelFolder(directory, { config: qwen3, weights })).rejects.toMatchObject({
      code: "shape-mismatch",
      message: /"model.norm.weight" has 3/,
    });
    weights.delete("model.norm.weight");
    await expect(saveModelFolder(directory, { config: qwen3, weights })).rejects.toMatchObject({
      message: /lack model.norm.weight \[32\]/,
    });
    await expect(saveModelFolder(directory, { config: { ...qwen3, architecture: "llama" }, weights })).rejects.toMatchObject({
      code: "unsupported",
    });
    expect(await bytesOf(directory)).toEqual(before);
    expect((await readdir(folder)).filter((name) => name.endsWith(".partial"))).toEqual([]);
  });
});

function parameterCount(config: DecoderConfig): number {
  return decoderParameters(config).reduce((total, { shape }) => total + shape.reduce((product, size) => product * size, 1), 0);
}
