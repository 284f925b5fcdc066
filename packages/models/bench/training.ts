// Tokens and floating-point operations per second of forwardBackward + optimizerStep, as a share of the provider's own GEMM rate.
// node --conditions=@bridge-rl/source --import tsx packages/models/bench/training.ts [--threads 2] [--tokens-per-run 4096] [--only 3.3M]
import { performance } from "node:perf_hooks";
import { parseArgs } from "node:util";
import { type DecoderConfig, decoderParameters, initializeDecoder, LocalPolicy } from "@bridge-rl/models";
import { createOnnxRuntime } from "@bridge-rl/runtime-onnx";
import { createRandom, type Loss, type TrainingRow } from "@bridge-rl/spec";
import { Graph, matmul, max } from "@bridge-rl/tensor";

const { values: flags } = parseArgs({
  options: {
    threads: { type: "string" },
    "tokens-per-run": { type: "string" },
    only: { type: "string" },
    steps: { type: "string", default: "5" },
    profile: { type: "string" },
    optimization: { type: "string", default: "basic" },
  },
});

const shared = { ropeTheta: 1e4, normEpsilon: 1e-6, attentionBias: false, tieEmbeddings: true, maximumLength: 1024 } as const;
const llama = { ...shared, architecture: "llama", queryKeyNorm: false } as const;
const settings: { name: string; config: DecoderConfig; rows: number; length: number; threads: number[]; tokensPerRun: number }[] = [
  {
    name: "3.3M",
    config: {
      ...llama,
      ...{ vocabularySize: 512, hiddenSize: 256, layers: 4, heads: 4, keyValueHeads: 2, headDimension: 64, intermediateSize: 768 },
    },
    ...{ rows: 16, length: 256, threads: [1, 2], tokensPerRun: 1024 },
  },
  {
    name: "25M",
    config: {
      ...llama,
      ...{ vocabularySize: 2048, hiddenSize: 512, layers: 8, heads: 8, keyValueHeads: 4, headDimension: 64, intermediateSize: 1408 },
    },
    ...{ rows: 8, length: 256, threads: [1, 2], tokensPerRun: 1024 },
  },
  {
    name: "small",
    config: {
      ...shared,
      architecture: "qwen3",
      ...{ vocabularySize: 350, hiddenSize: 128, layers: 5, heads: 2, keyValueHeads: 2, headDimension: 64, intermediateSize: 384 },
      queryKeyNorm: true,
    },
    ...{ rows: 32, length: 128, threads: [1], tokensPerRun: 2048 },
  },
];

/** Least time of some runs, by the clock and by the processor: the second is what a busy machine leaves comparable. */
interface Time {
  readonly wall: number;
  readonly processor: number;
}

async function measure(runs: number, action: () => unknown): Promise<Time> {
  await action();
  let wall = Number.POSITIVE_INFINITY;
  let processor = Number.POSITIVE_INFINITY;
  for (let run = 0; run < runs; run++) {
    const start = performance.now();
    const used = process.cpuUsage();
    await action();
    const { user, system } = process.cpuUsage(used);
    processor = Math.min(processor, (user + system) / 1000);
    wall = Math.min(wall, performance.now() - start);
  }
  return { wall, processor };
}

/** GFLOP/s of a product of two matrices of 1024 × 1024. */
async function gemmRate(threads: number): Promise<Time> {
  const size = 1024;
  const graph = new Graph();
  graph.output("largest", max(matmul(graph.input("left", [size, size]), graph.input("right", [size, size]))));
  const program = await createOnnxRuntime({ threads }).compile(graph);
  const value = { data: new Float32Array(size * size).fill(0.5), shape: [size, size] };
  const { wall, processor } = await measure(15, () => program.run({ left: value, right: value }));
  program.dispose();
  const operations = 2 * size ** 3;
  return { wall: operations / wall / 1e6, processor: operations / processor / 1e6 };
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

const chosen = settings
  .filter(({ name }) => flags.only === undefined || flags.only === name)
  .flatMap((setting) => (flags.threads ? [Number(flags.threads)] : setting.threads).map((threads) => ({ ...setting, threads })));
for (const { name, config, rows, length, threads, tokensPerRun } of chosen) {
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
  const steps = Number(flags.steps);
  const forward = await measure(steps, () => policy.logProbabilities(batch));
  const backward = await measure(steps, () => policy.forwardBackward(batch, plainLoss));
  const update = await measure(steps, () => policy.optimizerStep({ learningRate: 1e-3 }));
  const after = await gemmRate(threads);
  const tokens = rows * length;
  const parameters = decoderParameters(config).reduce((total, { shape }) => total + shape.reduce((a, b) => a * b, 1), 0);
  console.log(`${name}: ${(parameters / 1e6).toFixed(2)}M parameters, ${rows} × ${length} tokens, ${threads} thread(s)`);
  for (const clock of ["wall", "processor"] as const) {
    const step = backward[clock] + update[clock];
    const achieved = (operationsPerToken(config, length) * tokens) / step / 1e6;
    const gemm = Math.max(before[clock], after[clock]);
    console.log(
      `  ${clock} time: forward ${forward[clock].toFixed(0)} ms, forward + backward ${backward[clock].toFixed(0)} ms, update ` +
        `${update[clock].toFixed(1)} ms; ${((1000 * tokens) / step).toFixed(0)} tokens/s, ${achieved.toFixed(0)} GFLOP/s = ` +
        `${((100 * achieved) / gemm).toFixed(0)} % of products alone (${before[clock].toFixed(0)} before, ${after[clock].toFixed(0)} after)`,
    );
  }
  console.log(`  ${(process.memoryUsage().rss / 1e6).toFixed(0)} MB resident`);
  await policy.dispose();
}
