import {
  BridgeError,
  createRandom,
  type Phrasebook,
  type Problem,
  type Reward,
  type Rollout,
  type Sampler,
  type SamplingOptions,
  type Tokenizer,
} from "@bridge-rl/spec";
import { encodePrompt } from "./encode-example.js";
import { type RewardPolicy, scoreRollout } from "./score-rollout.js";

/** One problem, its rollouts and what each reward says of them. */
export interface RolloutGroup {
  readonly problem: Problem;
  readonly promptIds: Int32Array;
  readonly rollouts: readonly Rollout[];
  /** The first reward's scores: what accuracy is told by. `[rollouts]` */
  readonly rewards: Float64Array;
  /** Every reward's scores, in the order of the rewards; NaN where one failed and was to be dropped. `[rewards][rollouts]` */
  readonly scores: readonly Float64Array[];
  /** Which rollouts got the first reward's maximum. `[rollouts]` */
  readonly correct: readonly boolean[];
  /** What failed and didn't stop the run. */
  readonly rewardFailures?: readonly RewardFailure[];
}

/** One score that a reward could not give. */
export interface RewardFailure {
  readonly reward: string;
  /** Position in `rollouts`. */
  readonly rollout: number;
  readonly error: BridgeError;
}

export interface CollectRolloutsOptions {
  readonly sampler: Sampler;
  readonly tokenizer: Tokenizer;
  readonly phrasebook: Phrasebook;
  readonly problems: readonly Problem[];
  /** One reward, or several; the first one tells what is correct. */
  readonly reward: Reward | readonly Reward[];
  /** Rollouts of each problem. @defaultValue 1 */
  readonly count?: number;
  /** With the position of a problem in `problems` decides its draws. */
  readonly seed: number | string;
  /** @defaultValue { stop: the phrasebook's } */
  readonly sampling?: SamplingOptions;
  /** What becomes of rollouts whose reward fails, and how long one may take. @defaultValue the run stops */
  readonly rewardPolicy?: RewardPolicy;
  /** Refuses longer prompts. @defaultValue what the sampler takes */
  readonly maxPromptTokens?: number;
  /** Tells one call from another under the same seed, as a training step does. @defaultValue 0 */
  readonly round?: number;
}

/**
 * Samples completions for problems and scores them, one group for each problem in their order.
 *
 * @throws BridgeError `reward-failed`, `invalid-option`; `invalid-input` for a prompt over `maxPromptTokens` and for a group that the sampler
 *   left incomplete; `non-finite` where it gives no log-probability; each names the problem
 */
export async function collectRollouts(options: CollectRolloutsOptions): Promise<RolloutGroup[]> {
  const { sampler, tokenizer, phrasebook, problems, reward, count = 1, seed, sampling = {}, round = 0, rewardPolicy = {} } = options;
  const rewards = isList(reward) ? reward : [reward];
  if (rewards.length === 0) throw new BridgeError("invalid-option", "there is no reward to score rollouts by; pass one");
  if (!(Number.isInteger(count) && count >= 1))
    throw new BridgeError("invalid-option", `${count} rollouts of each problem can't be; use 1 or more`);
  const random = createRandom(seed, "rollouts").fork("round", round);
  const prompts = problems.map((problem) => promptOf(tokenizer, problem, options.maxPromptTokens));
  const requests = prompts.map((promptIds, index) => ({ promptIds, count, seed: random.fork("problem", index).integer(0, 0x7fff_ffff) }));
  const all = requests.length === 0 ? [] : await sampler.sample(requests, { stop: phrasebook.stop, ...sampling });
  const { concurrency = Number.POSITIVE_INFINITY, ...policy } = rewardPolicy;
  const limits = rewards.map(() => limitConcurrency(concurrency));
  const { signal } = sampling;
  return Promise.all(
    problems.map(async (problem, index) => {
      const rollouts = checkGroup(problem, all.slice(index * count, (index + 1) * count), count);
      const rewardFailures: RewardFailure[] = [];
      const scores = await Promise.all(
        rewards.map(async (one, which) => {
          const limited = limits[which] as Limit;
          const given = rollouts.map((rollout, place) =>
            limited(() =>
              scoreRollout(one, problem, phrasebook, rollout, {
                ...policy,
                ...(signal === undefined ? {} : { signal }),
                onError: (error) => rewardFailures.push({ reward: one.name, rollout: place, error }),
              }),
            ),
          );
          return Float64Array.from(await Promise.all(given));
        }),
      );
      rewardFailures.sort((left, right) => left.rollout - right.rollout || left.reward.localeCompare(right.reward));
      const first = scores[0] as Float64Array;
      const { maximum } = rewards[0] as Reward;
      const correct = Array.from(first, (score) => score >= maximum);
      return { problem, promptIds: prompts[index] as Int32Array, rollouts, rewards: first, scores, correct, rewardFailures };
    }),
  );
}

function promptOf(tokenizer: Tokenizer, problem: Problem, maximum: number | undefined): Int32Array {
  const ids = encodePrompt(tokenizer, problem.prompt);
  if (maximum !== undefined && ids.length > maximum) {
    throw new BridgeError(
      "invalid-input",
      `the prompt of problem ${problem.id} has ${ids.length} tokens, ${maximum} are allowed (maxPromptTokens); leave it out or raise the limit`,
    );
  }
  return ids;
}

/** A sampler may be anybody's. */
function checkGroup(problem: Problem, rollouts: readonly Rollout[], count: number): readonly Rollout[] {
  if (rollouts.length !== count)
    throw new BridgeError(
      "invalid-input",
      `the sampler gave ${rollouts.length} of ${count} rollouts of problem ${problem.id}; it has to give all`,
    );
  for (const [index, { completionIds, logProbabilities }] of rollouts.entries()) {
    const place = `rollout ${index} of problem ${problem.id}`;
    if (completionIds.length === 0) throw new BridgeError("invalid-input", `the sampler gave no token for ${place}`);
    const token = logProbabilities.findIndex((value) => !Number.isFinite(value));
    if (token >= 0)
      throw new BridgeError(
        "non-finite",
        `the sampler gave ${logProbabilities[token]} as the log-probability of token ${token} in ${place}`,
      );
  }
  return rollouts;
}

type Limit = <Result>(work: () => Promise<Result>) => Promise<Result>;

/** Runs at most so many pieces of work at once, in the order they came. */
function limitConcurrency(most: number): Limit {
  let running = 0;
  const waiting: (() => void)[] = [];
  return async (work) => {
    if (running >= most) await new Promise<void>((resolve) => waiting.push(resolve));
    else running++;
    try {
      return await work();
    } finally {
      // Whoever waits takes the place over, so that nobody who comes later gets in between.
      const next = waiting.shift();
      if (next === undefined) running--;
      else next();
    }
  };
}

function isList(reward: Reward | readonly Reward[]): reward is readonly Reward[] {
  return Array.isArray(reward);
}
