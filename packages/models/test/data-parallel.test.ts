import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createRandom, type Loss, type SampleRequest, type TrainingRow } from "@bridge-rl/spec";
import fc from "fast-check";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { DecoderConfig } from "../src/decoder-config.js";
import { initializeDecoder } from "../src/decoder-parameters.js";
import { divideRows, divideWork, type Piece } from "../src/internal/policy/divide-work.js";
import { divideRequests } from "../src/internal/sampler/divide-requests.js";
import { planSamples } from "../src/internal/sampler/sample-plan.js";
import { planMemory } from "../src/memory-plan.js";
import { createTokenizer } from "../src/tokenizer.js";
import { trainTokenizer } from "../src/train-tokenizer.js";
import { createWorkerPolicy, type WorkerPolicy } from "../src/worker-policy.js";

const tokenizer = createTokenizer(trainTokenizer({ texts: ["K=m+T; T=4."], vocabularySize: 40, alphabet: "seen" }));
const config: DecoderConfig = {
  architecture: "qwen3",
  ...{ vocabularySize: tokenizer.vocabularySize, hiddenSize: 12, layers: 2, heads: 4, keyValueHeads: 2, headDimension: 6 },
  ...{ intermediateSize: 20, ropeTheta: 1e4, normEpsilon: 1e-6, queryKeyNorm: true, attentionBias: true, tieEmbeddings: true },
  maximumLength: 96,
};
const weights = initializeDecoder(config, 1, { standardDeviation: 0.3 });

/** Groups of one prompt each, of very different sizes, in any order. */
function makeBatch(seed: number): TrainingRow[] {
  const random = createRandom(seed, "batch");
  const ids = (count: number) => Int32Array.from({ length: count }, () => random.integer(0, config.vocabularySize - 1));
  const groups = [3, 40, 17].flatMap((prompt) => {
    const promptIds = ids(prompt);
    return Array.from({ length: random.integer(1, 9) }, () => ({ promptIds, completionIds: ids(random.integer(1, 30)) }));
  });
  return random.shuffle([...groups, { promptIds: ids(5), completionIds: ids(0) }]);
}

/** Σ w · log p + ½ (log p)², with weights drawn per row; zero for some rows. */
function drawnLoss(batch: readonly TrainingRow[], seed: number, derivative: Loss["derivative"]): Loss {
  const random = createRandom(seed, "loss");
  const factors = batch.map(({ completionIds }) => {
    const factor = random.chance(0.2) ? 0 : random.normal() / 50;
    return Float32Array.from(completionIds, () => factor);
  });
  return {
    derivative,
    evaluate(rows) {
      const terms = rows.map(({ logProbabilities }, row) =>
        logProbabilities.reduce((sum, value, place) => sum + (factors[row]?.[place] as number) * value, 0),
      );
      return { loss: terms.reduce((sum, term) => sum + term, 0), gradients: factors, metrics: { rows: rows.length } };
    },
  };
}

/** With such an ε AdamW's first step is the gradient times rate / ε. */
const asGradient = { learningRate: 1e9, epsilon: 1e9, maxGradientNorm: 0 };

const numbersOf = (tensors: ReadonlyMap<string, Float32Array>) => [...tensors.values()].flatMap((values) => [...values]);
const norm = (values: readonly number[]) => Math.sqrt(values.reduce((total, value) => total + value * value, 0));

function expectClose(ours: readonly number[], theirs: readonly number[], share: number): void {
  expect(ours).toHaveLength(theirs.length);
  expect(norm(ours.map((value, index) => value - (theirs[index] as number)))).toBeLessThan(share * norm(theirs));
}

describe("one, two and three workers", () => {
  let directory: string;
  let policies: WorkerPolicy[];
  beforeAll(async () => {
    directory = await mkdtemp(join(tmpdir(), "data-parallel-"));
    policies = await Promise.all(
      [1, 2, 3].map((workers) => createWorkerPolicy(config, weights, { workers, tokenizer, tokensPerRun: 128 })),
    );
    await policies[0]?.save(join(directory, "beginning"));
  }, 60_000);
  afterAll(async () => {
    await Promise.all(policies.map((policy) => policy.dispose()));
    await rm(directory, { recursive: true, force: true });
  });
  const reset = () => Promise.all(policies.map((policy) => policy.load(join(directory, "beginning"))));

  test.each(["constant", "dependent"] as const)("give the same loss and gradient, %s derivative", async (derivative) => {
    for (const seed of [1, 2]) {
      const batch = makeBatch(seed);
      const found = await Promise.all(
        policies.map(async (policy) => {
          await policy.load(join(directory, "beginning"));
          const before = numbersOf(await policy.weights());
          const half = Math.floor(batch.length / 2);
          // accumulated from two calls
          const parts = [batch.slice(0, half), batch.slice(half)];
          const losses = [];
          for (const [part, rows] of parts.entries())
            losses.push((await policy.forwardBackward(rows, drawnLoss(rows, part, derivative), { temperature: 0.8 })).loss);
          const { gradientNorm } = await policy.optimizerStep(asGradient);
          const after = numbersOf(await policy.weights());
          return { losses, gradientNorm, gradient: before.map((value, index) => value - (after[index] as number)) };
        }),
      );
      const [one, ...others] = found as [(typeof found)[number], ...(typeof found)[number][]];
      for (const other of others) {
        expectClose(other.losses, one.losses, 1e-6);
        expect(Math.abs(other.gradientNorm / one.gradientNorm - 1)).toBeLessThan(1e-6);
        // the difference of two float32 weights has no more digits than this
        expectClose(other.gradient, one.gradient, 1e-5);
      }
    }
  });

  test("give the same log-probabilities and entropies, of the policy, a snapshot and a shifted policy", async () => {
    await reset();
    const batch = makeBatch(4);
    const found = await Promise.all(
      policies.map(async (policy) => {
        await policy.forwardBackward(batch, drawnLoss(batch, 1, "constant"));
        await policy.storeGradient("direction");
        const frozen = await policy.snapshot();
        const plain = await policy.logProbabilities(batch, { entropies: true, temperature: 0.7 });
        const shifted = await policy.logProbabilities(batch, { direction: { name: "direction", scale: -0.01 } });
        const held = await frozen.logProbabilities(batch);
        await frozen.dispose();
        await expect(frozen.logProbabilities(batch)).rejects.toThrow("the snapshot was disposed");
        return [plain, shifted, held].map((rows) =>
          rows.map(({ logProbabilities, entropies }) => [...logProbabilities, ...(entropies ?? [])]),
        );
      }),
    );
    expect(found[0]?.[0]?.map((row) => row.length)).toEqual(batch.map(({ completionIds }) => 2 * completionIds.length));
    for (const other of found.slice(1)) {
      for (const [which, rows] of other.entries()) {
        for (const [row, values] of rows.entries()) {
          for (const [place, value] of values.entries())
            expect(Math.abs(value - (found[0]?.[which]?.[row]?.[place] as number))).toBeLessThan(1e-5);
        }
      }
    }
  });

  test("draw the same tokens, in the order of the requests", async () => {
    await reset();
    const requests: SampleRequest[] = [
      { promptIds: Int32Array.of(1, 2, 3), count: 5, seed: 7 },
      { promptIds: Int32Array.of(4), count: 1, seed: 8 },
      { promptIds: Int32Array.from({ length: 30 }, (_, index) => index % 9), count: 2, seed: 9 },
      { promptIds: Int32Array.of(5, 6), count: 0, seed: 10 },
    ];
    const options = { maxTokens: 20, temperature: 0.9, topP: 0.95, promptLogProbabilities: true };
    const seen: { tokens: number; finished: number; total: number }[] = [];
    const drawn = await Promise.all(
      policies.map((policy, index) =>
        policy.sampler.sample(requests, index === 2 ? { ...options, onProgress: (state) => seen.push(state) } : options),
      ),
    );
    const [one, ...others] = drawn.map((rollouts) =>
      rollouts.map(({ promptIds, completionIds, text, finishReason }) => ({ promptIds, completionIds, text, finishReason })),
    );
    expect(one).toHaveLength(8);
    for (const other of others) expect(other).toEqual(one);
    expect(drawn[2]?.map(({ promptLogProbabilities }) => promptLogProbabilities?.length)).toEqual([2, 2, 2, 2, 2, 0, 29, 29]);
    const tokens = drawn[2]?.reduce((total, { completionIds }) => total + completionIds.length, 0);
    expect(seen.at(-1)).toEqual({ tokens, finished: 8, total: 8 });
  });

  test("keep all workers' weights the same, bit by bit, and save one state twice in the same bytes", async () => {
    const [, , three] = policies as [WorkerPolicy, WorkerPolicy, WorkerPolicy];
    const saved: Buffer[][] = [];
    for (const round of [0, 1]) {
      await three.load(join(directory, "beginning"));
      for (let step = 0; step < 3; step++) {
        const batch = makeBatch(step);
        await three.forwardBackward(batch, drawnLoss(batch, step, "dependent"));
        await three.optimizerStep({ learningRate: 0.01, weightDecay: 0.1 });
      }
      const [first, ...others] = await Promise.all([0, 1, 2].map((worker) => three.weights(worker)));
      for (const other of others) expect(other).toEqual(first);
      const folder = join(directory, `round ${round}`);
      await three.save(folder);
      expect(three.version).toBe(3);
      saved.push(await Promise.all(["model", "optimizer"].map((name) => readFile(join(folder, `${name}.safetensors`)))));
    }
    expect(saved[0]?.every((bytes, index) => bytes.equals(saved[1]?.[index] as Buffer))).toBe(true);
  });

  test("go on alike from one state", async () => {
    const folder = join(directory, "common");
    await policies[1]?.save(folder);
    const batch = makeBatch(5);
    const after = await Promise.all(
      policies.map(async (policy) => {
        await policy.load(folder);
        await policy.forwardBackward(batch, drawnLoss(batch, 1, "dependent"));
        await policy.optimizerStep({ learningRate: 1e-3 });
        return numbersOf(await policy.weights());
      }),
    );
    for (const other of after.slice(1)) expectClose(other, after[0] as number[], 1e-5);
  });

  test("name rows and requests by their places in the whole", async () => {
    const batch = makeBatch(6);
    const last = batch.length;
    const wrong = { promptIds: Int32Array.of(9999), completionIds: Int32Array.of(1) };
    await expect(policies[2]?.logProbabilities([...batch, wrong])).rejects.toMatchObject({
      code: "invalid-input",
      message: `row ${last} has token id 9999; the vocabulary has ${config.vocabularySize} tokens`,
    });
    const requests = [1, 1, 1].map((count, seed) => ({ promptIds: seed === 2 ? new Int32Array(0) : Int32Array.of(1), count, seed }));
    await expect(policies[2]?.sampler.sample(requests)).rejects.toThrow("request 2 has an empty prompt");
    expect(await policies[2]?.logProbabilities(batch)).toHaveLength(last);
    expect(await policies[2]?.logProbabilities([])).toEqual([]);
    expect(await policies[2]?.sampler.sample([])).toEqual([]);
  });

  test("stop together when a call is cancelled, and serve the next", async () => {
    const [, two] = policies as [WorkerPolicy, WorkerPolicy];
    const controller = new AbortController();
    const rows = Array.from({ length: 200 }, () => makeBatch(7)).flat();
    const cancelled = two.logProbabilities(rows, { signal: controller.signal });
    const next = two.logProbabilities(rows.slice(0, 2));
    setTimeout(() => controller.abort(), 20);
    await expect(cancelled).rejects.toMatchObject({ code: "cancelled" });
    expect(await next).toHaveLength(2);
    const during = new AbortController();
    const requests = [{ promptIds: Int32Array.of(1), count: 40, seed: 1 }];
    const sampling = two.sampler.sample(requests, { maxTokens: 90, signal: during.signal, onProgress: () => during.abort() });
    await expect(sampling).rejects.toMatchObject({ code: "cancelled" });
  });

  test("an error in one is the error of the call", async () => {
    const [, two] = policies as [WorkerPolicy, WorkerPolicy];
    await two.load(join(directory, "beginning"));
    const batch = makeBatch(8);
    const infinite: Loss = {
      derivative: "constant",
      evaluate: (rows) => ({ loss: 0, gradients: rows.map(({ logProbabilities }) => logProbabilities.map(() => 3e38)), metrics: {} }),
    };
    await two.forwardBackward(batch, infinite);
    await expect(two.optimizerStep({ learningRate: 1 })).rejects.toMatchObject({ code: "non-finite" });
    await expect(two.load(join(directory, "nowhere"))).rejects.toMatchObject({ code: "invalid-file" });
    await expect(two.weights(2)).rejects.toThrow("there is no worker 2; the policy has 2");
    await two.load(join(directory, "beginning"));
    const [first, second] = [await two.weights(0), await two.weights(1)];
    expect(second).toEqual(first);
    expect(first).toEqual(weights);
  });
});

test("dropout drops the same however many workers share the rows", async () => {
  const lora = { rank: 2, dropout: 0.3, seed: 4 };
  const batch = makeBatch(9);
  const found = await Promise.all(
    [1, 2].map(async (workers) => {
      const policy = await createWorkerPolicy(config, weights, { workers, lora });
      const before = numbersOf(await policy.adapters());
      for (let step = 0; step < 2; step++) {
        await policy.forwardBackward(batch, drawnLoss(batch, 1, "dependent"));
        if (step === 0) await policy.optimizerStep(asGradient);
      }
      const { norm: second } = await policy.storeGradient("second");
      const after = numbersOf(await policy.adapters());
      expect((await policy.mergedWeights()).size).toBe(weights.size);
      expect(policy.lora?.rank).toBe(2);
      await policy.dispose();
      return { gradient: before.map((value, index) => value - (after[index] as number)), second };
    }),
  );
  expectClose(found[1]?.gradient as number[], found[0]?.gradient as number[], 1e-5);
  expect(found[1]?.second).toBeCloseTo(found[0]?.second as number, 4);
});

test("layer by layer, gradients stay in the arrays that are added up", async () => {
  const batch = makeBatch(10);
  const steps = await Promise.all(
    [1, 2].map(async (workers) => {
      const policy = await createWorkerPolicy(config, weights, { workers, activationCheckpointing: true });
      for (let step = 0; step < 2; step++) {
        await policy.forwardBackward(batch, drawnLoss(batch, 1, "dependent"));
        await policy.optimizerStep({ learningRate: 1e-3, epsilon: 1e-3 });
      }
      const after = numbersOf(await policy.weights(workers - 1));
      await policy.dispose();
      return after;
    }),
  );
  expectClose(steps[1] as number[], steps[0] as number[], 1e-6);
});

test("what several workers cannot do is refused before any starts", async () => {
  await expect(createWorkerPolicy(config, weights, { workers: 0 })).rejects.toMatchObject({ code: "invalid-option" });
  await expect(createWorkerPolicy(config, weights, { workers: 2, provider: "webgpu" })).rejects.toMatchObject({ code: "unsupported" });
  const { peakBytes } = planMemory(config);
  expect(planMemory(config, { workers: 2 }).peakBytes).toBe(2 * peakBytes);
  await expect(createWorkerPolicy(config, weights, { workers: 2, memoryLimit: 1.5 * peakBytes })).rejects.toThrow("doesn't fit");
  await expect(createWorkerPolicy({ ...config, layers: 3 }, weights, { workers: 2 })).rejects.toThrow("lacks the tensor model.layers.2");
});

describe("dividing work", () => {
  const pieces = fc
    .array(fc.record({ size: fc.integer({ min: 1, max: 6 }), groupCost: fc.integer({ min: 0, max: 50 }), seed: fc.nat() }), {
      maxLength: 8,
    })
    .map((groups) =>
      groups.flatMap(({ size, groupCost, seed }, group): Piece[] =>
        Array.from({ length: size }, (_, index) => ({ group, groupCost, cost: 1 + ((seed >> index) % 20) })),
      ),
    );
  const costOf = (part: readonly Piece[]) =>
    part.reduce((sum, piece, index) => sum + piece.cost + (part[index - 1]?.group === piece.group ? 0 : piece.groupCost), 0);

  test("leaves nothing out, gives each part something, and no part waits long for another", () => {
    fc.assert(
      fc.property(pieces, fc.integer({ min: 1, max: 5 }), (all, count) => {
        const ends = divideWork(all, count);
        expect(ends).toHaveLength(count);
        expect(ends.at(-1)).toBe(all.length);
        const costs = ends.map((end, part) => costOf(all.slice(ends[part - 1] ?? 0, end)));
        const largest = Math.max(0, ...all.map(({ cost, groupCost }) => cost + groupCost));
        expect(Math.max(...costs)).toBeLessThanOrEqual(costOf(all) / count + 2 * largest);
        if (all.length > 0) expect(costs[0]).toBeGreaterThan(0);
      }),
    );
  });

  test("is an eighth worse than the best of all cuts at most, in two parts and in three, and cuts a group only for more", () => {
    fc.assert(
      fc.property(pieces, (all) => {
        const costliest = (ends: readonly number[]) => Math.max(...ends.map((end, part) => costOf(all.slice(ends[part - 1] ?? 0, end))));
        const places = [...all.keys(), all.length];
        const inTwo = places.map((end) => [end, all.length]);
        const inThree = places.flatMap((first) => places.slice(first).map((second) => [first, second, all.length]));
        const isWhole = (ends: readonly number[]) =>
          ends.every((end) => end === 0 || all[end - 1]?.group !== all[end]?.group || end === all.length);
        for (const cuts of [inTwo, inThree]) {
          const found = divideWork(all, cuts === inTwo ? 2 : 3);
          const best = Math.min(...cuts.map(costliest));
          expect(costliest(found)).toBeLessThanOrEqual(1.125 * best);
          const bestWhole = Math.min(...cuts.filter(isWhole).map(costliest));
          expect(isWhole(found)).toBe(bestWhole <= 1.125 * best);
        }
      }),
    );
  });

  test("keeps rows of a prompt together, unless a worker would have nothing to do", () => {
    const row = (prompt: number, length: number): TrainingRow => ({
      promptIds: new Int32Array(20).fill(prompt),
      completionIds: new Int32Array(length),
    });
    const batch = [row(1, 10), row(2, 10), row(1, 10), row(2, 10), row(2, 10), row(1, 10)];
    const every = [...batch.keys()];
    expect(divideRows(batch, every, 2, { sharePrompts: true })).toEqual([
      [0, 2, 5],
      [1, 3, 4],
    ]);
    expect(divideRows(batch, every, 2, { sharePrompts: false })).toEqual([
      [0, 1, 2],
      [3, 4, 5],
    ]);
    expect(divideRows(batch, [0, 2, 5], 3, { sharePrompts: true })).toEqual([[0], [2], [5]]);
    expect(divideRows(batch, [3], 2, { sharePrompts: true })).toEqual([[3], []]);
  });

  test("cuts requests between samples, which keep their numbers", () => {
    const requests = [3, 2, 3].map((count, seed) => ({ promptIds: Int32Array.of(1, 2, 3), count, seed }));
    const parts = divideRequests(requests, planSamples(requests, config, 10), 2);
    expect(parts.map((part) => part.map(({ seed, count, firstSample }) => [seed, count, firstSample]))).toEqual([
      [
        [0, 3, 0],
        [1, 1, 0],
      ],
      [
        [1, 1, 1],
        [2, 3, 0],
      ],
    ]);
    const [whole] = planSamples(requests.slice(1, 2), config, 10).slice(1);
    const [cut] = planSamples(parts[1] as SampleRequest[], config, 10);
    expect(cut?.random.next()).toBe(whole?.random.next());
  });
});
