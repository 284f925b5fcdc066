/**
 * Tokens per second of the sampler in float32 and in int8, with the time that goes to the provider and to this package, next to what the
 * provider's own products of the same run would allow, and how far int8 is from the policy. Arguments: model (large, small: random weights;
 * base: trained on iGSM), threads, inputs or initializers, rows decoded together.
 */
import { createOnnxRuntime } from "@bridge-rl/runtime-onnx";
import { createRandom, type Runtime, type TensorValue, type Tokenizer } from "@bridge-rl/spec";
import { Graph, matmul, sum } from "@bridge-rl/tensor";
import { knownProblems, modelDirectory } from "../../base-igsm/src/index.js";
import { igsm } from "../../igsm/src/index.js";
import { type DecoderConfig, decoderParameters, initializeDecoder, LocalPolicy, LocalSampler, loadModelFolder } from "../src/index.js";
import { measureSamplerBias } from "./sampler-bias.js";

interface Setting {
  readonly config: DecoderConfig;
  readonly rollouts: number;
  readonly group: number;
  readonly promptTokens: number;
  readonly newTokens: number;
  /** @defaultValue random */
  readonly weights?: ReadonlyMap<string, Float32Array>;
  /** @defaultValue one that ends nothing */
  readonly tokenizer?: Tokenizer;
  /** @defaultValue random */
  readonly prompts?: readonly Int32Array[];
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
const setting = name === "base" ? await trainedSetting() : settings[name];
if (setting === undefined) throw new Error(`no model "${name}"; there are ${[...Object.keys(settings), "base"].join(", ")}`);
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

const count = decoderParameters(config).reduce((total, { shape }) => total + shape.reduce((product, size) => product * size, 1), 0);
const policy = new LocalPolicy(config, setting.weights ?? initializeDecoder(config, 1), { runtime: provider });
const { tensors } = policy.weights;
// an end of sequence that is never drawn: every rollout has its full length
const endless: Tokenizer = {
  ...{
    vocabularySize: config.vocabularySize,
    endOfSequenceId: -1,
    padId: 0,
    encode: () => new Int32Array(0),
    decode: (ids) => `${ids.length} ids`,
  },
  encodeWithOffsets: () => ({ ids: new Int32Array(0), offsets: new Int32Array(1) }),
};
const tokenizer = setting.tokenizer ?? endless;
let revision = 0;
const precisions = ["float32", "int8"] as const;
const sampler = new LocalSampler(() => ({ config, version: revision, revision, tensors }), {
  ...{ tokenizer, runtime: timed, batchSize: Number(batchText) },
  ...(placement === "inputs" || placement === "initializers" ? { weightPlacement: placement } : {}),
});
const random = createRandom(1, "prompts");
const requests = Array.from({ length: rollouts / group }, (_, seed) => ({
  promptIds: setting.prompts?.[seed] ?? Int32Array.from({ length: promptTokens }, () => random.integer(0, 199)),
  count: group,
  seed,
}));

console.log(`${name}: ${count} parameters, ${rollouts} rollouts × ${newTokens} tokens, prompts of ${promptTokens}, ${threads} thread(s)`);
const bests = precisions.map(() => ({ speed: 0, processor: Number.POSITIVE_INFINITY }));
/** What the rollouts of a call need: tokens drawn, and cached tokens that each of them looks at. */
const needed = { drawn: 0, read: 0 };
for (let round = 0; round < 5; round++) {
  // as after an optimiser step
  revision++;
  for (const [index, precision] of precisions.entries()) {
    [inside, runs, compiling] = [0, 0, 0];
    const start = performance.now();
    const processor = process.cpuUsage();
    const drawn = await sampler.sample(requests, { maxTokens: newTokens, precision });
    const seconds = (performance.now() - start) / 1000;
    const { user, system } = process.cpuUsage(processor);
    const tokens = drawn.reduce((total, { completionIds }) => total + completionIds.length, 0);
    if (precision === "float32") {
      const looked = ({ promptIds, completionIds }: (typeof drawn)[0]): number =>
        completionIds.length * (promptIds.length + completionIds.length / 2);
      Object.assign(needed, { drawn: tokens, read: drawn.reduce((total, rollout) => total + looked(rollout), 0) });
    }
    const perToken = (user + system) / tokens;
    console.log(
      `round ${round}, ${precision}: ${(tokens / seconds).toFixed(0)} tokens/s, ${describe(seconds)}; processor time ${perToken.toFixed(1)} µs a token`,
    );
    const best = bests[index];
    if (best === undefined) continue;
    best.processor = Math.min(best.processor, perToken);
    best.speed = Math.max(best.speed, tokens / seconds);
  }
}
const [best, rough] = bests as [(typeof bests)[0], (typeof bests)[0]];

const products = await rate((graph) => matmul(graph.input("a", [1024, 1024]), graph.input("b", [1024, 1024])), 2 * 1024 ** 3);
const cacheShape = [rollouts, config.keyValueHeads, 128, config.headDimension];
const queryShape = [rollouts, config.keyValueHeads, config.heads / config.keyValueHeads, config.headDimension];
const bytes = cacheShape.reduce((product, size) => product * size, 4);
const reading = await rate((graph) => matmul(graph.input("q", queryShape), graph.input("k", cacheShape), { transposeRight: true }), bytes);
const microseconds = 1e6 / best.speed;
const inProducts = (1e6 * 2 * count) / products;
const inReading = (1e6 * 8 * config.layers * config.keyValueHeads * config.headDimension * needed.read) / needed.drawn / reading;
const bound = inProducts + inReading;
console.log(`provider: products of 1024 ${(products / 1e9).toFixed(0)} GFLOP/s, cache read ${(reading / 1e9).toFixed(1)} GB/s`);
console.log(
  `float32: ${best.speed.toFixed(0)} tokens/s; ${microseconds.toFixed(1)} µs a token, of which these rates would need ${bound.toFixed(1)} ` +
    `(${inProducts.toFixed(1)} products, ${inReading.toFixed(1)} cache): ${((100 * bound) / microseconds).toFixed(0)} % of the bound`,
);
console.log(
  `int8: ${rough.speed.toFixed(0)} tokens/s, ${(rough.speed / best.speed).toFixed(2)} times as many as float32; ` +
    `${(best.processor / rough.processor).toFixed(2)} times by processor time`,
);
const bias = await measureSamplerBias(policy, sampler, requests, newTokens);
const percent = (share: number): string => `${(100 * share).toFixed(2)} %`;
console.log(
  `bias of int8 over ${bias.tokens} tokens: |Δ log p| ${bias.meanDifference.toFixed(4)} on average, ${bias.largestDifference.toFixed(2)} at most; ` +
    `KL ${bias.divergence.toExponential(1)} nats a token; mean ratio ${bias.meanRatio.toFixed(4)} ± ${bias.meanRatioError.toFixed(4)}, ` +
    `${percent(bias.cut)} above 2; ${percent(bias.greedy)} of greedy tokens differ`,
);

function describe(seconds: number): string {
  const other = 1000 * seconds - inside - compiling;
  const perStep = (value: number): string => (value / newTokens).toFixed(2);
  return `ms a step: provider ${perStep(inside)}, this package ${perStep(other)}, compiling ${perStep(compiling)} (${runs} runs)`;
}

/** The base model that learned iGSM, on problems of 5 operations. */
async function trainedSetting(): Promise<Setting> {
  const { config, weights, tokenizer } = await loadModelFolder(modelDirectory);
  if (tokenizer === undefined) throw new Error("the base model has a tokenizer");
  const problems = igsm({ ...knownProblems, operations: 5, seed: 1 });
  const prompts = Array.from({ length: 16 }, (_, index) => tokenizer.encode(problems.problem(index).prompt));
  const promptTokens = Math.round(prompts.reduce((total, ids) => total + ids.length, 0) / prompts.length);
  return { config, weights, tokenizer, prompts, rollouts: 128, group: 8, promptTokens, newTokens: 128 };
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
