import { type DecoderConfig, initializeDecoder, LocalPolicy } from "@bridge-rl/models";
import { createRandom, type Policy, type TrainingRow } from "@bridge-rl/spec";
import type { RolloutGroup } from "../../src/rollout-group.js";

/** A Qwen3-style decoder small enough for exact gradients of every rollout. */
const tinyConfig: DecoderConfig = {
  architecture: "qwen3",
  vocabularySize: 29,
  hiddenSize: 24,
  layers: 2,
  heads: 3,
  keyValueHeads: 1,
  headDimension: 8,
  intermediateSize: 40,
  ropeTheta: 10_000,
  normEpsilon: 1e-6,
  queryKeyNorm: true,
  attentionBias: false,
  tieEmbeddings: true,
  maximumLength: 64,
};

export function tinyPolicy(seed: number): LocalPolicy {
  return new LocalPolicy(tinyConfig, initializeDecoder(tinyConfig, seed, { standardDeviation: 0.15 }));
}

export interface RandomGroupOptions {
  readonly queries: number;
  readonly rollouts: number;
  readonly seed: number;
  readonly name: string;
  /** Correct rollouts of each query; drawn where left out. */
  readonly correct?: readonly number[];
}

/** Groups with random tokens of various lengths. The identities under test hold for any rollouts, sampled from the policy or not. */
export function randomGroups({ queries, rollouts, seed, name, correct }: RandomGroupOptions): RolloutGroup[] {
  const random = createRandom(seed, name);
  const ids = (length: number): Int32Array => Int32Array.from({ length }, () => random.integer(0, tinyConfig.vocabularySize - 1));
  return Array.from({ length: queries }, (_, query) => {
    const right = correct?.[query] ?? random.integer(1, rollouts - 1);
    const order = random.shuffle(Array.from({ length: rollouts }, (_, index) => (index < right ? 1 : 0)));
    return {
      problem: { id: `${name}-${query}` },
      promptIds: ids(random.integer(2, 5)),
      rollouts: order.map(() => ({ completionIds: ids(random.integer(3, 12)) })),
      rewards: Float64Array.from(order),
    };
  });
}

/** The exact gradient of Σ weight_t log π_t of one row, flattened, by one backward pass of its own. */
export async function exactScore(policy: LocalPolicy, row: TrainingRow, weights?: readonly number[]): Promise<Float64Array> {
  const gradients = [Float32Array.from({ length: row.completionIds.length }, (_, token) => weights?.[token] ?? (weights ? 0 : 1))];
  await policy.forwardBackward([row], { derivative: "constant", evaluate: () => ({ loss: 0, gradients, metrics: {} }) });
  return takeGradient(policy);
}

/** The accumulated gradient, flattened; the policy holds none afterwards. */
async function takeGradient(policy: LocalPolicy): Promise<Float64Array> {
  const flat = [...policy.gradient.values()].flatMap(({ data }) => Array.from(data, Number));
  await policy.storeGradient("test/taken");
  return Float64Array.from(flat);
}

export function rowsOf(group: RolloutGroup): TrainingRow[] {
  return group.rollouts.map(({ completionIds }) => ({ promptIds: group.promptIds, completionIds }));
}

/** The same policy as the contract has it: nobody sees its gradient. */
export function closedPolicy(policy: LocalPolicy): Policy {
  return {
    version: policy.version,
    sampler: policy.sampler,
    forwardBackward: (...request) => policy.forwardBackward(...request),
    optimizerStep: (request) => policy.optimizerStep(request),
    logProbabilities: (...request) => policy.logProbabilities(...request),
    storeGradient: (name) => policy.storeGradient(name),
    save: (directory) => policy.save(directory),
    load: (directory) => policy.load(directory),
    snapshot: () => policy.snapshot(),
    dispose: () => policy.dispose(),
  };
}
