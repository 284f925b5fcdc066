import { mkdtemp, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { BridgeError, createRandom, type Loss, type TrainingRow } from "@bridge-rl/spec";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import type { DecoderConfig } from "../src/decoder-config.js";
import { initializeDecoder } from "../src/decoder-parameters.js";
import { LocalPolicy, type LocalPolicyOptions } from "../src/local-policy.js";

/** Everything switched on: QK-norm, biases, grouped heads of a size of their own, an untied head. */
const config: DecoderConfig = {
  architecture: "qwen3",
  ...{ vocabularySize: 30, hiddenSize: 12, layers: 2, heads: 4, keyValueHeads: 2, headDimension: 6, intermediateSize: 20 },
  ...{ ropeTheta: 1e4, normEpsilon: 1e-6, queryKeyNorm: true, attentionBias: true, tieEmbeddings: false, maximumLength: 64 },
};

const weights = initializeDecoder(config, 3, { standardDeviation: 0.3 });

function makePolicy(options: LocalPolicyOptions = {}, changed: Partial<DecoderConfig> = {}): LocalPolicy {
  const whole = { ...config, ...changed };
  return new LocalPolicy(whole, initializeDecoder(whole, 3, { standardDeviation: 0.3 }), options);
}

/** Rows of many lengths, so that they spread over several runs. */
function makeBatch(rows: number, seed: number): TrainingRow[] {
  const random = createRandom(seed, "rows");
  const ids = (minimum: number, maximum: number): Int32Array =>
    Int32Array.from({ length: random.integer(minimum, maximum) }, () => random.integer(0, config.vocabularySize - 1));
  return Array.from({ length: rows }, () => ({ promptIds: ids(1, 20), completionIds: ids(1, 30) }));
}

/** Any derivative, given from outside: Σ weight · log p. */
function linearLoss(derivative: Loss["derivative"], gradients: readonly Float32Array[]): Loss & { calls: number } {
  return {
    derivative,
    calls: 0,
    evaluate(rows) {
      this.calls++;
      let loss = 0;
      for (const [row, { logProbabilities }] of rows.entries()) {
        for (const [token, each] of logProbabilities.entries()) loss += each * (gradients[row]?.[token] ?? Number.NaN);
      }
      return { loss, gradients, metrics: { first: rows[0]?.logProbabilities[0] ?? Number.NaN } };
    },
  };
}

function randomWeights(batch: readonly TrainingRow[], seed: number): Float32Array[] {
  const random = createRandom(seed, "weights");
  return batch.map(({ completionIds }) => Float32Array.from(completionIds, () => random.normal() / 50));
}

function gradientOf(policy: LocalPolicy): number[] {
  return [...policy.gradient.values()].flatMap(({ data }) => Array.from(data as Float32Array));
}

function relativeDistance(left: readonly number[], right: readonly number[]): number {
  const norm = (values: readonly number[]): number => Math.sqrt(values.reduce((total, value) => total + value * value, 0));
  return norm(left.map((value, index) => value - (right[index] ?? Number.NaN))) / norm(right);
}

describe("forwardBackward", () => {
  test("does not depend on how a batch is split into runs", async () => {
    const batch = makeBatch(11, 1);
    const loss = linearLoss("constant", randomWeights(batch, 2));
    const results: { loss: number; gradient: number[] }[] = [];
    for (const tokensPerRun of [1, 64, 200, 10_000]) {
      const policy = makePolicy({ tokensPerRun });
      const { loss: value } = await policy.forwardBackward(batch, loss);
      results.push({ loss: value, gradient: gradientOf(policy) });
      await policy.dispose();
    }
    const [one] = results as [(typeof results)[0]];
    for (const other of results) {
      expect(Math.abs(other.loss - one.loss)).toBeLessThan(1e-5 * Math.abs(one.loss));
      expect(relativeDistance(other.gradient, one.gradient)).toBeLessThan(1e-6);
    }
  });

  test("adds up over calls, and over the rows of a batch", async () => {
    const batch = makeBatch(6, 3);
    const values = randomWeights(batch, 4);
    const together = makePolicy();
    await together.forwardBackward(batch, linearLoss("constant", values));
    const apart = makePolicy();
    await apart.forwardBackward(batch.slice(0, 2), linearLoss("constant", values.slice(0, 2)));
    await apart.forwardBackward(batch.slice(2), linearLoss("dependent", values.slice(2)));
    expect(relativeDistance(gradientOf(apart), gradientOf(together))).toBeLessThan(1e-6);
    await Promise.all([together.dispose(), apart.dispose()]);
  });

  test("gives the same bits again, in a policy of its own too", async () => {
    const batch = makeBatch(9, 5);
    const loss = linearLoss("dependent", randomWeights(batch, 6));
    const bytes: Buffer[] = [];
    for (let run = 0; run < 2; run++) {
      const policy = makePolicy({ tokensPerRun: 128 });
      for (let step = 0; step < 3; step++) {
        await policy.forwardBackward(batch, loss);
        await policy.optimizerStep({ learningRate: 0.01, weightDecay: 0.1 });
      }
      bytes.push(Buffer.concat([...policy.weights.tensors.values()].map(({ data }) => new Uint8Array(data.slice().buffer))));
      await policy.dispose();
    }
    expect(bytes[0]?.equals(bytes[1] as Buffer)).toBe(true);
  });

  test("matches finite differences of the log-probabilities along a random direction", async () => {
    for (const changed of [{}, { tieEmbeddings: true }, { queryKeyNorm: false, attentionBias: false, heads: 2 }]) {
      const policy = makePolicy({}, changed);
      const batch = makeBatch(4, 7);
      const values = randomWeights(batch, 8);
      await policy.forwardBackward(batch, linearLoss("constant", values));
      const gradient = gradientOf(policy);
      const { norm } = await policy.storeGradient("own");
      expect(norm).toBeCloseTo(Math.sqrt(gradient.reduce((total, value) => total + value * value, 0)), 4);
      expect(gradientOf(policy).every((value) => value === 0)).toBe(true);
      const objective = async (scale: number): Promise<number> => {
        const rows = await policy.logProbabilities(batch, { direction: { name: "own", scale } });
        return linearLoss("constant", values).evaluate(rows).loss;
      };
      // along the gradient itself the slope is its squared norm
      const step = 2.5e-3 / norm;
      const slope = ((await objective(step)) - (await objective(-step))) / (2 * step);
      expect(Math.abs(slope - norm * norm)).toBeLessThan(1e-3 * norm * norm);
      expect(await objective(0)).toBe(linearLoss("constant", values).evaluate(await policy.logProbabilities(batch)).loss);
      await policy.dispose();
    }
  });

  test("takes one pass for a constant derivative, and none before the backward one where log-probabilities are known", async () => {
    const batch = makeBatch(3, 9);
    const values = randomWeights(batch, 10);
    const policy = makePolicy();
    const known = (await policy.logProbabilities(batch)).map(({ logProbabilities }) => logProbabilities);
    const constant = await policy.forwardBackward(batch, linearLoss("constant", values));
    const direct = gradientOf(policy);
    await policy.storeGradient("drop");
    const given = await policy.forwardBackward(batch, linearLoss("dependent", values), { knownLogProbabilities: known });
    expect(gradientOf(policy)).toEqual(direct);
    expect(constant.metrics.first).toBeCloseTo(known[0]?.[0] ?? Number.NaN, 5);
    expect(given.metrics.first).toBe(known[0]?.[0]);
    expect(given.loss).toBeCloseTo(constant.loss, 5);
    await policy.dispose();
  });

  test("a row without weight adds nothing, and costs nothing where the derivative is known beforehand", async () => {
    const batch = makeBatch(4, 11);
    const values = randomWeights(batch, 12).map((row, index) => (index % 2 === 0 ? row : new Float32Array(row.length)));
    const policy = makePolicy();
    await policy.forwardBackward(batch, linearLoss("dependent", values));
    const whole = gradientOf(policy);
    await policy.storeGradient("drop");
    const chosen = [0, 2];
    await policy.forwardBackward(
      chosen.map((row) => batch[row] as TrainingRow),
      linearLoss(
        "dependent",
        chosen.map((row) => values[row] as Float32Array),
      ),
    );
    expect(gradientOf(policy)).toEqual(whole);
    await policy.dispose();
  });

  test("scores tokens alike whatever stands beside them", async () => {
    const policy = makePolicy();
    const batch = makeBatch(5, 13);
    const together = await policy.logProbabilities(batch, { entropies: true, temperature: 0.7 });
    for (const [index, row] of batch.entries()) {
      const [alone] = await policy.logProbabilities([row], { entropies: true, temperature: 0.7 });
      alone?.logProbabilities.forEach((value, token) => {
        expect(Math.abs(value - (together[index]?.logProbabilities[token] ?? Number.NaN))).toBeLessThan(2e-6);
      });
      alone?.entropies?.forEach((value, token) => {
        expect(Math.abs(value - (together[index]?.entropies?.[token] ?? Number.NaN))).toBeLessThan(2e-6);
      });
    }
    await policy.dispose();
  });

  test("an empty completion is scored as nothing", async () => {
    const policy = makePolicy();
    const [row] = await policy.logProbabilities([{ promptIds: Int32Array.of(1), completionIds: new Int32Array(0) }]);
    expect(row?.logProbabilities).toHaveLength(0);
    await policy.dispose();
  });
});

describe("training", () => {
  test("learns a repeating pattern", async () => {
    const policy = makePolicy();
    const pattern = Int32Array.from({ length: 24 }, (_, index) => [5, 9, 2, 7][index % 4] ?? 0);
    const batch = [{ promptIds: pattern.slice(0, 4), completionIds: pattern.slice(4) }];
    const loss = linearLoss("constant", [new Float32Array(20).fill(-1 / 20)]);
    const losses: number[] = [];
    for (let step = 0; step < 40; step++) {
      losses.push((await policy.forwardBackward(batch, loss)).loss);
      await policy.optimizerStep({ learningRate: 0.01 });
    }
    expect(losses[0]).toBeGreaterThan(3);
    expect(losses.at(-1)).toBeLessThan(0.05);
    await policy.dispose();
  });

  test("a snapshot stays as it was", async () => {
    const policy = makePolicy();
    const batch = makeBatch(3, 14);
    const before = await policy.logProbabilities(batch);
    const frozen = await policy.snapshot();
    await policy.forwardBackward(batch, linearLoss("constant", randomWeights(batch, 15)));
    await policy.optimizerStep({ learningRate: 0.1 });
    expect(await frozen.logProbabilities(batch)).toEqual(before);
    expect(await policy.logProbabilities(batch)).not.toEqual(before);
    await frozen.dispose();
    await expect(frozen.logProbabilities(batch)).rejects.toThrow("the snapshot was disposed");
    await policy.dispose();
  });
});

describe("save and load", () => {
  let directory: string;
  beforeEach(async () => {
    directory = await mkdtemp(join(tmpdir(), "policy-"));
  });
  afterEach(() => rm(directory, { recursive: true, force: true }));

  async function trained(steps: number): Promise<LocalPolicy> {
    const policy = makePolicy();
    await train(policy, 0, steps);
    return policy;
  }

  async function train(policy: LocalPolicy, from: number, to: number): Promise<void> {
    for (let step = from; step < to; step++) {
      const batch = makeBatch(3, 100 + step);
      await policy.forwardBackward(batch, linearLoss("constant", randomWeights(batch, 200 + step)));
      await policy.optimizerStep({ learningRate: 0.01, weightDecay: 0.1 });
    }
  }

  async function bytes(folder: string): Promise<Record<string, string>> {
    const names = (await readdir(folder)).sort();
    return Object.fromEntries(
      await Promise.all(names.map(async (name) => [name, (await readFile(join(folder, name))).toString("base64")])),
    );
  }

  test("training on from a checkpoint gives the bytes of training through", async () => {
    const through = await trained(5);
    await through.save(join(directory, "through"));
    const first = await trained(2);
    await first.save(join(directory, "checkpoint"));
    const second = makePolicy();
    await second.load(join(directory, "checkpoint"));
    expect(second.version).toBe(2);
    await train(second, 2, 5);
    await second.save(join(directory, "resumed"));
    expect(await bytes(join(directory, "resumed"))).toEqual(await bytes(join(directory, "through")));
    await Promise.all([through, first, second].map((policy) => policy.dispose()));
  });

  test("replaces an older checkpoint, and leaves nothing else behind", async () => {
    const policy = await trained(1);
    const folder = join(directory, "checkpoint");
    await policy.save(folder);
    await train(policy, 1, 2);
    await policy.save(folder);
    expect(await readdir(directory)).toEqual(["checkpoint"]);
    expect(JSON.parse(await readFile(join(folder, "state.json"), "utf8"))).toMatchObject({ version: 2 });
    await policy.dispose();
  });

  test("refuses what is not a checkpoint of this model, and stays as it is", async () => {
    const policy = await trained(1);
    const folder = join(directory, "checkpoint");
    await policy.save(folder);
    const before = await policy.logProbabilities(makeBatch(2, 16));
    await expect(policy.load(join(directory, "nowhere"))).rejects.toThrow("holds no policy");
    const other = makePolicy({}, { layers: 1 });
    await expect(other.load(folder)).rejects.toThrow(/has a tensor model\.layers\.1/);
    await writeFile(join(folder, "optimizer.safetensors"), "broken");
    await expect(policy.load(folder)).rejects.toThrow(BridgeError);
    expect(await policy.logProbabilities(makeBatch(2, 16))).toEqual(before);
    await Promise.all([policy, other].map((each) => each.dispose()));
  });
});

describe("misuse", () => {
  const row = { promptIds: Int32Array.of(1, 2), completionIds: Int32Array.of(3) };

  test.each([
    [{ ...row, completionIds: Int32Array.of(30) }, "row 0 has token id 30; the vocabulary has 30 tokens"],
    [{ ...row, promptIds: Int32Array.of(-1) }, "row 0 has token id -1"],
    [{ ...row, promptIds: new Int32Array(0) }, "row 0 has an empty prompt"],
    [{ ...row, promptIds: new Int32Array(64) }, "row 0 has 65 tokens; the model takes at most 64"],
  ])("rows that cannot be scored %#", async (wrong, message) => {
    const policy = makePolicy();
    await expect(policy.logProbabilities([wrong])).rejects.toThrow(message);
    await policy.dispose();
  });

  test("losses, temperatures and directions that don't fit", async () => {
    const policy = makePolicy();
    await expect(policy.forwardBackward([row], linearLoss("constant", [new Float32Array(2)]))).rejects.toThrow(
      "the loss's derivative of row 0 has 2 elements; its completion has 1",
    );
    await expect(policy.forwardBackward([row], linearLoss("constant", [Float32Array.of(Number.NaN)]))).rejects.toThrow("not finite");
    await expect(
      policy.forwardBackward([row], linearLoss("dependent", [Float32Array.of(1)]), { knownLogProbabilities: [] }),
    ).rejects.toThrow("knownLogProbabilities of row 0 has no elements");
    await expect(policy.logProbabilities([row], { temperature: 0 })).rejects.toThrow("temperature is 0");
    await expect(policy.logProbabilities([row], { direction: { name: "none", scale: 1 } })).rejects.toThrow('no direction "none"');
    await expect(policy.logProbabilities([row], { signal: AbortSignal.abort() })).rejects.toThrow("cancelled");
    await expect(policy.sampler.sample([])).rejects.toThrow("without a sampler");
    await policy.dispose();
  });

  test("weights that don't fit the config", () => {
    expect(() => new LocalPolicy({ ...config, layers: 1 }, weights)).toThrow("has a tensor model.layers.1");
    expect(() => new LocalPolicy({ ...config, layers: 3 }, weights)).toThrow("lacks the tensor model.layers.2.input_layernorm.weight");
    expect(() => new LocalPolicy({ ...config, vocabularySize: 31 }, weights)).toThrow("model.embed_tokens.weight has 360 elements");
  });

  test("a gradient that is not finite is refused before it reaches the weights", async () => {
    const broken = new Map(weights);
    broken.set("model.norm.weight", new Float32Array(config.hiddenSize).fill(Number.NaN));
    const policy = new LocalPolicy(config, broken);
    const before = policy.weights.tensors.get("lm_head.weight")?.data.slice();
    await policy.forwardBackward([row], linearLoss("constant", [Float32Array.of(-1)]));
    await expect(policy.optimizerStep({ learningRate: 0.1 })).rejects.toThrow(/the gradient of [\w.]+ is not finite/);
    expect(policy.weights.tensors.get("lm_head.weight")?.data).toEqual(before);
    expect(policy.version).toBe(0);
    await policy.dispose();
  });
});
