import { createRandom, type Loss, type LossRow } from "@bridge-rl/spec";
import { expect, test } from "vitest";
import type { DecoderConfig } from "../src/decoder-config.js";
import { initializeDecoder } from "../src/decoder-parameters.js";
import { createWorkerPolicy, LocalPolicy } from "../src/index.js";

const config: DecoderConfig = {
  architecture: "qwen3",
  ...{ vocabularySize: 30, hiddenSize: 12, layers: 2, heads: 4, keyValueHeads: 2, headDimension: 6, intermediateSize: 20 },
  ...{ ropeTheta: 1e4, normEpsilon: 1e-6, queryKeyNorm: true, attentionBias: true, tieEmbeddings: true, maximumLength: 64 },
};
const weights = initializeDecoder(config, 3, { standardDeviation: 0.3 });
const random = createRandom(1, "entropy gradient");
const ids = (count: number): Int32Array => Int32Array.from({ length: count }, () => random.integer(0, config.vocabularySize - 1));
const batch = [4, 9, 1].map((length) => ({ promptIds: ids(3), completionIds: ids(length) }));
const draw = (): Float32Array[] => batch.map(({ completionIds }) => Float32Array.from(completionIds, () => random.normal()));
const [byLogProbability, byEntropy] = [draw(), draw()];

function value(rows: readonly LossRow[]): number {
  let total = 0;
  for (const [row, { logProbabilities, entropies }] of rows.entries()) {
    for (let token = 0; token < logProbabilities.length; token++) {
      total += (logProbabilities[token] as number) * (byLogProbability[row]?.[token] as number);
      total += (entropies?.[token] as number) * (byEntropy[row]?.[token] as number);
    }
  }
  return total;
}

const loss: Loss = {
  derivative: "dependent",
  usesEntropies: true,
  evaluate: (rows) => ({ loss: value(rows), gradients: byLogProbability, entropyGradients: byEntropy, metrics: {} }),
};

test("a loss of log-probabilities and entropies has the derivative that finite differences show", async () => {
  const temperature = 0.8;
  const policy = new LocalPolicy(config, weights, { tokensPerRun: 16 });
  const worker = await createWorkerPolicy(config, weights);
  const result = await policy.forwardBackward(batch, loss, { temperature, knownLogProbabilities: draw() });
  const elsewhere = await worker.forwardBackward(batch, loss, { temperature });
  const { norm } = await policy.storeGradient("own");
  const at = async (scale: number): Promise<number> =>
    value(await policy.logProbabilities(batch, { temperature, entropies: true, direction: { name: "own", scale } }));
  const step = 2e-3 / norm;

  expect(result.loss).toBeCloseTo(await at(0), 4);
  expect(elsewhere.loss).toBeCloseTo(result.loss, 4);
  expect((await worker.storeGradient("own")).norm / norm).toBeCloseTo(1, 5);
  expect(((await at(step)) - (await at(-step))) / (2 * step) / norm ** 2).toBeCloseTo(1, 2);
  await Promise.all([policy.dispose(), worker.dispose()]);
});
