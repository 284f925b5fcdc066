// What a score ⟨V, ∇ log π⟩ of a rollout costs: two forward passes against a backward pass for each rollout, same rollouts, same run.
// node --conditions=@bridge-rl/source --import tsx packages/influence/bench/estimators.ts [--queries 24] [--threads 2]
import { performance } from "node:perf_hooks";
import { parseArgs } from "node:util";
import { type DecoderConfig, decoderParameters, initializeDecoder, LocalPolicy } from "@bridge-rl/models";
import { createOnnxRuntime } from "@bridge-rl/runtime-onnx";
import { createRandom } from "@bridge-rl/spec";
import { evaluationDirection, type RolloutGroup, scoreRollouts } from "../src/index.js";

const { values: flags } = parseArgs({
  options: { queries: { type: "string", default: "24" }, threads: { type: "string", default: "2" } },
});
const queries = Number(flags.queries);
const [rolloutsEach, promptTokens, completionTokens] = [8, 60, 80];

// About 1M parameters, as the quickstart has them.
const config: DecoderConfig = {
  ...{ architecture: "qwen3", vocabularySize: 350, hiddenSize: 128, layers: 5, heads: 2, keyValueHeads: 2, headDimension: 64 },
  ...{ intermediateSize: 384, ropeTheta: 1e4, normEpsilon: 1e-6, queryKeyNorm: true, attentionBias: false, tieEmbeddings: true },
  maximumLength: 512,
};

function groups(name: string, count: number): RolloutGroup[] {
  const random = createRandom(1, name);
  const ids = (length: number): Int32Array => Int32Array.from({ length }, () => random.integer(0, config.vocabularySize - 1));
  return Array.from({ length: count }, (_, query) => ({
    problem: { id: `${name} ${query}` },
    promptIds: ids(promptTokens),
    rollouts: Array.from({ length: rolloutsEach }, () => ({ completionIds: ids(completionTokens) })),
    rewards: Array.from({ length: rolloutsEach }, (_, rollout) => (rollout < 3 ? 1 : 0)),
  }));
}

async function seconds<T>(action: () => Promise<T>): Promise<{ result: T; time: number }> {
  const start = performance.now();
  const result = await action();
  return { result, time: (performance.now() - start) / 1000 };
}

const policy = new LocalPolicy(config, initializeDecoder(config, 1), {
  runtime: createOnnxRuntime({ threads: Number(flags.threads) }),
  tokensPerRun: 4096,
});
const [train, evaluation] = [groups("train", queries), groups("evaluation", Math.max(2, Math.ceil(queries / 2)))];
const rows = train.flatMap(({ promptIds, rollouts }) => rollouts.map(({ completionIds }) => ({ promptIds, completionIds })));

/** V by hand, since the policy's own copy is not for reading. */
function takeGradient(): Float32Array[] {
  return [...policy.gradient.values()].map(({ data }) => Float32Array.from(data as Float32Array));
}

const sample = rows.slice(0, Math.min(rows.length, 64));

/** Leaves the gradient of one rollout's log-probability in the policy. */
async function backward(row: (typeof rows)[number]): Promise<void> {
  const gradients = [new Float32Array(row.completionIds.length).fill(1)];
  await policy.forwardBackward([row], { derivative: "constant", evaluate: () => ({ loss: 0, gradients, metrics: {} }) });
}

async function dotWithGradient(row: (typeof rows)[number], against: readonly Float32Array[]): Promise<number> {
  await backward(row);
  let total = 0;
  for (const [index, { data }] of [...policy.gradient.values()].entries()) {
    const along = against[index] as Float32Array;
    for (let j = 0; j < along.length; j++) total += Number(data[j]) * (along[j] as number);
  }
  await policy.storeGradient("bench/row");
  return total;
}

// The policy's own copy of V is not for reading; for the time of a dot product any direction will do.
await backward(rows[0] as (typeof rows)[number]);
const someDirection = takeGradient();
await policy.storeGradient("bench/row");

async function round() {
  const direction = await seconds(() => evaluationDirection(policy, evaluation));
  const plain = await seconds(() => policy.logProbabilities(rows));
  const forwardOnly = await seconds(() => scoreRollouts(policy, train, { direction: direction.result }));
  const perSample = await seconds(async () => {
    for (const row of sample) await dotWithGradient(row, someDirection);
  });
  return { direction, plain, forwardOnly, perSample };
}

await round(); // compiles the programs
const rounds = [await round(), await round(), await round()];
const median = (pick: (one: (typeof rounds)[number]) => number): number => rounds.map(pick).sort((a, b) => a - b)[1] as number;
const time = {
  direction: median(({ direction }) => direction.time / direction.result.rollouts),
  plain: median(({ plain }) => plain.time / rows.length),
  forwardOnly: median(({ forwardOnly }) => forwardOnly.time / rows.length),
  perSample: median(({ perSample }) => perSample.time / sample.length),
};
const { numericalError, epsilon } = (rounds[0] as (typeof rounds)[number]).forwardOnly.result;

const parameters = decoderParameters(config).reduce((total, { shape }) => total + shape.reduce((a, b) => a * b, 1), 0);
const each = (value: number): string => `${(value * 1000).toFixed(2)} ms`;
console.log(
  `${(parameters / 1e6).toFixed(2)}M parameters, ${rows.length} rollouts of ${promptTokens} + ${completionTokens} tokens, ${flags.threads} threads, medians of 3`,
);
console.log(`V, one aggregated backward     ${each(time.direction)} per evaluation rollout`);
console.log(`one forward pass               ${each(time.plain)} per rollout`);
console.log(
  `forward-only score             ${each(time.forwardOnly)} per rollout, ${(time.forwardOnly / time.plain).toFixed(2)} forward passes, pilot and check included`,
);
console.log(`per-sample backward and dot    ${each(time.perSample)} per rollout`);
console.log(`forward-only is ${(time.perSample / time.forwardOnly).toFixed(1)} times faster`);
console.log(`numerical error of the scores  ${numericalError.relative.toExponential(1)} relative at ε = ${epsilon.toExponential(2)}`);
await policy.dispose();
