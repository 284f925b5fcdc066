import { initializeDecoder, LocalPolicy, LocalSampler } from "@bridge-rl/models";
import type { Loss, Policy, Rollout, RunEvent, Sampler } from "@bridge-rl/spec";
import { beginsRight, phrasebook, problems, tinyDecoder, tinyPolicy, tokenizer } from "@bridge-rl/test-support";
import { createMemoryTracker } from "@bridge-rl/training";
import { describe, expect, test } from "vitest";
import { samplerCorrections, type TrainGrpoOptions, trainGrpo, truncatedImportanceSampling } from "../src/index.js";

/** One that is sure enough of its tokens for 8 bits to matter. */
function surePolicy(): LocalPolicy {
  const config = tinyDecoder(tokenizer.vocabularySize, { tieEmbeddings: false });
  return new LocalPolicy(config, initializeDecoder(config, 3, { standardDeviation: 0.3 }), {
    createSampler: (weights) => new LocalSampler(weights, { tokenizer }),
  });
}

const int8 = { maxTokens: 2, precision: "int8" } as const;

async function run(options: Partial<TrainGrpoOptions> = {}): Promise<{ policy: Policy; events: readonly RunEvent[] }> {
  const policy = options.policy ?? tinyPolicy();
  const tracker = createMemoryTracker();
  await trainGrpo({
    ...{ policy, tokenizer, problems, phrasebook, reward: beginsRight, steps: 2, seed: 1, promptsPerStep: 4, groupSize: 8 },
    ...{ sampling: int8, learningRate: 1e-2, inspectEvery: 0, tracker },
    ...options,
  });
  return { policy, events: tracker.events };
}

describe("training on rollouts drawn in 8 bits", () => {
  test("learns the task, and gives the same bits twice", async () => {
    const { events } = await run({ steps: 40, groupSize: 16 });
    const accuracy = events.map(({ metrics }) => metrics["accuracy/mean"] as number);
    const again = await run({ steps: 3, groupSize: 16 });

    expect(accuracy[0]).toBeLessThan(0.3);
    expect(accuracy.at(-1)).toBeGreaterThan(0.8);
    expect(again.events).toEqual(events.slice(0, 3));
  });

  test("weighs them by truncated importance sampling on its own, and says how far the sampler was", async () => {
    const { metrics } = (await run({ steps: 1 })).events[0] as RunEvent;

    expect(metrics["sampling/kl"]).toBeGreaterThan(0);
    expect(metrics["sampling/kl"]).toBeLessThan(1e-2);
    expect(metrics["sampling/importance_sampling_ratio/uncut_mean"]).toBeCloseTo(1, 1);
    expect(metrics["sampling/importance_sampling_ratio/cut_share"]).toBe(0);
    const strict = await run({
      ...{ steps: 1, policy: surePolicy() },
      samplerCorrection: { ...truncatedImportanceSampling, maximum: 1.001 },
    });
    expect(strict.events[0]?.metrics["sampling/importance_sampling_ratio/cut_share"]).toBeGreaterThan(0.1);
  });

  test("takes the sampler's log-probabilities for the policy's on no account", async () => {
    await expect(run({ reuseLogProbabilities: true })).rejects.toThrow("the policy scores them again");
    // a sampler that rounds without having been asked to
    const policy = tinyPolicy();
    const sampler: Sampler = { sample: (requests, options) => tinyPolicy().sampler.sample(requests, { ...options, ...int8 }) };
    const rounding = new Proxy(policy, {
      get(target, name) {
        const value: unknown = name === "sampler" ? sampler : Reflect.get(target, name);
        return typeof value === "function" ? value.bind(target) : value;
      },
    });
    await expect(run({ policy: rounding, sampling: { maxTokens: 2 } })).rejects.toThrow("Pass samplerCorrection");
    const { events } = await run({ policy: rounding, sampling: { maxTokens: 2 }, samplerCorrection: {} });
    expect(events).toHaveLength(2);
  });

  test("has the gradient of the exact expectation, within the error of sampling", async () => {
    const policy = surePolicy();
    const promptIds = tokenizer.encode("give:a");
    const first = tokenizer.encode("a")[0];
    // every completion of two tokens, with its probability: what rollouts are drawn from, but for the end of sequence
    const ids = Array.from({ length: tokenizer.vocabularySize }, (_, id) => id);
    const all = ids.flatMap((one) => ids.map((other) => ({ promptIds, completionIds: Int32Array.of(one, other) })));
    const scored = await policy.logProbabilities(all);
    const probability = scored.map(({ logProbabilities }) => Math.exp(logProbabilities.reduce((sum, value) => sum + value, 0)));
    const rewards = all.map(({ completionIds }) => Number(completionIds[0] === first) + Number(completionIds[1] === 7));
    const expected: Loss = {
      derivative: "constant",
      evaluate: (rows) => ({
        loss: 0,
        gradients: rows.map((_, row) => new Float32Array(2).fill((probability[row] as number) * (rewards[row] as number))),
        metrics: {},
      }),
    };
    await policy.forwardBackward(all, expected);
    const { norm } = await policy.storeGradient("exact");
    const slopes = await slopesAlong(policy, all, "exact", 1e-2 / norm);

    // d · E[r ∇ log π] is the squared norm of the gradient, where d is that gradient
    const total = slopes.reduce((sum, slope, index) => sum + (probability[index] as number) * (rewards[index] as number) * slope, 0);
    expect(total / norm ** 2).toBeCloseTo(1, 2);

    const drawn = await policy.sampler.sample([{ promptIds, count: 3000, seed: 5 }], int8);
    const own = await policy.logProbabilities(drawn);
    const rows = (values: readonly { readonly logProbabilities: Float32Array }[]) => values.map((row) => row.logProbabilities);
    const ones = drawn.map(({ completionIds }) => new Uint8Array(completionIds.length).fill(1));
    const { importanceRatios, metrics } = samplerCorrections(rows(own), rows(drawn), ones, { level: "sequence", mode: "truncate" });
    const place = ({ completionIds: [one = 0, other = 0] }: Rollout) => one * tokenizer.vocabularySize + other;
    const term = (index: number): number => (rewards[index] as number) * (slopes[index] as number);
    const exact = all.reduce(
      (sum, { completionIds: [one] }, index) =>
        sum + (one === tokenizer.endOfSequenceId ? 0 : (probability[index] as number) * term(index)),
      0,
    );
    const terms = drawn.map((rollout, index) =>
      rollout.completionIds.length === 2 ? (importanceRatios[index]?.[0] as number) * term(place(rollout)) : 0,
    );
    const { mean, error } = meanOf(terms);
    expect(Math.abs(mean - exact)).toBeLessThan(4 * error);
    expect(error).toBeLessThan(0.1 * Math.abs(exact));

    const ratios = importanceRatios.map((row) => row[0] as number);
    const ratio = meanOf(ratios);
    expect(metrics["sampling/importance_sampling_ratio/uncut_mean"]).toBeCloseTo(ratio.mean, 10);
    expect(Math.abs(ratio.mean - 1)).toBeLessThan(4 * ratio.error);
    expect(metrics["sampling/sampling_logp_difference/max"]).toBeGreaterThan(1e-2);
  });
});

/** d log π(row) / d direction for whole rows, by central differences. */
async function slopesAlong(policy: Policy, rows: readonly Pick<Rollout, "promptIds" | "completionIds">[], name: string, scale: number) {
  const at = async (factor: number) =>
    (await policy.logProbabilities(rows, { direction: { name, scale: factor } })).map(({ logProbabilities }) =>
      logProbabilities.reduce((sum, value) => sum + value, 0),
    );
  const [plus, minus] = [await at(scale), await at(-scale)];
  return plus.map((value, index) => (value - (minus[index] as number)) / (2 * scale));
}

function meanOf(values: readonly number[]): { readonly mean: number; readonly error: number } {
  const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
  const variance = values.reduce((sum, value) => sum + (value - mean) ** 2, 0) / (values.length - 1);
  return { mean, error: Math.sqrt(variance / values.length) };
}
