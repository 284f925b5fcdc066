// A training step of a model of Qwen2.5's shapes with random weights: time of each part as a share of the provider's own GEMM rate, and peak memory.
// node --conditions=@bridge-rl/source --import tsx packages/models/bench/large.ts [--model 0.5b|1.5b] [--lora 16] [--tokens 1024] [--threads 2] [--layers n]
import { readFileSync } from "node:fs";
import { parseArgs } from "node:util";
import { createOnnxRuntime } from "@bridge-rl/runtime-onnx";
import { createRandom, type Loss, type Runtime } from "@bridge-rl/spec";
import { Graph, matmul, max } from "@bridge-rl/tensor";
import { type DecoderConfig, decoderParameters, describePlan, LocalPolicy, planMemory, resolveLora } from "../src/index.js";

const { values: flags } = parseArgs({
  options: {
    model: { type: "string", default: "0.5b" },
    lora: { type: "string" },
    tokens: { type: "string", default: "1024" },
    threads: { type: "string", default: "2" },
    layers: { type: "string" },
    steps: { type: "string", default: "2" },
  },
});

const shapes: Readonly<Record<string, DecoderConfig>> = {
  "0.5b": {
    ...{ architecture: "qwen2", vocabularySize: 151_936, hiddenSize: 896, layers: 24, heads: 14, keyValueHeads: 2, headDimension: 64 },
    ...{ intermediateSize: 4864, ropeTheta: 1e6, normEpsilon: 1e-6, queryKeyNorm: false, attentionBias: true, tieEmbeddings: true },
    maximumLength: 32_768,
  },
  "1.5b": {
    ...{ architecture: "qwen2", vocabularySize: 151_936, hiddenSize: 1536, layers: 28, heads: 12, keyValueHeads: 2, headDimension: 128 },
    ...{ intermediateSize: 8960, ropeTheta: 1e6, normEpsilon: 1e-6, queryKeyNorm: false, attentionBias: true, tieEmbeddings: true },
    maximumLength: 32_768,
  },
};
const shape = shapes[flags.model];
if (shape === undefined) throw new Error(`no model ${flags.model}; there are ${Object.keys(shapes).join(", ")}`);
const config: DecoderConfig = { ...shape, layers: Number(flags.layers ?? shape.layers) };
const tokens = Number(flags.tokens);
const threads = Number(flags.threads);
const lora = flags.lora === undefined ? undefined : resolveLora({ rank: Number(flags.lora) });

/** Peak resident memory of this process so far, in GB. */
function peak(): string {
  const match = /VmHWM:\s+(\d+) kB/.exec(readFileSync("/proc/self/status", "utf8"));
  return `${((Number(match?.[1]) * 1024) / 1e9).toFixed(2)} GB`;
}

/** Cheap random weights: one block of numbers again and again, which no measurement here depends on. */
function randomWeights(): Map<string, Float32Array> {
  const random = createRandom(1, "large bench");
  const block = Float32Array.from({ length: 65_521 }, () => 0.02 * random.normal());
  return new Map(
    decoderParameters(config).map(({ name, shape: sizes }) => {
      const values = new Float32Array(sizes.reduce((product, size) => product * size, 1));
      if (name.endsWith("norm.weight")) return [name, values.fill(1)];
      for (let start = 0; start < values.length; start += block.length) values.set(block.subarray(0, values.length - start), start);
      return [name, values];
    }),
  );
}

const provider = createOnnxRuntime({ threads });
/** Time inside of each kind of program since it was last asked. */
const inside = { forward: 0, backward: 0, head: 0 };
const timed: Runtime<Graph> = {
  ...provider,
  async compile(graph, options) {
    const program = await provider.compile(graph, options);
    const kind = graph.outputs.has("output") ? "forward" : graph.outputs.has("gradient of hidden") ? "backward" : "head";
    return {
      dispose: () => program.dispose(),
      run(inputs) {
        const start = performance.now();
        const outputs = program.run(inputs);
        inside[kind] += performance.now() - start;
        return outputs;
      },
    };
  },
};

async function gemmRate(): Promise<number> {
  const size = 1024;
  const graph = new Graph();
  graph.output("largest", max(matmul(graph.input("left", [size, size]), graph.input("right", [size, size]))));
  const program = await provider.compile(graph);
  const value = { data: new Float32Array(size * size).fill(0.5), shape: [size, size] };
  let best = Number.POSITIVE_INFINITY;
  for (let run = 0; run < 12; run++) {
    const start = performance.now();
    program.run({ left: value, right: value });
    best = Math.min(best, performance.now() - start);
  }
  program.dispose();
  return (2 * size ** 3) / best / 1e6;
}

const loss: Loss = {
  derivative: "constant",
  evaluate: (rows) => ({
    loss: -rows.reduce((sum, { logProbabilities }) => sum + logProbabilities.reduce((total, value) => total + value, 0), 0) / tokens,
    gradients: rows.map(({ logProbabilities }) => new Float32Array(logProbabilities.length).fill(-1 / tokens)),
    metrics: {},
  }),
};

const plan = planMemory(config, { tokensPerRun: tokens, activationCheckpointing: true, ...(lora && { lora }) });
console.log(`${flags.model}${lora ? `, LoRA of rank ${lora.rank}` : ""}, ${tokens} tokens, ${threads} thread(s)`);
console.log(`plan: ${describePlan(plan)}`);
const policy = new LocalPolicy(config, randomWeights(), {
  ...{ runtime: timed, tokensPerRun: tokens, adoptWeights: true, activationCheckpointing: true },
  ...(lora && { lora }),
});
const random = createRandom(2, "tokens");
const ids = (count: number): Int32Array => Int32Array.from({ length: count }, () => random.integer(0, config.vocabularySize - 1));
const batch = [{ promptIds: ids(1), completionIds: ids(tokens) }];

const layerWeights = decoderParameters(config)
  .filter(({ name, shape: sizes }) => name.startsWith("model.layers.") && sizes.length === 2)
  .reduce((sum, { shape: [rows = 0, columns = 0] }) => sum + rows * columns, 0);
const attention = 2 * tokens * config.heads * config.headDimension * config.layers;
const forwardWork = tokens * (2 * layerWeights + attention);
const headWork = 2 * tokens * config.vocabularySize * config.hiddenSize;
console.log(`weights made; peak ${peak()}`);
for (let step = 1; step <= Number(flags.steps); step++) {
  const before = await gemmRate();
  Object.assign(inside, { forward: 0, backward: 0, head: 0 });
  const start = performance.now();
  const result = await policy.forwardBackward(batch, loss);
  const middle = performance.now();
  await policy.optimizerStep({ learningRate: 1e-5 });
  const end = performance.now();
  const after = await gemmRate();
  const gemm = Math.max(before, after);
  const share = (work: number, milliseconds: number): string => {
    const rate = work / milliseconds / 1e6;
    return `${(milliseconds / 1000).toFixed(1)} s = ${rate.toFixed(0)} GFLOP/s, ${((100 * rate) / gemm).toFixed(0)} %`;
  };
  // with the forward pass, which the backward program computes again; frozen weights have no gradient
  const backwardWork = forwardWork * (lora ? 2 : 3);
  console.log(
    `step ${step}: ${((end - start) / 1000).toFixed(1)} s, loss ${result.loss.toFixed(4)}; forward ${share(forwardWork, inside.forward)}; ` +
      `head ${share(headWork * (lora ? 3 : 4), inside.head)}; backward ${share(backwardWork, inside.backward)}; between ` +
      `${((middle - start - inside.forward - inside.head - inside.backward) / 1000).toFixed(1)} s; update ${((end - middle) / 1000).toFixed(1)} s; ` +
      `products alone ${before.toFixed(0)} and ${after.toFixed(0)} GFLOP/s; peak ${peak()}`,
  );
}
await policy.dispose();
