import { createOnnxRuntime } from "@bridge-rl/runtime-onnx";
import type { Loss, Runtime } from "@bridge-rl/spec";
import type { Graph } from "@bridge-rl/tensor";
import { expect, test } from "vitest";
import { type DecoderConfig, initializeDecoder, LocalPolicy } from "../src/index.js";

const config: DecoderConfig = {
  ...{ architecture: "qwen2", vocabularySize: 30, hiddenSize: 16, layers: 2, heads: 2, keyValueHeads: 1, headDimension: 8 },
  ...{ intermediateSize: 24, ropeTheta: 1e4, normEpsilon: 1e-6, queryKeyNorm: false, attentionBias: true, tieEmbeddings: true },
  maximumLength: 64,
};
const rows = [3, 5, 8].map((length) => ({
  promptIds: Int32Array.of(4, 5, length),
  completionIds: Int32Array.from({ length }, (_, index) => 3 + ((7 * index + length) % 27)),
}));
const loss: Loss = {
  derivative: "constant",
  evaluate: (batch) => ({
    loss: -batch.reduce((total, row) => total + row.logProbabilities.reduce((sum, value) => sum + value, 0), 0),
    gradients: batch.map(({ logProbabilities }) => new Float32Array(logProbabilities.length).fill(-1)),
    metrics: {},
  }),
};

/** onnxruntime's CPU provider as if it kept initializers alone, and a record of what enters its runs. */
function watched(): { runtime: Runtime<Graph>; crossed: Set<string>; kept: Set<string> } {
  const inner = createOnnxRuntime();
  const [crossed, kept] = [new Set<string>(), new Set<string>()];
  const runtime: Runtime<Graph> = {
    ...inner,
    residency: "initializers",
    async compile(graph, options) {
      for (const name of Object.keys(options?.initializers ?? {})) kept.add(name);
      const program = await inner.compile(graph, options);
      return {
        run(inputs) {
          for (const name of Object.keys(inputs)) crossed.add(name);
          return program.run(inputs);
        },
        dispose: () => program.dispose(),
      };
    },
  };
  return { runtime, crossed, kept };
}

test("where a device keeps initializers alone, base weights are such, and only adapters cross", async () => {
  const weights = initializeDecoder(config, 1, { standardDeviation: 0.3 });
  const { runtime, crossed, kept } = watched();
  const lora = { rank: 2, seed: 3 };
  const [resident, usual] = [new LocalPolicy(config, weights, { runtime, lora }), new LocalPolicy(config, weights, { lora })];
  for (let step = 0; step < 3; step++) {
    const [found, expected] = [await resident.forwardBackward(rows, loss), await usual.forwardBackward(rows, loss)];
    expect(Math.abs(found.loss / expected.loss - 1)).toBeLessThan(1e-5);
    const settings = { learningRate: 0.05 };
    const [{ gradientNorm }, { gradientNorm: norm }] = [await resident.optimizerStep(settings), await usual.optimizerStep(settings)];
    expect(Math.abs(gradientNorm / norm - 1)).toBeLessThan(1e-4);
  }
  const isModel = (name: string): boolean => name.startsWith("model.");
  expect([...crossed].filter(isModel).every((name) => name.includes("lora"))).toBe(true);
  expect([...crossed].filter(isModel).length).toBeGreaterThan(0);
  expect([...kept].sort()).toEqual([...weights.keys()].sort());
  await resident.dispose();
  await usual.dispose();
});

test("weights that are all trained enter each run", async () => {
  const { runtime, crossed, kept } = watched();
  const policy = new LocalPolicy(config, initializeDecoder(config, 1), { runtime });
  await policy.logProbabilities(rows);
  expect(kept.size).toBe(0);
  expect(crossed.has("model.norm.weight")).toBe(true);
  await policy.dispose();
});
