// Processor time of a GRPO step's training pass (forward and backward) with the prompt of a group run once, against row by row; both
// sides score the same 32 groups of 8 completions, in turns. The shape is that of @bridge-rl/base-igsm, the lengths those of the quickstart.
// node --conditions=@bridge-rl/source --import tsx packages/models/bench/shared-prompts.ts
import { type DecoderConfig, initializeDecoder, LocalPolicy } from "@bridge-rl/models";
import { createRandom, type Loss, type TrainingRow } from "@bridge-rl/spec";

const config: DecoderConfig = {
  architecture: "qwen3",
  ...{ vocabularySize: 603, hiddenSize: 128, layers: 4, heads: 2, keyValueHeads: 2, headDimension: 64, intermediateSize: 384 },
  ...{ ropeTheta: 1e4, normEpsilon: 1e-6, queryKeyNorm: true, attentionBias: false, tieEmbeddings: true, maximumLength: 512 },
};
const [groups, completions, rounds] = [32, 8, 7];

function makeBatch(promptLength: number, completionLength: number): TrainingRow[] {
  const random = createRandom(1, "batch");
  const ids = (length: number) => Int32Array.from({ length }, () => random.integer(0, config.vocabularySize - 1));
  return Array.from({ length: groups }, () => ids(promptLength)).flatMap((promptIds) =>
    Array.from({ length: completions }, () => ({ promptIds, completionIds: ids(completionLength) })),
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
  const sides = [true, false].map((sharePrompts) => ({
    policy: new LocalPolicy(config, initializeDecoder(config, 1), { sharePrompts }),
    times: [] as number[],
  }));
  for (const { policy } of sides) await policy.forwardBackward(batch, loss);
  for (let round = 0; round < rounds; round++) for (const { policy, times } of sides) times.push(await processorTime(policy, batch));
  const [shared, plain] = sides.map(({ times }) => median(times)) as [number, number];
  console.log(
    `${promptLength} + ${completionLength} tokens: ${plain.toFixed(0)} ms row by row, ${shared.toFixed(0)} ms with shared prompts: ` +
      `${((1 - shared / plain) * 100).toFixed(0)} % less (median of ${rounds})`,
  );
  for (const { policy } of sides) await policy.dispose();
}
