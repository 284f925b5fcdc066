import { mkdtempSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createOnnxRuntime, describeProvider, type ProviderName, requireProvider } from "@bridge-rl/runtime-onnx";
import { createReferenceRuntime } from "@bridge-rl/runtime-reference";
import { BridgeError, createRandom, type Loss, type Policy, type Runtime, type SampleRequest, type Tokenizer } from "@bridge-rl/spec";
import type { Graph } from "@bridge-rl/tensor";
import { describe, expect, test } from "vitest";
import {
  createDevicePolicy,
  type DecoderConfig,
  type DevicePolicy,
  type DevicePolicyOptions,
  DeviceSampler,
  initializeDecoder,
  LocalPolicy,
  LocalSampler,
} from "../src/index.js";

/**
 * A model on a provider, by default the interpreter's and, where there is a driver, WebGPU's. `BRIDGE_PROVIDER=cuda pnpm exec vitest run --project
 * models test/device-policy` runs it elsewhere; a provider without device memory runs `LocalPolicy`.
 */
const asked = process.env.BRIDGE_PROVIDER as ProviderName | undefined;

const tiny: DecoderConfig = {
  ...{ architecture: "qwen3", vocabularySize: 40, hiddenSize: 32, layers: 2, heads: 4, keyValueHeads: 2, headDimension: 8 },
  ...{ intermediateSize: 48, ropeTheta: 1e4, normEpsilon: 1e-6, queryKeyNorm: true, attentionBias: false, tieEmbeddings: true },
  maximumLength: 256,
};
const untied: DecoderConfig = { ...tiny, architecture: "qwen2", queryKeyNorm: false, attentionBias: true, tieEmbeddings: false };

const characters: Tokenizer = {
  vocabularySize: 40,
  endOfSequenceId: 2,
  padId: 0,
  encode: (text) => Int32Array.from(text, (character) => character.charCodeAt(0) - 0x100),
  decode: (ids) => String.fromCharCode(...Array.from(ids, (id) => 0x100 + id)),
  encodeWithOffsets: () => {
    throw new Error("not needed here");
  },
};

const sources: { name: string; make: () => Runtime<Graph>; steps: number; reason?: string }[] = [
  ...(asked === undefined ? [{ name: "reference", make: createReferenceRuntime, steps: 4 }] : []),
  await providerSource(asked ?? "webgpu"),
];

async function providerSource(provider: ProviderName): Promise<(typeof sources)[number]> {
  const make = (): Runtime<Graph> => createOnnxRuntime({ provider });
  try {
    await requireProvider(provider);
    return { name: provider, make, steps: 20 };
  } catch (error) {
    if (asked === undefined && BridgeError.isInstance(error) && error.code === "missing-dependency") {
      return { name: provider, make, steps: 20, reason: error.message };
    }
    throw error;
  }
}

/** Sequences of ids that mean nothing, of several lengths. */
const rows = (() => {
  const random = createRandom(7, "rows");
  return Array.from({ length: 5 }, (_, row) => ({
    promptIds: Int32Array.from({ length: 3 + row }, () => random.integer(3, 39)),
    completionIds: Int32Array.from({ length: 4 + 3 * row }, () => random.integer(3, 39)),
  }));
})();

/** −mean log p. */
const supervised: Loss = {
  derivative: "constant",
  evaluate: (batch) => {
    const count = batch.reduce((total, { logProbabilities }) => total + logProbabilities.length, 0);
    return {
      loss: -batch.reduce((total, row) => total + row.logProbabilities.reduce((sum, value) => sum + value, 0), 0) / count,
      gradients: batch.map(({ logProbabilities }) => new Float32Array(logProbabilities.length).fill(-1 / count)),
      metrics: {},
    };
  },
};

/** A policy-gradient surrogate whose derivative depends on the log-probabilities, and an entropy bonus. */
const surrogate: Loss = {
  derivative: "dependent",
  usesEntropies: true,
  evaluate: (batch) => ({
    loss: batch.reduce(
      (total, row, index) => total + row.logProbabilities.reduce((sum, value) => sum - (index - 2) * Math.exp(value), 0),
      0,
    ),
    gradients: batch.map(({ logProbabilities }, index) => logProbabilities.map((value) => -(index - 2) * Math.exp(value))),
    entropyGradients: batch.map(({ logProbabilities }) => new Float32Array(logProbabilities.length).fill(-0.01)),
    metrics: {},
  }),
};

/** An entropy bonus on known log-probabilities: `entropyDerivative` says whether one pass will do. */
function bonus(entropyDerivative: "constant" | "dependent"): Loss {
  return {
    ...surrogate,
    entropyDerivative,
    evaluate: (batch) => {
      const mean =
        batch.reduce((total, { entropies = new Float32Array(0) }) => total + entropies.reduce((sum, value) => sum + value, 0), 0) / 50;
      const result = surrogate.evaluate(batch);
      return { ...result, loss: result.loss - 0.5 * mean, metrics: { entropy: mean } };
    },
  };
}

type Made = Policy & { weights: DevicePolicy["weights"] | LocalPolicy["weights"] };

describe.each(sources)("a policy on $name", ({ name, make, steps, reason }) => {
  const onDevice = name === "reference" || describeProvider(name as ProviderName).residency === "device";
  const run = reason === undefined ? test : test.skip;

  async function makePolicy(config: DecoderConfig, options: Omit<DevicePolicyOptions, "runtime"> = {}): Promise<Made> {
    const weights = initializeDecoder(config, 1, { standardDeviation: 0.3 });
    const runtime = make();
    if (onDevice) {
      const createSampler: DevicePolicyOptions["createSampler"] = (current) =>
        new DeviceSampler(current, { tokenizer: characters, batchSize: 6 });
      return createDevicePolicy(config, weights, { runtime, createSampler, ...options });
    }
    return new LocalPolicy(config, weights, {
      runtime,
      createSampler: (current) => new LocalSampler(current, { tokenizer: characters, runtime }),
    });
  }

  function local(config: DecoderConfig): LocalPolicy {
    return new LocalPolicy(config, initializeDecoder(config, 1, { standardDeviation: 0.3 }), {
      createSampler: (current) => new LocalSampler(current, { tokenizer: characters, batchSize: 6 }),
    });
  }

  run("takes one pass for an entropy bonus where log-probabilities are known, and gives what two do", async () => {
    const policy = await makePolicy(tiny);
    const knownLogProbabilities = (await policy.logProbabilities(rows)).map(({ logProbabilities }) => logProbabilities);
    const one = await policy.forwardBackward(rows, bonus("constant"), { knownLogProbabilities });
    const { norm } = await policy.storeGradient("one");
    const two = await policy.forwardBackward(rows, bonus("dependent"), { knownLogProbabilities });

    expect(one.metrics.entropy).toBeGreaterThan(1);
    expect(one.loss).toBeCloseTo(two.loss, 5);
    expect(one.metrics.entropy).toBeCloseTo(two.metrics.entropy as number, 5);
    expect((await policy.storeGradient("two")).norm / norm).toBeCloseTo(1, 5);
    await policy.dispose();
  });

  run.each([
    ["tied", tiny],
    ["untied, in runs of 32 tokens", untied],
  ] as const)(`gives the CPU's losses and norms over its steps, %s`, async (_, config) => {
    const [policy, cpu] = [await makePolicy(config, config.tieEmbeddings ? {} : { tokensPerRun: 32 }), local(config)];
    const count = config.tieEmbeddings ? steps : Math.min(steps, 6);
    for (let step = 0; step < count; step++) {
      const settings = { learningRate: 3e-4, weightDecay: 0.01, maxGradientNorm: step % 2 };
      const loss = step % 5 === 4 ? surrogate : supervised;
      const [found, expected] = [await policy.forwardBackward(rows, loss), await cpu.forwardBackward(rows, loss)];
      expect(Math.abs(found.loss - expected.loss), `loss of step ${step}`).toBeLessThan(1e-4);
      const [{ gradientNorm }, { gradientNorm: norm }] = [await policy.optimizerStep(settings), await cpu.optimizerStep(settings)];
      expect(Math.abs(gradientNorm / norm - 1), `norm of step ${step}`).toBeLessThan(1e-3);
    }
    expect(policy.version).toBe(count);
    await policy.dispose();
    await cpu.dispose();
  });

  run("trains adapters as LocalPolicy does, dropping the same where it drops, samples with them, and leaves the rest alone", async () => {
    const lora = { rank: 3, seed: 5, dropout: 0.2 };
    const weights = initializeDecoder(tiny, 1, { standardDeviation: 0.3 });
    if (!onDevice) return; // LocalPolicy is what it would be compared with
    const policy = await createDevicePolicy(tiny, weights, {
      runtime: make(),
      lora,
      createSampler: (current) => new DeviceSampler(current, { tokenizer: characters }),
    });
    const cpu = new LocalPolicy(tiny, weights, { lora });
    for (let step = 0; step < 3; step++) {
      const loss = step === 1 ? surrogate : supervised;
      const [found, expected] = [await policy.forwardBackward(rows, loss), await cpu.forwardBackward(rows, loss)];
      expect(Math.abs(found.loss - expected.loss)).toBeLessThan(1e-4);
      const [{ gradientNorm }, { gradientNorm: norm }] = [
        await policy.optimizerStep({ learningRate: 1e-2 }),
        await cpu.optimizerStep({ learningRate: 1e-2 }),
      ];
      expect(Math.abs(gradientNorm / norm - 1)).toBeLessThan(1e-3);
    }
    const after = await policy.weights();
    for (const [name, data] of weights) expect(after.get(name), name).toEqual(data);
    const [merged, expected] = [await policy.mergedWeights(), cpu.mergedWeights()];
    for (const [name, data] of expected) {
      data.forEach((value, index) => {
        expect(Math.abs(value - (merged.get(name)?.[index] ?? 9)), name).toBeLessThan(1e-3);
      });
    }
    expect([...(await policy.adapters()).keys()]).toEqual([...cpu.adapters().keys()]);
    const rollouts = await policy.sampler.sample([{ promptIds: Int32Array.of(5, 6, 7), count: 3, seed: 1 }], { maxTokens: 12 });
    const scored = await policy.logProbabilities(rollouts);
    for (const [index, { logProbabilities }] of rollouts.entries()) {
      logProbabilities.forEach((value, token) => {
        expect(Math.abs(value - (scored[index]?.logProbabilities[token] ?? 9))).toBeLessThan(1e-5);
      });
    }
    await policy.dispose();
    await cpu.dispose();
  });

  run("sampler and trainer agree to 1e-5, whatever the batch", async () => {
    const policy = await makePolicy(tiny);
    const random = createRandom(3, "requests");
    const requests: SampleRequest[] = Array.from({ length: 4 }, (_, seed) => ({
      promptIds: Int32Array.from({ length: random.integer(1, 20) }, () => random.integer(3, 39)),
      count: 1 + (seed % 3),
      seed,
    }));
    for (const options of [
      { temperature: 0.8, maxTokens: 24 },
      { temperature: 0, maxTokens: 24 },
    ]) {
      const rollouts = await policy.sampler.sample(requests, { ...options, promptLogProbabilities: options.temperature > 0 });
      const scored = await policy.logProbabilities(rollouts, { temperature: options.temperature || 1 });
      for (const [index, { logProbabilities }] of rollouts.entries()) {
        logProbabilities.forEach((value, token) => {
          expect(Math.abs(value - (scored[index]?.logProbabilities[token] ?? Number.NaN)), `rollout ${index}, token ${token}`).toBeLessThan(
            1e-5,
          );
        });
      }
      // the same draws from the same streams: what LocalSampler samples on the CPU
      const cpu = local(tiny);
      const expected = await cpu.sampler.sample(requests, { ...options, promptLogProbabilities: options.temperature > 0 });
      expect(rollouts.map(({ completionIds }) => [...completionIds])).toEqual(expected.map(({ completionIds }) => [...completionIds]));
      expect(rollouts.map(({ finishReason, text }) => [finishReason, text])).toEqual(
        expected.map(({ finishReason, text }) => [finishReason, text]),
      );
      for (const [index, { promptLogProbabilities }] of rollouts.entries()) {
        promptLogProbabilities?.forEach((value, token) => {
          expect(Math.abs(value - (expected[index]?.promptLogProbabilities?.[token] ?? Number.NaN))).toBeLessThan(1e-5);
        });
      }
      await cpu.dispose();
    }
    await policy.dispose();
  });

  run("snapshots stay, directions shift, and a checkpoint is LocalPolicy's", async () => {
    const [policy, cpu] = [await makePolicy(tiny), local(tiny)];
    const close = (found: readonly { logProbabilities: Float32Array }[], expected: readonly { logProbabilities: Float32Array }[]): number =>
      Math.max(
        ...found.flatMap((row, index) =>
          [...row.logProbabilities].map((value, at) => Math.abs(value - (expected[index]?.logProbabilities[at] ?? 9))),
        ),
      );
    const before = await policy.logProbabilities(rows, { entropies: true });
    const frozen = await policy.snapshot();
    for (const each of [policy, cpu]) {
      await each.forwardBackward(rows, supervised);
      const { norm } = await each.storeGradient("down");
      expect(norm).toBeGreaterThan(0.1);
      await each.forwardBackward(rows.slice(1), supervised);
      await each.optimizerStep({ learningRate: 1e-2 });
    }
    expect(close(await frozen.logProbabilities(rows), before)).toBe(0);
    await frozen.dispose();
    const shift = { direction: { name: "down", scale: -0.05 } };
    expect(close(await policy.logProbabilities(rows, shift), await cpu.logProbabilities(rows, shift))).toBeLessThan(1e-4);
    expect(close(await policy.logProbabilities(rows), before)).toBeGreaterThan(0.01);
    await expect(policy.logProbabilities(rows, { direction: { name: "up", scale: 1 } })).rejects.toThrow("no direction");

    const directory = join(mkdtempSync(join(tmpdir(), "bridge-device-")), "checkpoint");
    await policy.save(directory);
    const [again, other] = [await makePolicy(tiny), local(tiny)];
    await again.load(directory);
    await other.load(directory);
    for (const each of [policy, again, other]) {
      expect(each.version).toBe(1);
      await each.forwardBackward(rows, surrogate);
      await each.optimizerStep({ learningRate: 1e-2 });
    }
    const next = await policy.logProbabilities(rows);
    expect(close(await again.logProbabilities(rows), next)).toBeLessThan(1e-6);
    expect(close(await other.logProbabilities(rows), next)).toBeLessThan(2e-4);
    for (const each of [policy, again, cpu, other]) await each.dispose();
  });

  run("names the tensor whose gradient is not finite, and refuses what LocalPolicy refuses", async () => {
    const policy = await makePolicy(tiny);
    const wild: Loss = {
      derivative: "constant",
      evaluate: (batch) => ({
        loss: 0,
        gradients: batch.map(({ logProbabilities }) => new Float32Array(logProbabilities.length).fill(3e38)),
        metrics: {},
      }),
    };
    await policy.forwardBackward(rows, wild);
    await expect(policy.optimizerStep({ learningRate: 1 })).rejects.toMatchObject({
      code: "non-finite",
      message: expect.stringContaining("weight"),
    });
    await expect(policy.logProbabilities(rows, { temperature: 0 })).rejects.toThrow("temperature is 0");
    await policy.dispose();
  });
});

describe("createDevicePolicy", () => {
  const weights = initializeDecoder(tiny, 1);

  test("refuses a runtime without device memory, and weights that don't fit", async () => {
    await expect(createDevicePolicy(tiny, weights, { runtime: createOnnxRuntime() })).rejects.toMatchObject({
      code: "unsupported",
      message: expect.stringContaining("onnx-cpu keeps no tensors on a device"),
    });
    const fewer = new Map([...weights].slice(1));
    await expect(createDevicePolicy(tiny, fewer, { runtime: createReferenceRuntime() })).rejects.toThrow(
      "lacks the tensor model.embed_tokens.weight",
    );
    await expect(createDevicePolicy(tiny, weights, { runtime: createReferenceRuntime(), tokensPerRun: 0 })).rejects.toThrow(
      "tokensPerRun is 0",
    );
    const policy = await createDevicePolicy(tiny, weights, { runtime: createReferenceRuntime() });
    await expect(policy.sampler.sample([])).rejects.toThrow("made without a sampler");
  });
});

describe("LocalPolicy on the reference runtime: the adapter can be swapped", () => {
  test("a step of SFT, a step of GRPO's kind, and sampling give onnxruntime's numbers", async () => {
    const runtime = createReferenceRuntime();
    const weights = initializeDecoder(tiny, 1, { standardDeviation: 0.3 });
    const make = (injected: Runtime<Graph>): LocalPolicy =>
      new LocalPolicy(tiny, weights, {
        runtime: injected,
        tokensPerRun: 64,
        createSampler: (current) => new LocalSampler(current, { tokenizer: characters, runtime: injected }),
      });
    const [swapped, usual] = [make(runtime), make(createOnnxRuntime())];
    for (const loss of [supervised, surrogate]) {
      const [found, expected] = [await swapped.forwardBackward(rows, loss), await usual.forwardBackward(rows, loss)];
      expect(found.loss).toBeCloseTo(expected.loss, 5);
      const [{ gradientNorm }, { gradientNorm: norm }] = [
        await swapped.optimizerStep({ learningRate: 1e-3 }),
        await usual.optimizerStep({ learningRate: 1e-3 }),
      ];
      expect(gradientNorm / norm).toBeCloseTo(1, 5);
    }
    const requests = [{ promptIds: Int32Array.of(5, 6, 7), count: 3, seed: 1 }];
    const [found, expected] = [
      await swapped.sampler.sample(requests, { maxTokens: 12 }),
      await usual.sampler.sample(requests, { maxTokens: 12 }),
    ];
    expect(found.map(({ completionIds }) => [...completionIds])).toEqual(expected.map(({ completionIds }) => [...completionIds]));
    const scored = await swapped.logProbabilities(found);
    for (const [index, { logProbabilities }] of found.entries()) {
      logProbabilities.forEach((value, token) => {
        expect(Math.abs(value - (scored[index]?.logProbabilities[token] ?? 9))).toBeLessThan(1e-5);
      });
    }
    await swapped.dispose();
    await usual.dispose();
  });
});
