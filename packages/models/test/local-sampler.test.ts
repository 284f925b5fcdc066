import { createOnnxRuntime } from "@bridge-rl/runtime-onnx";
import {
  BridgeError,
  createRandom,
  type Rollout,
  type Runtime,
  type SampleRequest,
  type SamplingOptions,
  type Tokenizer,
} from "@bridge-rl/spec";
import type { Graph } from "@bridge-rl/tensor";
import { describe, expect, test } from "vitest";
import { type DecoderConfig, initializeDecoder, LocalPolicy, LocalSampler, type LocalSamplerOptions } from "../src/index.js";
import { readOracle } from "./support/oracle.js";

/** Token i is the character with code 0x100 + i; id 2 ends a sequence. */
const characters: Tokenizer = {
  vocabularySize: 320,
  endOfSequenceId: 2,
  padId: 0,
  encode: (text) => Int32Array.from(text, (character) => character.charCodeAt(0) - 0x100),
  decode: (ids) => String.fromCharCode(...Array.from(ids, (id) => 0x100 + id)),
  encodeWithOffsets: () => {
    throw new Error("not needed here");
  },
};

const tiny: DecoderConfig = {
  ...{ architecture: "qwen3", vocabularySize: 40, hiddenSize: 32, layers: 2, heads: 4, keyValueHeads: 2, headDimension: 8 },
  ...{ intermediateSize: 48, ropeTheta: 1e4, normEpsilon: 1e-6, queryKeyNorm: true, attentionBias: false, tieEmbeddings: true },
  maximumLength: 256,
};

function makePolicy(options: Partial<LocalSamplerOptions> = {}, seed = 1): LocalPolicy {
  return new LocalPolicy(tiny, initializeDecoder(tiny, seed, { standardDeviation: 0.3 }), {
    createSampler: (weights) => new LocalSampler(weights, { tokenizer: characters, ...options }),
  });
}

function randomRequests(count: number, samples: number, seed = 1): SampleRequest[] {
  const random = createRandom(seed, "requests");
  return Array.from({ length: count }, (_, index) => ({
    promptIds: Int32Array.from({ length: random.integer(1, 45) }, () => random.integer(3, 39)),
    count: samples,
    seed: 1000 + index,
  }));
}

async function failure(action: Promise<unknown>): Promise<BridgeError> {
  const error = await action.then(
    () => undefined,
    (reason: unknown) => reason,
  );
  if (!BridgeError.isInstance(error)) throw new Error(`expected a BridgeError, got ${error}`);
  return error;
}

describe("greedy decoding", () => {
  test.each([
    ["qwen2-tiny", "inputs"],
    ["qwen2-tiny", "initializers"],
    ["llama-tiny", "inputs"],
    ["llama-tiny", "initializers"],
  ] as const)("of %s gives the oracle's tokens and log-probabilities (%s)", async (name, weightPlacement) => {
    const { config, weights, file, rows } = readOracle(name);
    const tokenizer = { ...characters, endOfSequenceId: -1 };
    const policy = new LocalPolicy(config, weights, { createSampler: (get) => new LocalSampler(get, { tokenizer, weightPlacement }) });
    const requests = file.greedy.map(({ sequence }) => ({ promptIds: rows[sequence]?.promptIds as Int32Array, count: 1, seed: 0 }));
    const rollouts = await policy.sampler.sample(requests, { temperature: 0, maxTokens: 24 });

    for (const [number, { tokens, logps }] of file.greedy.entries()) {
      const rollout = rollouts[number] as Rollout;
      expect([...rollout.completionIds]).toEqual(tokens);
      for (const [index, expected] of logps.entries())
        expect(Math.abs((rollout.logProbabilities[index] as number) - expected)).toBeLessThan(1e-5);
      expect(rollout.finishReason).toBe("length");
    }
  });
});

describe("sampling", () => {
  test.each([
    { temperature: 1, maxTokens: 60 },
    { temperature: 0.7, maxTokens: 60 },
    { temperature: 0, maxTokens: 60 },
  ])("gives the log-probabilities that scoring gives (%o)", async (options) => {
    const policy = makePolicy({ batchSize: 6 });
    const rollouts = await policy.sampler.sample(randomRequests(12, 3), options);
    const scored = await policy.logProbabilities(rollouts, { temperature: options.temperature === 0 ? 1 : options.temperature });
    expect(rollouts.some(({ completionIds }) => completionIds.length > 40)).toBe(true);
    for (const [index, { logProbabilities }] of rollouts.entries()) {
      for (const [position, value] of logProbabilities.entries()) {
        expect(Math.abs(value - (scored[index]?.logProbabilities[position] as number))).toBeLessThan(1e-5);
      }
    }
  });

  test("gives the same bits for the same call, whatever was sampled before", async () => {
    const requests = randomRequests(9, 5);
    const policy = makePolicy({ batchSize: 16 });
    const first = await policy.sampler.sample(requests, { maxTokens: 40 });
    await policy.sampler.sample(randomRequests(5, 4, 2), { maxTokens: 120 });
    expect(await policy.sampler.sample(requests, { maxTokens: 40 })).toEqual(first);
    expect(await makePolicy({ batchSize: 16 }).sampler.sample(requests, { maxTokens: 40 })).toEqual(first);
  });

  test.each<SamplingOptions>([{}, { topK: 5, temperature: 1.3 }, { topP: 0.8 }, { temperature: 0 }])(
    "gives a request the same tokens alone and in a crowd (%o)",
    async (sampling) => {
      const requests = randomRequests(10, 4);
      const crowd = await makePolicy({ batchSize: 128 }).sampler.sample(requests, { ...sampling, maxTokens: 50 });
      const sampler = makePolicy({ batchSize: 4 }).sampler;
      for (const [index, request] of requests.entries()) {
        const alone = await sampler.sample([request], { ...sampling, maxTokens: 50 });
        for (const [number, rollout] of alone.entries()) {
          const other = crowd[index * 4 + number] as Rollout;
          expect(rollout.completionIds).toEqual(other.completionIds);
          for (const [position, value] of rollout.logProbabilities.entries())
            expect(value).toBeCloseTo(other.logProbabilities[position] as number, 5);
        }
      }
    },
  );

  test.each(["inputs", "initializers"] as const)("gives the same in a batch of any size, with weights as %s", async (weightPlacement) => {
    const requests = randomRequests(12, 3);
    const options = { maxTokens: 60, temperature: 1.2 };
    const [few = [], ...others] = await Promise.all(
      [5, 16, 128].map((batchSize) => makePolicy({ batchSize, weightPlacement }).sampler.sample(requests, options)),
    );
    for (const other of others) {
      expect(other.map(({ completionIds }) => completionIds)).toEqual(few.map(({ completionIds }) => completionIds));
      for (const [index, { logProbabilities }] of other.entries()) {
        for (const [place, value] of logProbabilities.entries())
          expect(value).toBeCloseTo(few[index]?.logProbabilities[place] as number, 5);
      }
    }
  });

  test("compiles one decoding step for all shapes of a batch", async () => {
    const runtime = createOnnxRuntime();
    const graphs: Graph[] = [];
    const counting: Runtime<Graph> = {
      ...runtime,
      compile(graph, options) {
        graphs.push(graph);
        return runtime.compile(graph, options);
      },
    };
    const { sampler } = makePolicy({ runtime: counting, batchSize: 24 });
    const rollouts = await sampler.sample(randomRequests(20, 2), { maxTokens: 90 });
    expect(new Set(rollouts.map(({ completionIds }) => completionIds.length)).size).toBeGreaterThan(10);
    expect(graphs.filter(({ outputs }) => outputs.has("probabilities"))).toHaveLength(1);
  });

  test("depends on seed and sample number alone", async () => {
    const sampler = makePolicy().sampler;
    const promptIds = Int32Array.of(5, 6, 7);
    const four = await sampler.sample([{ promptIds, count: 4, seed: 3 }], { maxTokens: 20 });
    const two = await sampler.sample(
      [
        { promptIds, count: 2, seed: 4 },
        { promptIds, count: 2, seed: 3 },
      ],
      { maxTokens: 20 },
    );
    expect(two.slice(2)).toEqual(four.slice(0, 2));
    expect(new Set(four.map(({ text }) => text)).size).toBe(4);
    expect(two[0]?.text).not.toBe(four[0]?.text);
  });

  test("draws as often as the probabilities say", async () => {
    const policy = makePolicy();
    const promptIds = Int32Array.of(9, 4, 30);
    const count = 20_000;
    const rollouts = await policy.sampler.sample([{ promptIds, count, seed: 11 }], { maxTokens: 1, temperature: 1.5 });
    const scored = await policy.logProbabilities(
      Array.from({ length: 40 }, (_, id) => ({ promptIds, completionIds: Int32Array.of(id) })),
      { temperature: 1.5 },
    );
    let chiSquare = 0;
    for (const [id, { logProbabilities }] of scored.entries()) {
      const expected = count * Math.exp(logProbabilities[0] as number);
      const found = rollouts.filter(({ completionIds }) => completionIds[0] === id).length;
      chiSquare += (found - expected) ** 2 / expected;
    }
    // 39 degrees of freedom: above 80 with a probability of 1e-4, and the seed is fixed.
    expect(chiSquare).toBeLessThan(80);
  });

  test("draws the same past the end of a cache's first part, wherever the weights lie", async () => {
    const requests = [5, 60, 90].map((length, seed) => ({
      promptIds: Int32Array.from({ length }, (_, index) => 2 + ((7 * index) % 30)),
      count: 2,
      seed,
    }));
    const [inputs = [], initializers = []] = await Promise.all(
      (["inputs", "initializers"] as const).map((weightPlacement) =>
        makePolicy({ weightPlacement }).sampler.sample(requests, { maxTokens: 40 }),
      ),
    );
    expect(initializers.map(({ completionIds }) => completionIds)).toEqual(inputs.map(({ completionIds }) => completionIds));
    for (const [index, { logProbabilities }] of initializers.entries()) {
      for (const [position, value] of logProbabilities.entries())
        expect(value).toBeCloseTo(inputs[index]?.logProbabilities[position] as number, 5);
    }
  });

  test("follows the weights after an optimiser step", async () => {
    for (const weightPlacement of ["inputs", "initializers"] as const) {
      const policy = makePolicy({ weightPlacement });
      const request = { promptIds: Int32Array.of(5, 6, 7), count: 3, seed: 3 };
      const before = await policy.sampler.sample([request], { maxTokens: 30 });
      const loss = {
        derivative: "constant" as const,
        evaluate: () => ({
          loss: 0,
          gradients: before.map(({ completionIds }) => new Float32Array(completionIds.length).fill(-1)),
          metrics: {},
        }),
      };
      await policy.forwardBackward(before, loss);
      await policy.optimizerStep({ learningRate: 0.05 });
      const after = await policy.sampler.sample([request], { maxTokens: 30 });
      const scored = await policy.logProbabilities(after);
      expect(after.map(({ policyVersion }) => policyVersion)).toEqual([1, 1, 1]);
      expect(after).not.toEqual(before);
      for (const [index, { logProbabilities }] of after.entries()) {
        for (const [position, value] of logProbabilities.entries())
          expect(value).toBeCloseTo(scored[index]?.logProbabilities[position] as number, 4);
      }
    }
  });
});

describe("the end of a completion", () => {
  test("is the end-of-sequence token, a stop text or the limit, and is kept", async () => {
    const sampler = makePolicy({ tokenizer: { ...characters, endOfSequenceId: 7 } }).sampler;
    const stop = ["\u0105\u010a", "\u0110"];
    const rollouts = await sampler.sample(randomRequests(10, 20), { maxTokens: 30, stop, temperature: 2 });
    const endings = { token: 0, pair: 0, single: 0, length: 0 };
    for (const { completionIds, text, finishReason, logProbabilities } of rollouts) {
      const ids = [...completionIds];
      const before = text.slice(0, -1);
      expect(before.includes("\u0107") || stop.some((each) => before.includes(each))).toBe(false);
      expect(logProbabilities.length).toBe(ids.length);
      expect(text).toBe(characters.decode(ids));
      if (finishReason === "length") {
        expect(ids.length).toBe(30);
        endings.length++;
      } else if (ids.at(-1) === 7) endings.token++;
      else if (text.endsWith("\u0105\u010a")) endings.pair++;
      else if (text.endsWith("\u0110")) endings.single++;
      else throw new Error(`${text} stopped for no reason`);
    }
    for (const count of Object.values(endings)) expect(count).toBeGreaterThan(0);
  });

  test("comes where the model's length is used up", async () => {
    const prompt = { promptIds: new Int32Array(250).fill(5), count: 1, seed: 1 };
    const [rollout] = await makePolicy().sampler.sample([prompt], { maxTokens: 50 });
    expect([rollout?.completionIds.length, rollout?.finishReason]).toEqual([6, "length"]);
  });
});

describe("a call", () => {
  test("reports progress and gives rollouts in the order of requests", async () => {
    const requests = [
      ...randomRequests(5, 3),
      { promptIds: Int32Array.of(8), count: 0, seed: 1 },
      { promptIds: Int32Array.of(9), count: 2, seed: 1 },
    ];
    const seen: { tokens: number; finished: number; total: number }[] = [];
    const rollouts = await makePolicy({ batchSize: 4 }).sampler.sample(requests, {
      maxTokens: 9,
      onProgress: (progress) => seen.push(progress),
    });
    expect(rollouts.map(({ promptIds }) => promptIds)).toEqual(
      requests.flatMap(({ promptIds, count }) => Array<Int32Array>(count).fill(promptIds)),
    );
    const tokens = rollouts.reduce((total, { completionIds }) => total + completionIds.length, 0);
    expect(seen.at(-1)).toEqual({ tokens, finished: 17, total: 17 });
    expect(await makePolicy().sampler.sample([])).toEqual([]);
  });

  test("can be cancelled, and the sampler used again", async () => {
    const sampler = makePolicy().sampler;
    const expected = await sampler.sample(randomRequests(3, 2), { maxTokens: 20 });
    const controller = new AbortController();
    const cancelled = sampler.sample(randomRequests(3, 2), {
      maxTokens: 100,
      signal: controller.signal,
      onProgress: ({ tokens }) => {
        if (tokens > 12) controller.abort();
      },
    });
    expect((await failure(cancelled)).code).toBe("cancelled");
    expect(await sampler.sample(randomRequests(3, 2), { maxTokens: 20 })).toEqual(expected);
  });

  test("waits for an earlier one", async () => {
    const sampler = makePolicy().sampler;
    const expected = await sampler.sample(randomRequests(3, 2), { maxTokens: 20 });
    const both = await Promise.all([
      sampler.sample(randomRequests(3, 2), { maxTokens: 20 }),
      sampler.sample(randomRequests(3, 2), { maxTokens: 20 }),
    ]);
    expect(both).toEqual([expected, expected]);
  });

  test("fails where the weights change under it", async () => {
    const policy = makePolicy();
    const sampling = policy.sampler.sample(randomRequests(3, 2), {
      maxTokens: 100,
      onProgress: ({ tokens }) => {
        if (tokens === 12) policy.optimizerStep({ learningRate: 0 });
      },
    });
    expect((await failure(sampling)).code).toBe("run-conflict");
  });

  test("fails where the weights have diverged, and works when they are well again", async () => {
    const weights = initializeDecoder(tiny, 1);
    const tensors = new Map([...weights].map(([name, data]) => [name, { data, shape: shapeOf(name) }]));
    let revision = 0;
    const sampler = new LocalSampler(() => ({ config: tiny, version: 0, revision: revision++ >> 30, tensors }), { tokenizer: characters });
    const expected = await sampler.sample(randomRequests(3, 2), { maxTokens: 20 });
    weights.get("model.norm.weight")?.fill(Number.NaN);
    weights.get("model.layers.0.self_attn.v_proj.weight")?.fill(Number.NaN);
    expect((await failure(sampler.sample(randomRequests(3, 2)))).code).toBe("non-finite");
    for (const [name, values] of initializeDecoder(tiny, 1)) weights.get(name)?.set(values);
    expect(await sampler.sample(randomRequests(3, 2), { maxTokens: 20 })).toEqual(expected);
  });

  test.each<[string, Partial<SampleRequest>, SamplingOptions, RegExp]>([
    ["an empty prompt", { promptIds: new Int32Array(0) }, {}, /request 0 has an empty prompt/],
    ["a long prompt", { promptIds: new Int32Array(256) }, {}, /prompt of 256 tokens/],
    ["an unknown id", { promptIds: Int32Array.of(40) }, {}, /token id 40; the vocabulary has 40/],
    ["half a sample", { count: 0.5 }, {}, /asks for 0.5 samples/],
    ["no tokens", {}, { maxTokens: 0 }, /maxTokens is 0/],
    ["a negative temperature", {}, { temperature: -1 }, /temperature is -1/],
    ["a share above one", {}, { topP: 1.5 }, /topP is 1.5/],
    ["half a token", {}, { topK: 1.5 }, /topK is 1.5/],
    ["an empty stop text", {}, { stop: [""] }, /stop text is empty/],
  ])("refuses %s", async (_, request, options, message) => {
    const sampler = makePolicy().sampler;
    const error = await failure(sampler.sample([{ promptIds: Int32Array.of(5), count: 1, seed: 1, ...request }], options));
    expect(error.message).toMatch(message);
  });
});

function shapeOf(name: string): number[] {
  return [...(new LocalPolicy(tiny, initializeDecoder(tiny, 1)).weights.tensors.get(name)?.shape ?? [])];
}
