// Where each operator of a model's graphs runs on each provider that is here, and what a step and a decoded token take.
// node --conditions=@bridge-rl/source --import tsx packages/models/bench/providers.ts
import { performance } from "node:perf_hooks";
import { createOnnxRuntime, describeProvider, measurePlacement, providerNames, requireProvider } from "@bridge-rl/runtime-onnx";
import { BridgeError, createRandom, type Loss, type Policy } from "@bridge-rl/spec";
import type { Graph } from "@bridge-rl/tensor";
import { createDevicePolicy, type DecoderConfig, DeviceSampler, initializeDecoder, LocalPolicy, LocalSampler } from "../src/index.js";
import { deviceStepGraph } from "../src/internal/device/device-decode-graphs.js";
import { adamWGraph } from "../src/internal/device/optimizer-graphs.js";
import { policyGraph } from "../src/internal/policy/programs.js";
import { stepGraph } from "../src/internal/sampler/decode-graphs.js";

const config: DecoderConfig = {
  ...{ architecture: "qwen2", vocabularySize: 512, hiddenSize: 64, layers: 2, heads: 4, keyValueHeads: 2, headDimension: 16 },
  ...{ intermediateSize: 192, ropeTheta: 1e4, normEpsilon: 1e-6, queryKeyNorm: false, attentionBias: true, tieEmbeddings: true },
  maximumLength: 256,
};
const weights = initializeDecoder(config, 1);
const random = createRandom(1, "provider bench");
const rows = Array.from({ length: 8 }, () => ({
  promptIds: Int32Array.from({ length: 16 }, () => random.integer(3, 511)),
  completionIds: Int32Array.from({ length: 48 }, () => random.integer(3, 511)),
}));
const tokenizer = {
  ...{ vocabularySize: 512, endOfSequenceId: -1, padId: 0, encode: () => new Int32Array(0), decode: () => "" },
  encodeWithOffsets: () => ({ ids: new Int32Array(0), offsets: new Int32Array(1) }),
};
const loss: Loss = {
  derivative: "constant",
  evaluate: (batch) => ({
    loss: 0,
    gradients: batch.map(({ logProbabilities }) => new Float32Array(logProbabilities.length).fill(-1e-3)),
    metrics: {},
  }),
};

const shape = { rows: 8, tokens: 64, targets: 384 };
const graphs: readonly [string, (device: boolean) => Graph | undefined][] = [
  ["training", () => policyGraph(config, "gradient", shape)],
  ["scoring", () => policyGraph(config, "score-with-entropy", shape)],
  ["decoding", (device) => (device ? deviceStepGraph : stepGraph)(config, { rows: 8, capacity: 64 })],
  ["optimiser", (device) => (device ? adamWGraph([64, 192]) : undefined)],
];

for (const provider of providerNames) {
  try {
    await requireProvider(provider);
  } catch (error) {
    if (!BridgeError.isInstance(error)) throw error;
    console.log(`${provider}: ${error.message}\n`);
    continue;
  }
  const runtime = createOnnxRuntime({ provider });
  const onDevice = runtime.device !== undefined;
  console.log(`${provider}: ${describeProvider(provider).mode}`);
  for (const [name, build] of graphs) {
    const graph = build(onDevice);
    if (graph === undefined) continue;
    const placements = await measurePlacement(graph, { provider });
    const nodes = new Map<string, number>();
    const times = new Map<string, number>();
    for (const { operator, provider: where, duration } of placements) {
      nodes.set(where, (nodes.get(where) ?? 0) + 1);
      times.set(operator, (times.get(operator) ?? 0) + duration);
    }
    const longest = [...times].sort(([, one], [, other]) => other - one).slice(0, 4);
    const total = placements.reduce((sum, { duration }) => sum + duration, 0);
    console.log(
      `  ${name}: ${[...nodes].map(([where, count]) => `${count} nodes on ${where}`).join(", ")}; longest ` +
        longest.map(([operator, time]) => `${operator} ${((100 * time) / total).toFixed(0)} %`).join(", "),
    );
  }
  const policy: Policy = runtime.device
    ? await createDevicePolicy(config, weights, { runtime, createSampler: (current) => new DeviceSampler(current, { tokenizer }) })
    : new LocalPolicy(config, weights, { runtime, createSampler: (current) => new LocalSampler(current, { tokenizer, runtime }) });
  const timed = async (runs: number, action: () => Promise<unknown>): Promise<number> => {
    await action();
    const times: number[] = [];
    for (let run = 0; run < runs; run++) {
      const start = performance.now();
      await action();
      times.push(performance.now() - start);
    }
    return times.sort((a, b) => a - b)[Math.floor(runs / 2)] as number;
  };
  const pass = await timed(5, () => policy.forwardBackward(rows, loss));
  const step = await timed(5, async () => {
    await policy.forwardBackward(rows, loss);
    await policy.optimizerStep({ learningRate: 1e-4 });
  });
  const requests = rows.map(({ promptIds }, seed) => ({ promptIds, count: 1, seed }));
  const sampling = await timed(3, () => policy.sampler.sample(requests, { maxTokens: 32 }));
  console.log(
    `  512 tokens: pass ${pass.toFixed(0)} ms, with the optimiser ${step.toFixed(0)} ms; 8 × 32 sampled tokens ${sampling.toFixed(0)} ms\n`,
  );
  await policy.dispose();
}
