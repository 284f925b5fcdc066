// One policy on all cores: several workers with one thread each against one worker with as many threads, interleaved in one run. Rollouts
// (64 × 256 tokens) as a share of what the provider's products and reads would need, training as a share of its products. Both rates are
// measured in as many workers at once.
// node --conditions=@bridge-rl/source --import tsx packages/models/bench/workers.ts [--workers 2] [--rounds 5] [--only rollout|training]
import { performance } from "node:perf_hooks";
import { parseArgs } from "node:util";
import {
  createTokenizer,
  createWorkerPolicy,
  type DecoderConfig,
  decoderParameters,
  initializeDecoder,
  trainTokenizer,
  type WorkerPolicy,
} from "@bridge-rl/models";
import { createRandom, type Loss, type TrainingRow } from "@bridge-rl/spec";
import { measureRates, type Rates } from "./internal/measure-rates.js";

const { values: flags } = parseArgs({
  options: { workers: { type: "string", default: "2" }, rounds: { type: "string", default: "5" }, only: { type: "string" } },
});
const cores = Number(flags.workers);
const rounds = Number(flags.rounds);
const [rollouts, newTokens, promptTokens, trainingRows, trainingTokens] = [64, 256, 16, 16, 256];

// 3.28M parameters
const config: DecoderConfig = {
  ...{ architecture: "llama", vocabularySize: 512, hiddenSize: 256, layers: 4, heads: 4, keyValueHeads: 2, headDimension: 64 },
  ...{ intermediateSize: 768, ropeTheta: 1e4, normEpsilon: 1e-6, queryKeyNorm: false, attentionBias: false, tieEmbeddings: true },
  maximumLength: 1024,
};
const weights = initializeDecoder(config, 1);
// an end of sequence that the model doesn't have: every rollout has its full length
const specialTokens = Array.from({ length: 600 }, (_, index) => `<|${index}|>`);
const files = trainTokenizer({ texts: ["abc"], vocabularySize: 900, specialTokens });
const tokenizer = createTokenizer({ ...files, configuration: { ...files.configuration, eos_token: specialTokens.at(-1) } });
const random = createRandom(1, "workers");
const ids = (count: number): Int32Array => Int32Array.from({ length: count }, () => random.integer(0, 199));
const requests = Array.from({ length: rollouts }, (_, seed) => ({ promptIds: ids(promptTokens), count: 1, seed }));
const batch: TrainingRow[] = Array.from({ length: trainingRows }, () => ({ promptIds: ids(1), completionIds: ids(trainingTokens) }));
const loss: Loss = {
  derivative: "constant",
  evaluate: (rows) => ({ loss: 0, gradients: rows.map(({ logProbabilities }) => logProbabilities.map(() => -1e-3)), metrics: {} }),
};

interface Variant {
  readonly name: string;
  readonly policy: WorkerPolicy;
  readonly measure: () => Promise<Rates>;
  rates: Rates;
  /** Tokens per second of the best round. */
  rollout: number;
  training: number;
  /** Least microseconds of the processor for a token: what a busy machine leaves comparable. */
  readonly processor: { rollout: number; training: number };
}

const parameters = decoderParameters(config);
const count = parameters.reduce((total, { shape }) => total + shape.reduce((product, size) => product * size, 1), 0);
console.log(
  `${(count / 1e6).toFixed(2)}M parameters; ${rollouts} rollouts × ${newTokens} tokens; training on ${trainingRows} × ${trainingTokens}`,
);
const variants: Variant[] = [];
for (const [workers, threads] of [
  [1, cores],
  [cores, 1],
] as const) {
  const name = `${workers} worker${workers === 1 ? "" : "s"} × ${threads} thread${threads === 1 ? "" : "s"}`;
  const { keyValueHeads, headDimension } = config;
  const setting = { threads, keyValueHeads, headDimension, rows: Math.ceil(rollouts / workers), group: config.heads / keyValueHeads };
  const measure = (): Promise<Rates> => measureRates(workers, setting);
  const policy = await createWorkerPolicy(config, weights, { workers, threads, tokenizer });
  variants.push({
    name,
    policy,
    measure,
    rates: await measure(),
    rollout: 0,
    training: 0,
    processor: { rollout: Number.POSITIVE_INFINITY, training: Number.POSITIVE_INFINITY },
  });
}
for (let round = 0; round <= rounds; round++) {
  for (const variant of variants) {
    if (flags.only !== "training") {
      await timed(round, variant, "rollout", async () => {
        const drawn = await variant.policy.sampler.sample(requests, { maxTokens: newTokens });
        return drawn.reduce((total, { completionIds }) => total + completionIds.length, 0);
      });
    }
    if (flags.only !== "rollout") {
      await timed(round, variant, "training", async () => {
        await variant.policy.forwardBackward(batch, loss);
        await variant.policy.optimizerStep({ learningRate: 1e-6 });
        return trainingRows * trainingTokens;
      });
    }
  }
}

// again, since what else runs on the machine comes and goes
for (const variant of variants) {
  const { products, reading } = await variant.measure();
  variant.rates = { products: Math.max(products, variant.rates.products), reading: Math.max(reading, variant.rates.reading) };
  const { name, rates } = variant;
  console.log(
    `${name}: products of 1024 ${(rates.products / 1e9).toFixed(0)} GFLOP/s, cache read ${(rates.reading / 1e9).toFixed(1)} GB/s`,
  );
}
const best: Rates = {
  products: Math.max(...variants.map(({ rates }) => rates.products)),
  reading: Math.max(...variants.map(({ rates }) => rates.reading)),
};

const [byThreads, byWorkers] = variants as [Variant, Variant];
const percent = (share: number): string => `${(100 * share).toFixed(0)} %`;
const bytesPerToken = 8 * config.layers * config.keyValueHeads * config.headDimension * (promptTokens + newTokens / 2);
if (flags.only !== "training") {
  for (const { name, rollout, processor } of variants) {
    const step = rollouts / rollout;
    const products = (2 * count * rollouts) / best.products;
    const reading = (bytesPerToken * rollouts) / best.reading;
    console.log(
      `rollouts, ${name}: ${rollout.toFixed(0)} tokens/s; ${(1000 * step).toFixed(2)} ms a step, of which the best rates would need ` +
        `${(1000 * (products + reading)).toFixed(2)} ms (${(1000 * products).toFixed(2)} products, ${(1000 * reading).toFixed(2)} cache): ` +
        `${percent((products + reading) / step)} of the bound; ${processor.rollout.toFixed(0)} µs of the processor a token`,
    );
  }
  console.log(`rollouts: workers make ${(byWorkers.rollout / byThreads.rollout).toFixed(2)} × what threads do`);
}
if (flags.only !== "rollout") {
  const matrices = parameters
    .filter(({ shape }) => shape.length === 2)
    .reduce((total, { shape }) => total + (shape[0] ?? 0) * (shape[1] ?? 0), 0);
  const operations = 6 * matrices + 6 * trainingTokens * config.heads * config.headDimension * config.layers;
  for (const { name, training, processor } of variants) {
    const rate = operations * training;
    console.log(
      `training, ${name}: ${training.toFixed(0)} tokens/s, ${(rate / 1e9).toFixed(0)} GFLOP/s = ${percent(rate / best.products)} of products alone; ${processor.training.toFixed(0)} µs of the processor a token`,
    );
  }
  console.log(`training: workers make ${(byWorkers.training / byThreads.training).toFixed(2)} × what threads do`);
}
await Promise.all(variants.map(({ policy }) => policy.dispose()));

async function timed(round: number, variant: Variant, part: "rollout" | "training", action: () => Promise<number>): Promise<void> {
  const start = performance.now();
  const used = process.cpuUsage();
  const tokens = await action();
  const seconds = (performance.now() - start) / 1000;
  const { user, system } = process.cpuUsage(used);
  // the first round compiles
  if (round === 0) return;
  variant[part] = Math.max(variant[part], tokens / seconds);
  variant.processor[part] = Math.min(variant.processor[part], (user + system) / tokens);
}
