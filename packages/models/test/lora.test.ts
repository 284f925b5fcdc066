import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, test } from "vitest";
import {
  type DecoderConfig,
  initializeDecoder,
  initializeLora,
  LocalPolicy,
  LocalSampler,
  loadLoraFolder,
  loadModelFolder,
  loraParameters,
  mergeLora,
  resolveLora,
  saveLoraFolder,
  unmergeLora,
} from "../src/index.js";
import { readOracle } from "./support/oracle.js";
import { supervisedLoss } from "./support/oracle-losses.js";

const fixtures = new URL("./fixtures/", import.meta.url).pathname;
const peft = join(fixtures, "llama-tiny-peft");
const folder = await mkdtemp(join(tmpdir(), "lora-"));
afterAll(() => rm(folder, { recursive: true }));

const base = await loadModelFolder(join(fixtures, "llama-tiny"));
const { lora, adapters } = await loadLoraFolder(peft, base.config);
const reference: {
  loss: number;
  token_logps: number[][];
  grads: Record<string, { l2: number; values: number[] }>;
  merged: Record<string, number[]>;
} = JSON.parse(await readFile(join(peft, "oracle.json"), "utf8"));
const oracle = readOracle("llama-tiny");

function adapted(more: ConstructorParameters<typeof LocalPolicy>[2] = {}): LocalPolicy {
  return new LocalPolicy(base.config, base.weights, { lora: { ...lora, weights: adapters }, ...more });
}

function largestDifference(found: ArrayLike<number>, expected: ArrayLike<number>): number {
  return Math.max(...Array.from(expected, (value, index) => Math.abs((found[index] ?? Number.NaN) - value)));
}

describe.each([false, true])("adapters that PEFT wrote, with activations computed again: %s", (activationCheckpointing) => {
  test("give PEFT's log-probabilities", async () => {
    const policy = adapted({ activationCheckpointing });
    const batch = oracle.file.sequences.map(({ input_ids: ids }) => ({
      promptIds: Int32Array.from(ids.slice(0, 1)),
      completionIds: Int32Array.from(ids.slice(1)),
    }));
    for (const [index, { logProbabilities }] of (await policy.logProbabilities(batch)).entries()) {
      expect(largestDifference(logProbabilities, reference.token_logps[index] ?? [])).toBeLessThan(3e-5);
    }
    await policy.dispose();
  });

  test("give PEFT's loss and gradients, and no others", async () => {
    const policy = adapted({ activationCheckpointing });
    const { loss } = await policy.forwardBackward(oracle.rows, supervisedLoss(oracle.masks));
    expect(Math.abs(loss - reference.loss)).toBeLessThan(1e-5);
    expect([...policy.gradient.keys()].sort()).toEqual(Object.keys(reference.grads).sort());
    for (const [name, { l2, values }] of Object.entries(reference.grads)) {
      const data = policy.gradient.get(name)?.data as Float32Array;
      const largest = data.reduce((most, value) => Math.max(most, Math.abs(value)), 0);
      expect(Math.abs(Math.sqrt(data.reduce((sum, value) => sum + value * value, 0)) - l2), name).toBeLessThan(1e-4 * l2);
      expect(largestDifference(data, values), name).toBeLessThan(1e-4 * largest);
    }
    await policy.dispose();
  });
});

describe("merging", () => {
  test("gives PEFT's merged weights, and the adapted model's log-probabilities", async () => {
    const merged = mergeLora(base.config, base.weights, lora, adapters);
    for (const [name, values] of Object.entries(reference.merged)) {
      expect(largestDifference(merged.get(name) ?? [], values), name).toBeLessThan(1e-7);
    }
    const [one, other] = [adapted(), new LocalPolicy(base.config, merged)];
    const [left, right] = [await one.logProbabilities(oracle.rows), await other.logProbabilities(oracle.rows)];
    for (const [index, { logProbabilities }] of left.entries()) {
      expect(largestDifference(logProbabilities, right[index]?.logProbabilities ?? [])).toBeLessThan(1e-5);
    }
    expect(adapted().mergedWeights()).toEqual(merged);
  });

  test("is undone by unmerging, to float32's rounding; what has no adapter is shared", () => {
    const merged = mergeLora(base.config, base.weights, lora, adapters);
    const again = unmergeLora(base.config, merged, lora, adapters);
    for (const [name, data] of base.weights) expect(largestDifference(again.get(name) ?? [], data), name).toBeLessThan(1e-6);
    expect(merged.get("model.embed_tokens.weight")).toBe(base.weights.get("model.embed_tokens.weight"));
    expect(merged.get("model.layers.0.self_attn.q_proj.weight")).not.toEqual(base.weights.get("model.layers.0.self_attn.q_proj.weight"));
  });
});

describe("PEFT's files", () => {
  test("come back with the same tensor bytes", async () => {
    const directory = join(folder, "again");
    await saveLoraFolder(directory, base.config, { lora, adapters }, "llama-tiny");
    const [before, after] = await Promise.all([peft, directory].map((each) => readFile(join(each, "adapter_model.safetensors"))));
    expect(after).toEqual(before);
    expect(await loadLoraFolder(directory, base.config)).toEqual({ lora, adapters });
  });

  test.each<[string, Record<string, unknown>, string, RegExp]>([
    ["another method", { peft_type: "IA3" }, "unsupported", /peft_type is "IA3"/],
    ["DoRA", { use_dora: true }, "unsupported", /use_dora is true/],
    ["ranks by module", { rank_pattern: { q_proj: 2 } }, "unsupported", /rank_pattern is {"q_proj":2}/],
    ["other modules", { target_modules: ["q_proj", "lm_head"] }, "unsupported", /target_modules is \["q_proj","lm_head"\]/],
    ["another rank", { r: 8 }, "invalid-file", /lora_A.weight" is F32 \[4, 64\], expected floats \[8, 64\]/],
    ["more targets", { target_modules: ["q_proj", "v_proj", "down_proj", "o_proj"] }, "invalid-file", /lacks the tensor .*o_proj.lora_A/],
    ["fewer targets", { target_modules: ["q_proj", "v_proj"] }, "invalid-file", /has no place for the tensor .*down_proj/],
  ])("are refused for %s", async (name, changes, code, message) => {
    const directory = join(folder, name);
    await saveLoraFolder(directory, base.config, { lora, adapters });
    const json = JSON.parse(await readFile(join(peft, "adapter_config.json"), "utf8"));
    await writeFile(join(directory, "adapter_config.json"), JSON.stringify({ ...json, ...changes }));
    await expect(loadLoraFolder(directory, base.config)).rejects.toMatchObject({ code, message });
  });
});

describe("training adapters", () => {
  const step = { learningRate: 1e-2 };

  test("starts at the base model, changes the adapters alone, and learns", async () => {
    const policy = new LocalPolicy(base.config, base.weights, { lora: { rank: 4, seed: 1 } });
    const plain = new LocalPolicy(base.config, base.weights);
    expect(await policy.logProbabilities(oracle.rows)).toEqual(await plain.logProbabilities(oracle.rows));
    const loss = supervisedLoss(oracle.masks);
    const { loss: first } = await policy.forwardBackward(oracle.rows, loss);
    for (let taken = 0; taken < 5; taken++) {
      if (taken > 0) await policy.forwardBackward(oracle.rows, loss);
      await policy.optimizerStep(step);
    }
    expect(loss.evaluate(await policy.logProbabilities(oracle.rows)).loss).toBeLessThan(first - 0.5);
    for (const [name, data] of base.weights) expect(policy.weights.tensors.get(name)?.data, name).toEqual(data);
  });

  test.each(["inputs", "initializers"] as const)("samples what the trainer scores, after a step too (%s)", async (weightPlacement) => {
    const tokenizer = {
      ...{ vocabularySize: 320, endOfSequenceId: -1, padId: 0, encode: () => new Int32Array(0), decode: () => "" },
      encodeWithOffsets: () => ({ ids: new Int32Array(0), offsets: new Int32Array(1) }),
    };
    const policy = adapted({ createSampler: (weights) => new LocalSampler(weights, { tokenizer, weightPlacement }) });
    const requests = oracle.rows.map(({ promptIds }, seed) => ({ promptIds, count: 3, seed }));
    for (let round = 0; round < 2; round++) {
      const rollouts = await policy.sampler.sample(requests, { maxTokens: 12 });
      for (const [index, { logProbabilities }] of (await policy.logProbabilities(rollouts)).entries()) {
        expect(largestDifference(rollouts[index]?.logProbabilities ?? [], logProbabilities)).toBeLessThan(1e-5);
      }
      await policy.forwardBackward(oracle.rows, supervisedLoss(oracle.masks));
      await policy.optimizerStep(step);
    }
  });

  test.each([false, true])(
    "goes on from a checkpoint to the same bytes, with dropout (layer by layer: %s)",
    async (activationCheckpointing) => {
      const options = { lora: { rank: 4, dropout: 0.3, seed: 5 }, activationCheckpointing };
      const loss = supervisedLoss(oracle.masks);
      const train = async (policy: LocalPolicy, steps: number): Promise<void> => {
        for (let taken = 0; taken < steps; taken++) {
          await policy.forwardBackward(oracle.rows, loss);
          await policy.optimizerStep(step);
        }
      };
      const [through, halted, resumed] = [0, 1, 2].map(() => new LocalPolicy(base.config, base.weights, options)) as [
        LocalPolicy,
        LocalPolicy,
        LocalPolicy,
      ];
      await train(through, 4);
      await train(halted, 2);
      const directory = join(folder, `checkpoint-${activationCheckpointing}`);
      await halted.save(directory);
      await resumed.load(directory);
      await train(resumed, 2);
      expect(resumed.adapters()).toEqual(through.adapters());
      expect(resumed.version).toBe(4);
    },
  );
});

describe("dropout", () => {
  const small: DecoderConfig = {
    ...{ architecture: "llama", vocabularySize: 40, hiddenSize: 16, layers: 2, heads: 2, keyValueHeads: 1, headDimension: 8 },
    ...{ intermediateSize: 24, ropeTheta: 1e4, normEpsilon: 1e-6, queryKeyNorm: false, attentionBias: false, tieEmbeddings: true },
    maximumLength: 64,
  };
  const rows = [3, 9, 6].map((length, row) => ({
    promptIds: Int32Array.of(1, 2 + row),
    completionIds: Int32Array.from({ length }, (_, index) => (7 * index + row) % 40),
  }));
  const loss = supervisedLoss(rows.map(({ completionIds }) => Array.from(completionIds, () => 1)));
  const weights = initializeDecoder(small, 1, { standardDeviation: 0.3 });
  const config = resolveLora({ rank: 2 });
  const factors = new Map(
    [...initializeLora(small, config, 2)].map(([name, data]) => [name, data.map((value, index) => value || Math.sin(index))]),
  );
  const make = (dropout: number, tokensPerRun = 1024, activationCheckpointing = false): LocalPolicy =>
    new LocalPolicy(small, weights, { lora: { ...config, dropout, weights: factors, seed: 3 }, tokensPerRun, activationCheckpointing });

  test("is the same in both passes, however a batch is split and whichever way it runs; scoring has none", async () => {
    const plain = await make(0).logProbabilities(rows);
    const losses: number[] = [];
    const gradients: Float32Array[] = [];
    for (const policy of [make(0.4), make(0.4, 16), make(0.4, 1024, true), make(0.4, 16, true)]) {
      for (const [row, { logProbabilities }] of (await policy.logProbabilities(rows)).entries()) {
        expect(largestDifference(logProbabilities, plain[row]?.logProbabilities ?? [])).toBeLessThan(1e-5);
      }
      losses.push((await policy.forwardBackward(rows, loss)).loss);
      gradients.push(policy.gradient.get("model.layers.0.self_attn.q_proj.lora_A.weight")?.data as Float32Array);
      // a loss that needs log-probabilities first sees those of the very pass that is differentiated
      const second = make(0.4, 1024);
      const dependent = await second.forwardBackward(rows, { ...loss, derivative: "dependent" });
      expect(Math.abs(dependent.loss - (losses[0] as number))).toBeLessThan(1e-5);
    }
    for (const [index, value] of losses.entries()) {
      expect(Math.abs(value - (losses[0] as number))).toBeLessThan(1e-5);
      expect(largestDifference(gradients[index] ?? [], gradients[0] ?? [])).toBeLessThan(1e-5);
    }
    expect(Math.abs((losses[0] as number) - loss.evaluate(plain).loss)).toBeGreaterThan(1e-3);
  });

  test("drops other elements in the next pass and after the next step", async () => {
    const policy = make(0.4);
    const seen = new Set<number>();
    for (let pass = 0; pass < 4; pass++) {
      seen.add((await policy.forwardBackward(rows, loss)).loss);
      if (pass === 1) await policy.optimizerStep({ learningRate: 0 });
    }
    expect(seen.size).toBe(4);
  });

  test("leaves the expected log-probability of a linear model: masks have mean 1", async () => {
    const policy = make(0.25);
    const total = { count: 0, sum: 0 };
    const { Dropout } = await import("../src/internal/policy/dropout.js");
    const { planMicroBatches } = await import("../src/internal/policy/micro-batches.js");
    const dropout = new Dropout(small, { ...config, dropout: 0.25 }, 1, "pass");
    const [batch] = planMicroBatches(rows, [0, 1, 2], small, 1024);
    for (const { data } of Object.values(dropout.feeds(batch as NonNullable<typeof batch>)) as { data: Float32Array }[]) {
      const used = data.subarray(0, 3 * 16 * (data.length / (batch?.tokenIds.length ?? 1)));
      total.count += used.length;
      total.sum += used.reduce((sum, value) => sum + value, 0);
      expect(new Set(used)).toEqual(new Set([0, Math.fround(4 / 3)]));
    }
    expect(total.sum / total.count).toBeCloseTo(1, 1);
    await policy.dispose();
  });
});

describe("frozen parameters", () => {
  test("take no gradient and stay as they are; the others get the gradient they always get", async () => {
    const frozen = ["model.embed_tokens.weight", "model.layers.0.*", "model.layers.1.self_attn.k_proj.weight"];
    const all = new LocalPolicy(base.config, base.weights);
    await all.forwardBackward(oracle.rows, supervisedLoss(oracle.masks));
    for (const activationCheckpointing of [false, true]) {
      const policy = new LocalPolicy(base.config, base.weights, { frozen, activationCheckpointing });
      await policy.forwardBackward(oracle.rows, supervisedLoss(oracle.masks));
      expect([...policy.gradient.keys()].some((name) => name.startsWith("model.layers.0.") || name.includes("embed"))).toBe(false);
      expect(policy.gradient.size).toBe(all.gradient.size - 1 - 9 - 1);
      for (const [name, { data }] of policy.gradient) {
        const expected = all.gradient.get(name)?.data as Float32Array;
        const largest = expected.reduce((most, value) => Math.max(most, Math.abs(value)), 0);
        expect(largestDifference(data as Float32Array, expected), name).toBeLessThan(1e-5 * largest);
      }
      await policy.optimizerStep({ learningRate: 0.1 });
      for (const [name, { data }] of policy.weights.tensors) {
        const held = !policy.gradient.has(name);
        expect(
          Buffer.from((data as Float32Array).buffer).equals(Buffer.from((base.weights.get(name) as Float32Array).slice().buffer)),
          name,
        ).toBe(held);
      }
    }
  });

  test("are named rightly, and not all of them", () => {
    const make = (frozen: string[]) => (): LocalPolicy => new LocalPolicy(base.config, base.weights, { frozen });
    expect(make(["model.layers.7.*"])).toThrow(/frozen names "model.layers.7.\*", which the model doesn't have/);
    expect(make(["*"])).toThrow(/every parameter is frozen/);
    expect(() => resolveLora({ targets: [] })).toThrow(/targets/);
    expect(() => resolveLora({ rank: 0.5 })).toThrow(/rank/);
    expect(loraParameters(base.config, resolveLora({ targets: ["v_proj"], rank: 3 })).map(({ shape }) => shape)[1]).toEqual([32, 3]);
  });
});
