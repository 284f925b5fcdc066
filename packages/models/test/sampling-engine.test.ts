import { BridgeError, createRandom, type SampleRequest, type Tokenizer } from "@bridge-rl/spec";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { LocalPolicy, LocalSampler, type LocalSamplerOptions, type StreamedRollout } from "../src/index.js";
import { drawToken } from "../src/internal/sampler/draw-token.js";
import { readOracle } from "./support/oracle.js";

const { config, weights } = readOracle("qwen2-tiny");

/** Every id is a letter, so that stop texts can be spelled; id 2 ends a sequence. */
const tokenizer: Tokenizer = {
  ...{ vocabularySize: config.vocabularySize, endOfSequenceId: 2, padId: 0, encode: () => new Int32Array(0) },
  decode: (ids) => Array.from(ids, (id) => String.fromCharCode(97 + (id % 26))).join(""),
  encodeWithOffsets: () => ({ ids: new Int32Array(0), offsets: new Int32Array(1) }),
};

function make(options: Partial<LocalSamplerOptions> = {}): { policy: LocalPolicy; sampler: LocalSampler } {
  const policy = new LocalPolicy(config, weights);
  return { policy, sampler: new LocalSampler(() => policy.weights, { tokenizer, ...options }) };
}

function randomRequests(count: number, seed: number, longest = 30): SampleRequest[] {
  const random = createRandom(seed, "requests");
  return Array.from({ length: count }, (_, index) => ({
    promptIds: Int32Array.from({ length: random.integer(1, longest) }, () => random.integer(3, 319)),
    count: random.integer(1, 3),
    seed: 100 * seed + index,
  }));
}

async function collect(stream: AsyncIterable<StreamedRollout>): Promise<StreamedRollout[]> {
  const all: StreamedRollout[] = [];
  for await (const each of stream) all.push(each);
  return all.sort((one, other) => one.request - other.request || one.sample - other.sample);
}

describe("min-p", () => {
  test("keeps the tokens of at least that share of the likeliest, each with its part of what is kept", () => {
    const distribution = fc
      .array(fc.double({ min: 1e-6, max: 1, noNaN: true }), { minLength: 1, maxLength: 20 })
      .map((values) => Float32Array.from(values, (value) => value / values.reduce((sum, each) => sum + each, 0)));
    fc.assert(
      fc.property(distribution, fc.double({ min: 0.01, max: 1, noNaN: true }), fc.nat({ max: 4 }), (probabilities, minP, topK) => {
        const largest = Math.max(...probabilities);
        const kept = [...probabilities.keys()]
          .sort((one, other) => (probabilities[other] as number) - (probabilities[one] as number) || one - other)
          .slice(0, topK === 0 ? undefined : topK)
          .filter((id) => (probabilities[id] as number) >= minP * largest);
        const mass = kept.reduce((sum, id) => sum + (probabilities[id] as number), 0);
        for (let step = 0; step < 50; step++) {
          const { id, logProbability } = drawToken(probabilities, (step + 0.5) / 50, { greedy: false, topK, topP: 1, minP });
          expect(kept).toContain(id);
          expect(logProbability).toBeCloseTo(Math.log((probabilities[id] as number) / mass), 5);
        }
      }),
      { numRuns: 300 },
    );
  });

  test("is an option of sampling: 1 leaves the likeliest alone", async () => {
    const requests = randomRequests(3, 1);
    const greedy = await make().sampler.sample(requests, { maxTokens: 8, temperature: 0 });
    const sharp = await make().sampler.sample(requests, { maxTokens: 8, minP: 1 });
    expect(sharp.map(({ completionIds }) => completionIds)).toEqual(greedy.map(({ completionIds }) => completionIds));
    expect(sharp.every(({ logProbabilities }) => logProbabilities.every((value) => value === 0))).toBe(true);
    await expect(make().sampler.sample(requests, { minP: 1.5 })).rejects.toMatchObject({ code: "invalid-option" });
  });
});

test("prompts' log-probabilities are the trainer's, at the temperature, one array for each request's rollouts", async () => {
  const { policy, sampler } = make();
  const requests = randomRequests(5, 2);
  const rollouts = await sampler.sample(requests, { maxTokens: 3, temperature: 0.7, topK: 5, promptLogProbabilities: true });
  const rows = requests.map(({ promptIds }) => ({ promptIds: promptIds.slice(0, 1), completionIds: promptIds.slice(1) }));
  const expected = await policy.logProbabilities(rows, { temperature: 0.7 });
  const owners = requests.flatMap(({ count }, request) => Array.from({ length: count }, () => request));
  for (const [index, rollout] of rollouts.entries()) {
    const own = expected[owners[index] as number]?.logProbabilities;
    expect(rollout.promptLogProbabilities).toHaveLength(rollout.promptIds.length - 1);
    for (const [token, value] of own?.entries() ?? []) expect(rollout.promptLogProbabilities?.[token]).toBeCloseTo(value, 5);
  }
  expect((await sampler.sample(requests.slice(0, 1), { maxTokens: 1 }))[0]).not.toHaveProperty("promptLogProbabilities");
});

test("sampler and trainer agree to 1e-5 for every order, batch size and padding", async () => {
  const policy = new LocalPolicy(config, weights, { tokensPerRun: 96 });
  const samplers = [4, 7, 64].map((batchSize) => new LocalSampler(() => policy.weights, { tokenizer, batchSize }));
  await fc.assert(
    fc.asyncProperty(
      fc.array(fc.integer({ min: 0, max: 9 }), { minLength: 1, maxLength: 6 }),
      fc.nat({ max: 2 }),
      fc.constantFrom(0.7, 1),
      fc.nat(),
      async (chosen, which, temperature, shuffle) => {
        const all = randomRequests(10, 3);
        const requests = chosen.map((index) => all[index] as SampleRequest);
        const rollouts = await (samplers[which] as LocalSampler).sample(requests, { maxTokens: 20, temperature });
        const order = createRandom(shuffle, "order").shuffle([...rollouts.keys()]);
        const scored = await policy.logProbabilities(
          order.map((index) => rollouts[index] as (typeof rollouts)[number]),
          { temperature },
        );
        for (const [place, index] of order.entries()) {
          for (const [token, value] of rollouts[index]?.logProbabilities.entries() ?? []) {
            expect(Math.abs((scored[place]?.logProbabilities[token] ?? Number.NaN) - value)).toBeLessThan(1e-5);
          }
        }
      },
    ),
    { numRuns: 12 },
  );
});

describe("stream", () => {
  const options = { maxTokens: 24, temperature: 1.1 };

  test("gives the rollouts of sample, whatever order they finish in, from a source that is slow too", async () => {
    const requests = randomRequests(14, 4, 60);
    const { sampler } = make({ batchSize: 6 });
    const whole = await sampler.sample(requests, options);
    async function* slowly(): AsyncGenerator<SampleRequest> {
      for (const [index, request] of requests.entries()) {
        if (index % 3 === 0) await new Promise((resolve) => setTimeout(resolve, 2));
        yield request;
      }
    }
    for (const source of [requests, slowly()]) {
      const streamed = await collect(sampler.stream(source, options));
      expect(streamed.map(({ rollout }) => rollout.completionIds)).toEqual(whole.map(({ completionIds }) => completionIds));
      const places = requests.flatMap(({ count }, request) => Array.from({ length: count }, (_, sample) => [request, sample]));
      expect(streamed.map(({ request, sample }) => [request, sample])).toEqual(places);
      for (const [index, { rollout }] of streamed.entries()) {
        for (const [token, value] of rollout.logProbabilities.entries())
          expect(value).toBeCloseTo(whole[index]?.logProbabilities[token] as number, 5);
      }
    }
  });

  test("takes no more requests than rows ahead, and decodes nothing while nobody reads", async () => {
    const { sampler } = make({ batchSize: 4 });
    let taken = 0;
    let steps = 0;
    function* endless(): Generator<SampleRequest> {
      while (true) {
        taken++;
        yield { promptIds: Int32Array.of(5, 6), count: 1, seed: taken };
      }
    }
    const stream = sampler.stream(endless(), { maxTokens: 3, onProgress: () => steps++ });
    await stream.next();
    // four decoded, four waiting, and one asked for
    expect(taken).toBeLessThanOrEqual(9);
    const before = steps;
    await new Promise((resolve) => setTimeout(resolve, 30));
    expect(steps).toBe(before);
    await stream.return();
    expect(taken).toBeLessThanOrEqual(9);
  });

  test("lets other calls wait for its end, and lets go of the source when it is broken off", async () => {
    const { sampler } = make();
    let closed = false;
    function* source(): Generator<SampleRequest> {
      try {
        yield* randomRequests(5, 6);
      } finally {
        closed = true;
      }
    }
    const stream = sampler.stream(source(), options);
    await stream.next();
    let sampled = false;
    const other = sampler.sample(randomRequests(1, 7), options).then(() => {
      sampled = true;
    });
    await new Promise((resolve) => setTimeout(resolve, 20));
    expect(sampled).toBe(false);
    await stream.return();
    await other;
    expect(closed || sampled).toBe(true);
  });

  test("is cancelled by its signal, and hands on what its source throws", async () => {
    const { sampler } = make();
    const controller = new AbortController();
    const cancelled = collect(
      sampler.stream(randomRequests(4, 8), { ...options, signal: controller.signal, onProgress: () => controller.abort() }),
    );
    await expect(cancelled).rejects.toMatchObject({ code: "cancelled" });
    async function* broken(): AsyncGenerator<SampleRequest> {
      yield* randomRequests(1, 9);
      throw new BridgeError("invalid-input", "the source broke");
    }
    await expect(collect(sampler.stream(broken(), options))).rejects.toMatchObject({ message: "the source broke" });
    expect(await collect(sampler.stream([], options))).toEqual([]);
    expect(await sampler.sample(randomRequests(1, 9), options)).not.toHaveLength(0);
  });
});
