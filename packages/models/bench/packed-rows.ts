// Processor time of a GRPO step's training pass (forward and backward): rows padded to the longest of a run, packed one behind the other, and
// packed with the prompt of a group run once; all sides score the same 32 groups of 8 completions, in turns. The shape is that of
// @bridge-rl/base-igsm, the mean lengths those of the quickstart.
// node --conditions=@bridge-rl/source --import tsx packages/models/bench/packed-rows.ts
import { type DecoderConfig, initializeDecoder, LocalPolicy } from "@bridge-rl/models";
import { createRandom, type Loss, type TrainingRow } from "@bridge-rl/spec";

const config: DecoderConfig = {
  architecture: "qwen3",
  ...{ vocabularySize: 603, hiddenSize: 128, layers: 4, heads: 2, keyValueHeads: 2, headDimension: 64, intermediateSize: 384 },
  ...{ ropeTheta: 1e4, normEpsilon: 1e-6, queryKeyNorm: true, attentionBias: false, tieEmbeddings: true, maximumLength: 512 },
};
const [groups, completions, rounds] = [32, 8, 7];

/** Completions of half to one and a half times a length. */
function makeBatch(promptLength: number, completionLength: number): TrainingRow[] {
  const random = createRandom(1, "batch");
  const ids = (length: number) => Int32Array.from({ length }, () => random.integer(0, config.vocabularySize - 1));
  const spread = completionLength >> 1;
  return Array.from({ length: groups }, () => ids(promptLength)).flatMap((promptIds) =>
    Array.from({ length: completions }, () => ({
      promptIds,
      completionIds: ids(random.integer(completionLength - spread, completionLength + spread)),
    })),
  );
}

const loss: Loss = {
  derivative: "constant", // one pass, as on policy, where the sampler knows the log-probabilities
  evaluate: (rows) => ({
    loss: 0,
    gradients: rows.map(({ logProbabilities }) => new Float32Array(logProbabilities.length).fill(0.01)),
    metrics: {},
  }),
};

async function processorTime(policy: LocalPolicy, batch: readonly TrainingRow[]): Promise<number> {
  const before = process.cpuUsage();
  await policy.forwardBackward(batch, loss);
  const { user, system } = process.cpuUsage(before);
  return (user + system) / 1000;
}

const median = (values: readonly number[]) => values.toSorted((one, other) => one - other)[values.length >> 1] as number;

for (const [promptLength, completionLength] of [
  [35, 39],
  [35, 128],
  [128, 39],
] as const) {
  const batch = makeBatch(promptLength, completionLength);
  const sides = [{ packRows: false }, { sharePrompts: false }, {}].map((options) => ({
    policy: new LocalPolicy(config, initializeDecoder(config, 1), options),
    times: [] as number[],
  }));
  for (const { policy } of sides) await policy.forwardBackward(batch, loss);
  for (let round = 0; round < rounds; round++) for (const { policy, times } of sides) times.push(await processorTime(policy, batch));
  const [padded, packed, shared] = sides.map(({ times }) => median(times)) as [number, number, number];
  const less = (time: number) => `${time.toFixed(0)} ms (${((1 - time / padded) * 100).toFixed(0)} % less)`;
  console.log(
    `${promptLength} + about ${completionLength} tokens: ${padded.toFixed(0)} ms padded, ${less(packed)} packed, ${less(shared)} with ` +
      `shared prompts (median of ${rounds})`,
  );
  for (const { policy } of sides) await policy.dispose();
}
