// Resident memory over 1,000 steps of training and sampling with lengths that vary: it should level off.
// node --conditions=@bridge-rl/source --import tsx packages/models/bench/memory.ts [steps]
import { type DecoderConfig, initializeDecoder, LocalPolicy, LocalSampler } from "@bridge-rl/models";
import { createRandom, type Loss, type Tokenizer } from "@bridge-rl/spec";

const total = Number(process.argv[2] ?? 1000);
const config: DecoderConfig = {
  ...{ architecture: "qwen3", vocabularySize: 300, hiddenSize: 64, layers: 2, heads: 2, keyValueHeads: 1, headDimension: 32 },
  ...{ intermediateSize: 160, ropeTheta: 1e4, normEpsilon: 1e-6, queryKeyNorm: true, attentionBias: false, tieEmbeddings: true },
  maximumLength: 256,
};
const tokenizer: Tokenizer = {
  ...{ vocabularySize: 300, endOfSequenceId: 1, padId: 0, encode: () => new Int32Array(0), decode: () => "" },
  encodeWithOffsets: () => ({ ids: new Int32Array(0), offsets: new Int32Array(1) }),
};
const policy = new LocalPolicy(config, initializeDecoder(config, 1), {
  createSampler: (weights) => new LocalSampler(weights, { tokenizer }),
});
const random = createRandom(1, "memory");
const ids = (count: number): Int32Array => Int32Array.from({ length: count }, () => random.integer(2, 299));
const loss: Loss = {
  derivative: "dependent",
  evaluate: (rows) => ({
    loss: 0,
    gradients: rows.map(({ logProbabilities }) => logProbabilities.map(() => 1e-4 * random.normal())),
    metrics: {},
  }),
};

const samples: number[] = [];
for (let step = 1; step <= total; step++) {
  const requests = Array.from({ length: 4 }, (_, seed) => ({ promptIds: ids(random.integer(2, 40)), count: 2, seed: 10 * step + seed }));
  const rollouts = await policy.sampler.sample(requests, { maxTokens: random.integer(4, 24) });
  await policy.forwardBackward(rollouts, loss, { knownLogProbabilities: rollouts.map(({ logProbabilities }) => logProbabilities) });
  await policy.optimizerStep({ learningRate: 1e-4 });
  if (step % Math.ceil(total / 20) === 0) samples.push(process.memoryUsage().rss / 1e6);
}
const half = samples.slice(samples.length / 2);
const middle = (values: number[]): number => values.toSorted((one, other) => one - other)[Math.floor(values.length / 2)] ?? 0;
console.log(`resident MB, ${total} steps: ${samples.map((value) => value.toFixed(0)).join(" ")}`);
console.log(
  `second half: middle of its first part ${middle(half.slice(0, half.length / 2)).toFixed(0)} MB, of its last part ${middle(half.slice(half.length / 2)).toFixed(0)} MB`,
);
await policy.dispose();
