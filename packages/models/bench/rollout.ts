/**
 * Tokens per second of the sampler, with the time that goes to the provider and to this package, next to what the provider's own products
 * of the same run would allow. Arguments: model (large, small), threads, inputs or initializers,
 * rows decoded together.
 */
import { createOnnxRuntime } from "@bridge-rl/runtime-onnx";
import { createRandom, type Runtime, type TensorValue, type Tokenizer } from "@bridge-rl/spec";
import { Graph, matmul, sum } from "@bridge-rl/tensor";
import { type DecoderConfig, decoderParameters, initializeDecoder, LocalSampler } from "../src/index.js";

interface Setting {
  readonly config: DecoderConfig;
  readonly rollouts: number;
  readonly group: number;
  readonly promptTokens: number;
  readonly newTokens: number;
}

const settings: Record<string, Setting> = {
  // 3.28M parameters, 64 sequences × 256 new tokens
  large: {
    config: {
      ...{ architecture: "llama", vocabularySize: 512, hiddenSize: 256, layers: 4, heads: 4, keyValueHeads: 2, headDimension: 64 },
      ...{ intermediateSize: 768, ropeTheta: 1e4, normEpsilon: 1e-6, queryKeyNorm: false, attentionBias: false, tieEmbeddings: true },
      maximumLength: 1024,
    },
    ...{ rollouts: 64, group: 1, promptTokens: 16, newTokens: 256 },
  },
  // about 1M parameters, as the quickstart has them: 16 prompts × 8 rollouts
  small: {
    config: {
      ...{ architecture: "qwen3", vocabularySize: 200, hiddenSize: 128, layers: 5, heads: 2, keyValueHeads: 2, headDimension: 64 },
      ...{ intermediateSize: 384, ropeTheta: 1e4, normEpsilon: 1e-6, queryKeyNorm: true, attentionBias: false, tieEmbeddings: true },
      maximumLength: 512,
    },
    ...{ rollouts: 128, group: 8, promptTokens: 60, newTokens: 80 },
  },
};

const [name = "large", threadsText = "2", placement = "", batchText = "128"] = process.argv.slice(2);
const setting = settings[name];
if (setting === undefined) throw new Error(`no model "${name}"; there are ${Object.keys(settings).join(", ")}`);
const threads = Number(threadsText);
const { config, rollouts, group, promptTokens, newTokens } = setting;

const provider = createOnnxRuntime({ threads });
let inside = 0;
let runs = 0;
let compiling = 0;
const timed: Runtime<Graph> = {
  ...provider,
  async compile(graph, options) {
    const started = performance.now();
    const program = await provider.compile(graph, options);
    compiling += performance.now() - started;
    return {
      ...program,
      dispose: () => program.dispose(),
      run(inputs) {
        const start = performance.now();
        const outputs = program.run(inputs);
        inside += performance.now() - start;
        runs++;
        return outputs;
      },
    };
  },
};

const parameters = decoderParameters(config);
const count = parameters.reduce((total, { shape }) => total + shape.reduce((product, size) => product * size, 1), 0);
const weights = initializeDecoder(config, 1);
const tensors = new Map(parameters.map(({ name: key, shape }) => [key, { data: weights.get(key) as Float32Array, shape }]));
// an end of sequence that is never drawn: every rollout has its full length
const tokenizer: Tokenizer = {
  ...{
    vocabularySize: config.vocabularySize,
    endOfSequenceId: -1,
    padId: 0,
    encode: () => new Int32Array(0),
    decode: (ids) => `${ids.length} ids`,
  },
  encodeWithOffsets: () => ({ ids: new Int32Array(0), offsets: new Int32Array(1) }),
};
let revision = 0;
const sampler = new LocalSampler(() => ({ config, version: revision, revision, tensors }), {
  tokenizer,
  runtime: timed,
  batchSize: Number(batchText),
  ...(placement === "inputs" || placement === "initializers" ? { weightPlacement: placement } : {}),
});
const random = createRandom(1, "prompts");
const requests = Array.from({ length: rollouts / group }, (_, seed) => ({
  promptIds: Int32Array.from({ length: promptTokens }, () => random.integer(0, 199)),
  count: group,
  seed,
}));

console.log(`${name}: ${count} parameters, ${rollouts} rollouts × ${newTokens} tokens, prompts of ${promptTokens}, ${threads} thread(s)`);
const best = { seconds: Number.POSITIVE_INFINITY, inside: 0, runs: 0, compiling: 0 };
for (let round = 0; round < 5; round++) {
  [inside, runs, compiling] = [0, 0, 0];
  // as after an optimiser step
  revision++;
  const start = performance.now();
  const processor = process.cpuUsage();
  await sampler.sample(requests, { maxTokens: newTokens });
  const seconds = (performance.now() - start) / 1000;
  const { user, system } = process.cpuUsage(processor);
  console.log(
    `round ${round}: ${((rollouts * newTokens) / seconds).toFixed(0)} tokens/s, ${describe(seconds)}; ` +
      `processor time ${((user + system) / 1000 / newTokens).toFixed(2)}`,
  );
  if (seconds < best.seconds) Object.assign(best, { seconds, inside, runs, compiling });
}

const products = await rate((graph) => matmul(graph.input("a", [1024, 1024]), graph.input("b", [1024, 1024])), 2 * 1024 ** 3);
const cacheShape = [rollouts, config.keyValueHeads, 128, config.headDimension];
const queryShape = [rollouts, config.keyValueHeads, config.heads / config.keyValueHeads, config.headDimension];
const bytes = cacheShape.reduce((product, size) => product * size, 4);
const reading = await rate((graph) => matmul(graph.input("q", queryShape), graph.input("k", cacheShape), { transposeRight: true }), bytes);
const flopPerStep = 2 * count * rollouts;
const bytesPerStep = 8 * config.layers * config.keyValueHeads * config.headDimension * rollouts * (promptTokens + newTokens / 2);
const bound = flopPerStep / products + bytesPerStep / reading;
const step = best.seconds / newTokens;
console.log(`provider: products of 1024 ${(products / 1e9).toFixed(0)} GFLOP/s, cache read ${(reading / 1e9).toFixed(1)} GB/s`);
console.log(
  `best: ${((rollouts * newTokens) / best.seconds).toFixed(0)} tokens/s; ${(1000 * step).toFixed(2)} ms a step, of which these rates would need ` +
    `${(1000 * bound).toFixed(2)} ms (${(1000 * (flopPerStep / products)).toFixed(2)} products, ${(1000 * (bytesPerStep / reading)).toFixed(2)} cache): ` +
    `${((100 * bound) / step).toFixed(0)} % of the bound`,
);

function describe(seconds: number): string {
  const other = 1000 * seconds - inside - compiling;
  const perStep = (value: number): string => (value / newTokens).toFixed(2);
  return `ms a step: provider ${perStep(inside)}, this package ${perStep(other)}, compiling ${perStep(compiling)} (${runs} runs)`;
}

/** Work per second of the best of 15 runs. */
async function rate(build: (graph: Graph) => ReturnType<typeof matmul>, work: number): Promise<number> {
  const graph = new Graph();
  // a small output, since copying it is not what is measured
  graph.output("sum", sum(build(graph), -1));
  const program = await provider.compile(graph);
  const feeds: Record<string, TensorValue> = {};
  for (const [key, { shape }] of graph.inputs) {
    feeds[key] = { data: new Float32Array(shape.reduce((product, size) => product * size, 1)).fill(0.5), shape };
  }
  let seconds = Number.POSITIVE_INFINITY;
  for (let run = 0; run < 15; run++) {
    const start = performance.now();
    program.run(feeds);
    seconds = Math.min(seconds, (performance.now() - start) / 1000);
  }
  program.dispose();
  return work / seconds;
}
