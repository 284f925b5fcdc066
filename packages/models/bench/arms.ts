// Two arms of an experiment, each in a worker with one thread: together against one after the other. 2 means that neither takes from the other.
// node --conditions=@bridge-rl/source --import tsx packages/models/bench/arms.ts
import { createWorkerPolicy, type DecoderConfig, initializeDecoder, type WorkerPolicy } from "@bridge-rl/models";
import { createRandom, type Loss } from "@bridge-rl/spec";

const config: DecoderConfig = {
  ...{ architecture: "llama", vocabularySize: 512, hiddenSize: 256, layers: 4, heads: 4, keyValueHeads: 2, headDimension: 64 },
  ...{ intermediateSize: 768, ropeTheta: 1e4, normEpsilon: 1e-6, queryKeyNorm: false, attentionBias: false, tieEmbeddings: true },
  maximumLength: 512,
};
const random = createRandom(1, "arms");
const ids = (count: number): Int32Array => Int32Array.from({ length: count }, () => random.integer(0, 511));
const batch = Array.from({ length: 8 }, () => ({ promptIds: ids(16), completionIds: ids(240) }));
const loss: Loss = {
  derivative: "constant",
  evaluate: (rows) => ({ loss: 0, gradients: rows.map(({ logProbabilities }) => logProbabilities.map(() => -1e-3)), metrics: {} }),
};

async function steps(policy: WorkerPolicy, count: number): Promise<void> {
  for (let step = 0; step < count; step++) {
    await policy.forwardBackward(batch, loss);
    await policy.optimizerStep({ learningRate: 1e-4 });
  }
}

async function seconds(action: () => Promise<unknown>): Promise<number> {
  const start = performance.now();
  await action();
  return (performance.now() - start) / 1000;
}

const weights = initializeDecoder(config, 1);
const [one, other] = (await Promise.all([0, 1].map(() => createWorkerPolicy(config, weights)))) as [WorkerPolicy, WorkerPolicy];
await Promise.all([steps(one, 2), steps(other, 2)]);
const count = 4;
let best = 0;
for (let round = 0; round < 4; round++) {
  const together = await seconds(() => Promise.all([steps(one, count), steps(other, count)]));
  const apart = (await seconds(() => steps(one, count))) + (await seconds(() => steps(other, count)));
  best = Math.max(best, apart / together);
  console.log(
    `round ${round}: together ${together.toFixed(2)} s, one after the other ${apart.toFixed(2)} s: ${(apart / together).toFixed(2)} ×`,
  );
}
console.log(`two arms side by side: ${best.toFixed(2)} × one`);
await Promise.all([one.dispose(), other.dispose()]);
