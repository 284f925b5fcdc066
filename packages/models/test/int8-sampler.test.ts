import { createRandom, type Rollout, type SampleRequest, type SamplingOptions, type Tokenizer } from "@bridge-rl/spec";
import { describe, expect, test } from "vitest";
import { type DecoderConfig, initializeDecoder, LocalPolicy, type LocalPolicyOptions, LocalSampler } from "../src/index.js";
import { readOracle } from "./support/oracle.js";

const unending: Tokenizer = {
  ...{ vocabularySize: 320, endOfSequenceId: -1, padId: 0, encode: () => new Int32Array(0), decode: (ids) => `${ids.length}` },
  encodeWithOffsets: () => ({ ids: new Int32Array(0), offsets: new Int32Array(1) }),
};

const tiny: DecoderConfig = {
  ...{ architecture: "qwen3", vocabularySize: 40, hiddenSize: 32, layers: 2, heads: 4, keyValueHeads: 2, headDimension: 8 },
  ...{ intermediateSize: 48, ropeTheta: 1e4, normEpsilon: 1e-6, queryKeyNorm: true, attentionBias: false, tieEmbeddings: true },
  maximumLength: 256,
};

function makePolicy(options: LocalPolicyOptions = {}, weightPlacement: "inputs" | "initializers" = "inputs"): LocalPolicy {
  return new LocalPolicy(tiny, initializeDecoder(tiny, 1, { standardDeviation: 0.3 }), {
    createSampler: (weights) => new LocalSampler(weights, { tokenizer: unending, weightPlacement, batchSize: 16 }),
    ...options,
  });
}

function requests(count: number, samples: number): SampleRequest[] {
  const random = createRandom(1, "requests");
  return Array.from({ length: count }, (_, index) => ({
    promptIds: Int32Array.from({ length: random.integer(1, 40) }, () => random.integer(0, 39)),
    count: samples,
    seed: index,
  }));
}

const int8 = { maxTokens: 24, precision: "int8" } as const satisfies SamplingOptions;

/** log π_policy − log π_sampler of every token. */
async function distances(policy: LocalPolicy, rollouts: readonly Rollout[], temperature = 1): Promise<number[]> {
  const scored = await policy.logProbabilities(rollouts, { temperature });
  return rollouts.flatMap(({ logProbabilities }, row) =>
    Array.from(logProbabilities, (value, token) => (scored[row]?.logProbabilities[token] as number) - value),
  );
}

const mean = (values: readonly number[]): number => values.reduce((sum, value) => sum + value, 0) / values.length;

describe("sampling in 8 bits", () => {
  test("is near the policy without being it, says so, and its weights average to 1", async () => {
    for (const name of ["qwen2-tiny", "llama-tiny"] as const) {
      const { config, weights } = readOracle(name);
      const policy = new LocalPolicy(config, weights, { createSampler: (get) => new LocalSampler(get, { tokenizer: unending }) });
      const rollouts = await policy.sampler.sample([{ promptIds: Int32Array.of(5, 6, 7), count: 200, seed: 1 }], int8);
      const found = await distances(policy, rollouts, 1);

      expect(rollouts.every(({ offPolicy }) => offPolicy === true)).toBe(true);
      expect(mean(found.map(Math.abs))).toBeGreaterThan(1e-4);
      expect(mean(found.map(Math.abs))).toBeLessThan(0.05);
      // E_q[p/q] = 1 at every token; those of one rollout hang together
      const ratios = rollouts.map((_, row) => mean(found.slice(24 * row, 24 * (row + 1)).map(Math.exp)));
      const error = Math.sqrt(mean(ratios.map((ratio) => (ratio - mean(ratios)) ** 2)) / ratios.length);
      expect(Math.abs(mean(ratios) - 1)).toBeLessThan(4 * error);
    }
  });

  test("gives the same bits twice, and near to them in any batch, by any placement of weights, and as a stream", async () => {
    const asked = requests(12, 2);
    const policy = makePolicy();
    const rollouts = await policy.sampler.sample(asked, int8);

    expect(await makePolicy().sampler.sample(asked, int8)).toEqual(rollouts);
    expect(await policy.sampler.sample(asked, int8)).toEqual(rollouts);
    const alone = (await Promise.all(asked.map((each) => makePolicy().sampler.sample([each], int8)))).flat();
    const packed = await makePolicy({}, "initializers").sampler.sample(asked, int8);
    const streamed: Rollout[] = [];
    const sampler = makePolicy().sampler as LocalSampler;
    for await (const { request, sample, rollout } of sampler.stream(asked, int8)) streamed[2 * request + sample] = rollout;
    for (const others of [alone, packed, streamed]) {
      const same = rollouts.map(({ completionIds }, row) => {
        const first = completionIds.findIndex((id, token) => id !== others[row]?.completionIds[token]);
        return first === -1 ? completionIds.length : first;
      });
      // a draw that falls between the two distributions tells the rest of a rollout apart
      expect(same.filter((length) => length === 24).length).toBeGreaterThan(20);
      for (const [row, { logProbabilities }] of rollouts.entries()) {
        for (let token = 0; token < (same[row] as number); token++) {
          expect(Math.abs((logProbabilities[token] as number) - (others[row]?.logProbabilities[token] as number))).toBeLessThan(0.05);
        }
      }
    }
  });

  test.each(["inputs", "initializers"] as const)("follows the weights, all or adapters, given as %s", async (weightPlacement) => {
    for (const lora of [undefined, { rank: 4, seed: 1 }]) {
      const policy = makePolicy(lora && { lora }, weightPlacement);
      const asked = requests(4, 4);
      const before = await policy.sampler.sample(asked, int8);
      for (let step = 0; step < 3; step++) {
        await policy.forwardBackward(before, {
          derivative: "constant",
          evaluate: (rows) => ({
            loss: 0,
            gradients: rows.map(({ logProbabilities }) => logProbabilities.map(() => -1)),
            metrics: {},
          }),
        });
        await policy.optimizerStep({ learningRate: 0.02 });
      }
      const after = await policy.sampler.sample(asked, int8);
      const exact = await policy.sampler.sample(asked, { maxTokens: 24 });

      expect(after.map(({ completionIds }) => completionIds)).not.toEqual(before.map(({ completionIds }) => completionIds));
      expect(mean((await distances(policy, after)).map(Math.abs))).toBeLessThan(0.1);
      expect(mean((await distances(policy, before)).map(Math.abs))).toBeGreaterThan(0.1);
      // the same sampler still draws exactly where it is asked to
      expect(mean((await distances(policy, exact)).map(Math.abs))).toBeLessThan(1e-5);
      expect(exact.every((rollout) => !("offPolicy" in rollout))).toBe(true);
    }
  });

  test("a weight that is not finite is found", async () => {
    const weights = initializeDecoder(tiny, 1);
    (weights.get("model.layers.1.mlp.up_proj.weight") as Float32Array)[7] = Number.NaN;
    const policy = new LocalPolicy(tiny, weights, { createSampler: (get) => new LocalSampler(get, { tokenizer: unending }) });
    await expect(policy.sampler.sample(requests(1, 1), int8)).rejects.toMatchObject({ code: "non-finite" });
  });

  test("other precisions are refused", async () => {
    // as plain JavaScript could ask for it
    const options = { precision: "int4" } as unknown as SamplingOptions;
    await expect(makePolicy().sampler.sample(requests(1, 1), options)).rejects.toThrow('precision is "int4"');
  });
});
