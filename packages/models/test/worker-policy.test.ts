import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { BridgeError, type Loss, type Policy, type TrainingRow } from "@bridge-rl/spec";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { DecoderConfig } from "../src/decoder-config.js";
import { initializeDecoder } from "../src/decoder-parameters.js";
import { LocalPolicy } from "../src/local-policy.js";
import { createWorkerPolicy, type WorkerPolicy } from "../src/worker-policy.js";

const config: DecoderConfig = {
  architecture: "qwen2",
  ...{ vocabularySize: 20, hiddenSize: 8, layers: 2, heads: 2, keyValueHeads: 1, headDimension: 4, intermediateSize: 12 },
  ...{ ropeTheta: 1e4, normEpsilon: 1e-6, queryKeyNorm: false, attentionBias: true, tieEmbeddings: true, maximumLength: 32 },
};
const weights = initializeDecoder(config, 1, { standardDeviation: 0.2 });
const batch: TrainingRow[] = [
  { promptIds: Int32Array.of(1, 2, 3), completionIds: Int32Array.of(4, 5, 6, 7) },
  // views into one larger buffer, as batches often are
  { promptIds: Int32Array.of(0, 9, 8, 0).subarray(1, 3), completionIds: Int32Array.of(0, 7, 6).subarray(1) },
];

function loss(derivative: Loss["derivative"]): Loss {
  return {
    derivative,
    evaluate: (rows) => ({
      loss: rows.reduce((total, { logProbabilities }) => total - logProbabilities.reduce((sum, each) => sum + each, 0), 0),
      gradients: rows.map(({ logProbabilities }) => logProbabilities.map(() => -0.25)),
      metrics: { rows: rows.length },
    }),
  };
}

/** Everything a trainer does, as plain values. */
async function story(policy: Policy, directory: string): Promise<unknown[]> {
  const frozen = await policy.snapshot();
  const first = await policy.forwardBackward(batch, loss("constant"));
  const stored = await policy.storeGradient("held");
  const second = await policy.forwardBackward(batch, loss("dependent"), { temperature: 0.8 });
  const step = await policy.optimizerStep({ learningRate: 0.05, weightDecay: 0.1 });
  const scored = await policy.logProbabilities(batch, { entropies: true, direction: { name: "held", scale: 0.01 } });
  const before = await frozen.logProbabilities(batch);
  await policy.save(directory);
  await policy.forwardBackward(batch, loss("constant"));
  await policy.optimizerStep({ learningRate: 0.05 });
  const version = policy.version;
  await policy.load(directory);
  const after = await policy.logProbabilities(batch);
  await frozen.dispose();
  return [first, stored, second, step, scored, before, version, policy.version, after];
}

test("trains adapters in a worker as in this thread", async () => {
  const options = { lora: { rank: 2, dropout: 0.2, seed: 4 }, activationCheckpointing: true };
  const [worker, local] = [await createWorkerPolicy(config, weights, options), new LocalPolicy(config, weights, options)];
  for (const policy of [worker, local] as Policy[]) {
    await policy.forwardBackward(batch, loss("constant"));
    await policy.optimizerStep({ learningRate: 0.1 });
  }
  expect(await worker.weights()).toEqual(new Map([...local.weights.tensors].map(([name, { data }]) => [name, data])));
  expect(local.adapters().size).toBe(28);
  await worker.dispose();
});

describe("createWorkerPolicy", () => {
  let directory: string;
  let policy: WorkerPolicy;
  // starting a thread from source takes a second, so the tests share one; the first wants it fresh, the last ends it
  beforeAll(async () => {
    directory = await mkdtemp(join(tmpdir(), "worker-policy-"));
    policy = await createWorkerPolicy(config, weights);
  }, 60_000);
  afterAll(async () => {
    await policy.dispose();
    await rm(directory, { recursive: true, force: true });
  });

  test("gives the bits of the same policy in this thread", async () => {
    const local = new LocalPolicy(config, weights);
    expect(await story(policy, join(directory, "worker"))).toEqual(await story(local, join(directory, "local")));
    const files = await Promise.all(["worker", "local"].map((name) => readFile(join(directory, name, "model.safetensors"))));
    expect(files[0]?.equals(files[1] as Buffer)).toBe(true);
    expect((await policy.weights()).get("model.norm.weight")).toEqual(local.weights.tensors.get("model.norm.weight")?.data);
    await local.dispose();
  });

  test("leaves this thread free while it works", async () => {
    let ticks = 0;
    const timer = setInterval(() => ticks++, 1);
    const rows = Array.from({ length: 400 }, () => batch).flat();
    await policy.logProbabilities(rows);
    clearInterval(timer);
    expect(ticks).toBeGreaterThan(0);
  });

  test("errors keep their code", async () => {
    const wrong = [{ promptIds: Int32Array.of(99), completionIds: Int32Array.of(1) }];
    const error = await policy.logProbabilities(wrong).catch((caught: unknown) => caught);
    expect(BridgeError.isInstance(error)).toBe(true);
    expect(error).toMatchObject({ code: "invalid-input", message: "row 0 has token id 99; the vocabulary has 20 tokens" });
    await expect(policy.load(join(directory, "nowhere"))).rejects.toMatchObject({ code: "invalid-file" });
    await expect(policy.sampler.sample([])).rejects.toMatchObject({ code: "unsupported" });
    // and the worker is still there
    expect(await policy.logProbabilities(batch)).toHaveLength(2);
  });

  test("what a loss throws reaches its caller as it is", async () => {
    const thrown = new TypeError("my loss is broken");
    const broken: Loss = {
      derivative: "dependent",
      evaluate() {
        throw thrown;
      },
    };
    await expect(policy.forwardBackward(batch, broken)).rejects.toBe(thrown);
  });

  test("a call can be cancelled before and while it runs, and the next one is served", async () => {
    await expect(policy.logProbabilities(batch, { signal: AbortSignal.abort() })).rejects.toMatchObject({ code: "cancelled" });
    const controller = new AbortController();
    const rows = Array.from({ length: 4000 }, () => batch).flat();
    const cancelled = policy.logProbabilities(rows, { signal: controller.signal });
    setTimeout(() => controller.abort(), 20);
    await expect(cancelled).rejects.toMatchObject({ code: "cancelled" });
    expect(await policy.logProbabilities(batch)).toHaveLength(2);
  });

  test("calls after dispose, and those still waiting, are rejected", async () => {
    const waiting = policy.logProbabilities(Array.from({ length: 4000 }, () => batch).flat());
    const outcome = expect(waiting).rejects.toMatchObject({ code: "invalid-input" });
    await policy.dispose();
    await outcome;
    await expect(policy.logProbabilities(batch)).rejects.toThrow("the policy was disposed");
  });
});

test("weights that don't fit are refused when the worker starts", async () => {
  await expect(createWorkerPolicy({ ...config, layers: 3 }, weights)).rejects.toMatchObject({
    code: "invalid-input",
    message: expect.stringContaining("lacks the tensor model.layers.2"),
  });
});
