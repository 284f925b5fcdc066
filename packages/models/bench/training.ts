// Tokens and floating-point operations per second of forwardBackward + optimizerStep, as a share of the provider's own GEMM rate.
// node --conditions=@bridge-rl/source --import tsx packages/models/bench/training.ts [--threads 2] [--tokens-per-run 4096] [--only small]
import { performance } from "node:perf_hooks";
import { parseArgs } from "node:util";
import { type DecoderConfig, decoderParameters, initializeDecoder, LocalPolicy } from "@bridge-rl/models";
import { createOnnxRuntime } from "@bridge-rl/runtime-onnx";
import { createRandom, type Loss, type TrainingRow } from "@bridge-rl/spec";
import { Graph, matmul, max } from "@bridge-rl/tensor";

const { values: flags } = parseArgs({
  options: {
    threads: { type: "string", default: "2" },
    "tokens-per-run": { type: "string" },
    only: { type: "string" },
    steps: { type: "string", default: "5" },
    profile: { type: "string" },
    optimization: { type: "string", default: "basic" },
  },
});

const shared = { ropeTheta: 1e4, normEpsilon: 1e-6, attentionBias: false, tieEmbeddings: true, maximumLength: 1024 } as const;
const settings: { name: string; config: DecoderConfig; rows: number; length: number; threads: number; tokensPerRun: number }[] = [
  {
    name: "reference",
    config: {
      ...shared,
      architecture: "qwen2",
      ...{ vocabularySize: 512, hiddenSize: 256, layers: 4, heads: 4, keyValueHeads: 2, headDimension: 64, intermediateSize: 768 },
      queryKeyNorm: false,
    },
    rows: 16,
    length: 256,
    threads: Number(flags.threads),
    tokensPerRun: 4096,
  },
  {
    name: "small",
    config: {
      ...shared,
      architecture: "qwen3",
      ...{ vocabularySize: 350, hiddenSize: 128, layers: 5, heads: 2, keyValueHeads: 2, headDimension: 64, intermediateSize: 384 },
      queryKeyNorm: true,
    },
    rows: 32,
    length: 128,
    threads: 1,
    tokensPerRun: 2048,
  },
];

async function gemmRate(threads: number): Promise<number> {
  const size = 1024;
  const graph = new Graph();
  graph.output("largest", max(matmul(graph.input("left", [size, size]), graph.input("right", [size, size]))));
  const program = await createOnnxRuntime({ threads }).compile(graph);
  const value = { data: new Float32Array(size * size).fill(0.5), shape: [size, size] };
  return median(15, () => program.run({ left: value, right: value })).then((time) => (2 * size ** 3) / time / 1e6);
}

async function median(runs: number, action: () => unknown): Promise<number> {
  const times: number[] = [];
  await action();
  for (let run = 0; run < runs; run++) {
    const start = performance.now();
    await action();
    times.push(performance.now() - start);
  }
  return times.sort((a, b) => a - b)[Math.floor(runs / 2)] as number;
}

/** Forward and backward of the matrix products alone: 6 per weight and token, and the causal half of the attention. */
function operationsPerToken(config: DecoderConfig, length: number): number {
  const weights = decoderParameters(config)
    .filter(({ shape }) => shape.length === 2)
    .reduce((total, { shape }) => total + (shape[0] ?? 0) * (shape[1] ?? 0), 0);
  const attention = 2 * length * config.heads * config.headDimension * config.layers;
  return 6 * weights + 3 * attention;
}

const plainLoss: Loss = {
  derivative: "constant",
  evaluate: (rows) => ({
    loss: 0,
    gradients: rows.map(({ logProbabilities }) => new Float32Array(logProbabilities.length).fill(-1e-3)),
    metrics: {},
  }),
};

for (const { name, config, rows, length, threads, tokensPerRun } of settings) {
  if (flags.only && flags.only !== name) continue;
  const random = createRandom(1, "bench");
  const ids = (count: number): Int32Array => Int32Array.from({ length: count }, () => random.integer(0, config.vocabularySize - 1));
  const batch: TrainingRow[] = Array.from({ length: rows }, () => ({ promptIds: ids(1), completionIds: ids(length) }));
  const runtime = createOnnxRuntime({
    threads,
    optimization: flags.optimization as "basic",
    ...(flags.profile ? { profile: flags.profile } : {}),
  });
  const policy = new LocalPolicy(config, initializeDecoder(config, 1), {
    runtime,
    tokensPerRun: Number(flags["tokens-per-run"] ?? tokensPerRun),
  });
  const before = await gemmRate(threads);
  const forward = await median(Number(flags.steps), () => policy.logProbabilities(batch));
  const backward = await median(Number(flags.steps), () => policy.forwardBackward(batch, plainLoss));
  const update = await median(Number(flags.steps), () => policy.optimizerStep({ learningRate: 1e-3 }));
  const after = await gemmRate(threads);
  const gemm = Math.max(before, after);
  const step = backward + update;
  const tokens = rows * length;
  const achieved = (operationsPerToken(config, length) * tokens) / step / 1e6;
  const parameters = decoderParameters(config).reduce((total, { shape }) => total + shape.reduce((a, b) => a * b, 1), 0);
  console.log(
    `${name}: ${(parameters / 1e6).toFixed(2)}M parameters, ${rows} × ${length} tokens, ${threads} thread(s): ` +
      `forward ${forward.toFixed(0)} ms, forward + backward ${backward.toFixed(0)} ms, update ${update.toFixed(1)} ms; ` +
      `${((1000 * tokens) / step).toFixed(0)} tokens/s, ${achieved.toFixed(0)} GFLOP/s = ${((100 * achieved) / gemm).toFixed(0)} % ` +
      `of GEMM (${before.toFixed(0)} before, ${after.toFixed(0)} after); ${(process.memoryUsage().rss / 1e6).toFixed(0)} MB`,
  );
  await policy.dispose();
}
