import { createOnnxRuntime } from "@bridge-rl/runtime-onnx";
import { createRandom, type Loss, type TensorValue } from "@bridge-rl/spec";
import { describe, expect, test } from "vitest";
import { type DecoderConfig, describePlan, initializeDecoder, LocalPolicy, planMemory } from "../src/index.js";
import { Garbage } from "../src/internal/policy/garbage.js";
import { LargeHead } from "../src/internal/policy/large-head.js";
import { ParameterSet } from "../src/internal/policy/parameter-set.js";
import { ProgramCache } from "../src/internal/policy/programs.js";

const shared = {
  ...{ vocabularySize: 90, hiddenSize: 24, layers: 3, heads: 4, keyValueHeads: 2, headDimension: 8, intermediateSize: 40 },
  ...{ ropeTheta: 1e4, normEpsilon: 1e-6, maximumLength: 128 },
};
const configs: [string, DecoderConfig][] = [
  ["qwen2, tied", { ...shared, architecture: "qwen2", queryKeyNorm: false, attentionBias: true, tieEmbeddings: true }],
  ["qwen3, untied", { ...shared, architecture: "qwen3", queryKeyNorm: true, attentionBias: false, tieEmbeddings: false }],
];
const random = createRandom(4, "rows");
const rows = [
  [3, 20],
  [9, 1],
  [5, 33],
  [2, 12],
].map(([prompt = 0, completion = 0]) => ({
  promptIds: Int32Array.from({ length: prompt }, () => random.integer(0, 89)),
  completionIds: Int32Array.from({ length: completion }, () => random.integer(0, 89)),
}));

/** Signed weights, some zero, and entropies too. */
function mixedLoss(usesEntropies: boolean): Loss {
  const weights = (purpose: string): Float32Array[] => {
    const stream = createRandom(9, purpose);
    return rows.map(({ completionIds }) => Float32Array.from(completionIds, () => (stream.chance(0.2) ? 0 : stream.normal())));
  };
  const gradients = weights("log-probabilities");
  const entropyGradients = weights("entropies");
  return {
    derivative: "dependent",
    ...(usesEntropies ? { usesEntropies } : {}),
    evaluate: (scored) => ({
      loss: scored.reduce(
        (sum, { logProbabilities }, row) => sum + logProbabilities.reduce((s, v, t) => s + v * (gradients[row]?.[t] ?? 0), 0),
        0,
      ),
      gradients,
      ...(usesEntropies ? { entropyGradients } : {}),
      metrics: {},
    }),
  };
}

function compare(found: ReadonlyMap<string, TensorValue>, expected: ReadonlyMap<string, TensorValue>): void {
  expect([...found.keys()]).toEqual([...expected.keys()]);
  for (const [name, { data }] of expected) {
    const values = data as Float32Array;
    const largest = values.reduce((most, value) => Math.max(most, Math.abs(value)), 0);
    const own = found.get(name)?.data as Float32Array;
    for (let index = 0; index < values.length; index++) {
      expect(Math.abs((own[index] ?? Number.NaN) - (values[index] ?? 0)), `${name}[${index}]`).toBeLessThan(2e-5 * largest);
    }
  }
}

describe.each(configs)("layer by layer, %s", (_, config) => {
  const weights = initializeDecoder(config, 2, { standardDeviation: 0.2 });

  test.each([1024, 64])(
    "gives the log-probabilities, entropies and gradients of the whole graph (%i tokens a run)",
    async (tokensPerRun) => {
      const whole = new LocalPolicy(config, weights, { activationCheckpointing: false });
      const layers = new LocalPolicy(config, weights, { activationCheckpointing: true, tokensPerRun });
      const options = { temperature: 0.8, entropies: true };
      const [one, other] = [await whole.logProbabilities(rows, options), await layers.logProbabilities(rows, options)];
      for (const [row, { logProbabilities, entropies }] of one.entries()) {
        for (const [token, value] of logProbabilities.entries()) expect(other[row]?.logProbabilities[token]).toBeCloseTo(value, 4);
        for (const [token, value] of entropies?.entries() ?? []) expect(other[row]?.entropies?.[token]).toBeCloseTo(value, 4);
      }
      for (const usesEntropies of [false, true]) {
        // twice, since gradients add up
        for (let call = 0; call < 2; call++) {
          const [left, right] = [whole, layers].map((policy) =>
            policy.forwardBackward(rows, mixedLoss(usesEntropies), { temperature: 0.8 }),
          );
          expect((await right)?.loss).toBeCloseTo((await left)?.loss ?? Number.NaN, 3);
        }
        compare(layers.gradient, whole.gradient);
        const step = { learningRate: 1e-4, weightDecay: 0.1 };
        const [{ gradientNorm: norm }, { gradientNorm: expected }] = [await layers.optimizerStep(step), await whole.optimizerStep(step)];
        expect(norm / expected).toBeCloseTo(1, 4);
      }
      await Promise.all([whole.dispose(), layers.dispose()]);
    },
  );

  test("gives the same bits again", async () => {
    const results = await Promise.all(
      [0, 1].map(async () => {
        const policy = new LocalPolicy(config, weights, { activationCheckpointing: true });
        await policy.forwardBackward(rows, mixedLoss(false));
        await policy.optimizerStep({ learningRate: 1e-3 });
        return [...policy.weights.tensors].map(([name, { data }]) => [name, data]);
      }),
    );
    expect(results[1]).toEqual(results[0]);
  });
});

test("the head's blocks give what one block gives: log-probabilities, entropies, and all gradients", async () => {
  const [, config] = configs[0] as [string, DecoderConfig];
  const targets = 11;
  const stream = createRandom(3, "head");
  const normal = (...shape: number[]): TensorValue & { data: Float32Array } => ({
    data: Float32Array.from({ length: shape.reduce((a, b) => a * b, 1) }, () => stream.normal()),
    shape,
  });
  const matrix = "model.embed_tokens.weight";
  const tensors = new Map([
    [matrix, normal(90, 24)],
    ["model.norm.weight", normal(24)],
  ]);
  const hidden = normal(targets, 24).data;
  const [weights, entropyWeights] = [normal(targets).data, normal(targets).data];
  const targetIds = Int32Array.from({ length: targets }, () => stream.integer(0, 89));
  const declarations = [...tensors].map(([name, { shape }]) => ({ name, shape }));
  const run = async (logitsAtOnce: number): Promise<Record<string, Float32Array>> => {
    const programs = new ProgramCache(createOnnxRuntime(), config, 10);
    const head = new LargeHead(config, programs, new Garbage(1e9), logitsAtOnce);
    const gradient = new ParameterSet(declarations);
    const scored = await head.score(tensors, hidden, targetIds, { temperature: 0.8, entropies: true });
    const flowing = await head.differentiate(tensors, gradient, scored, weights, entropyWeights);
    programs.dispose();
    return {
      ...{ flowing, logProbabilities: scored.logProbabilities, entropies: scored.entropies as Float32Array },
      ...{ matrix: gradient.view(matrix), norm: gradient.view("model.norm.weight") },
    };
  };
  const whole = await run(1e6);
  // 90 tokens of vocabulary in blocks of 1, of 7 with a rest of 6, of 45
  for (const block of [1, 7, 45]) {
    const blocks = await run(block * targets);
    for (const [name, values] of Object.entries(whole)) {
      for (const [index, value] of values.entries()) expect(blocks[name]?.[index], `${name}[${index}]`).toBeCloseTo(value, 4);
    }
  }
});

describe("the memory plan", () => {
  const qwen: DecoderConfig = {
    ...{ architecture: "qwen2", vocabularySize: 151_936, hiddenSize: 896, layers: 24, heads: 14, keyValueHeads: 2, headDimension: 64 },
    ...{ intermediateSize: 4864, ropeTheta: 1e6, normEpsilon: 1e-6, queryKeyNorm: false, attentionBias: true, tieEmbeddings: true },
    maximumLength: 32_768,
  };

  test("counts what Qwen2.5-0.5B has, and computes activations again", () => {
    const plan = planMemory(qwen);
    expect(plan.parameters).toBe(494_032_768);
    expect(plan.activationCheckpointing).toBe(true);
    const bytes = new Map(plan.uses.map((use) => [use.what, use.bytes]));
    expect(bytes.get("weights")).toBe(4 * 494_032_768);
    expect(bytes.get("moments of AdamW")).toBe(8 * 494_032_768);
    expect(plan.peakBytes).toBe(plan.uses.reduce((sum, use) => sum + use.bytes, 0));
  });

  test("is refused with the same numbers before anything is allocated", () => {
    const [, config] = configs[0] as [string, DecoderConfig];
    const weights = initializeDecoder(config, 1);
    expect(() => new LocalPolicy(config, weights, { memoryLimit: 1e8 })).toThrow(
      expect.objectContaining({
        code: "unsupported",
        message: expect.stringContaining(`training doesn't fit into 0.10 GB: ${describePlan(planMemory(config))}`),
      }),
    );
    expect(() => new LocalPolicy(config, weights, { memoryLimit: 1e9 })).not.toThrow();
  });

  test("takes less with adapters, frozen parameters or fewer tokens", () => {
    const peak = (options: Parameters<typeof planMemory>[1]): number => planMemory(qwen, options).peakBytes;
    expect(peak({ lora: { rank: 16, alpha: 32, dropout: 0, targets: ["q_proj"] } })).toBeLessThan(peak({}) / 2);
    expect(peak({ trained: new Set(["model.norm.weight"]) })).toBeLessThan(peak({}) / 2);
    expect(peak({ tokensPerRun: 256 })).toBeLessThan(peak({}));
    expect(peak({ activationCheckpointing: false })).toBeGreaterThan(peak({}));
  });
});
