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
import { scoreRollout } from "./score-rollout.js";

/** One problem, its rollouts and what each reward says of them. */
export interface RolloutGroup {
  readonly problem: Problem;
  readonly promptIds: Int32Array;
  readonly rollouts: readonly Rollout[];
  /** The first reward's scores: what accuracy is told by. `[rollouts]` */
  readonly rewards: Float64Array;
  /** Every reward's scores, in the order of the rewards. `[rewards][rollouts]` */
  readonly scores: readonly Float64Array[];
  /** Which rollouts got the first reward's maximum. `[rollouts]` */
  readonly correct: readonly boolean[];
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
  /** Tells one call from another under the same seed, as a training step does. @defaultValue 0 */
  readonly round?: number;
}

/**
 * Samples completions for problems and scores them, one group for each problem in their order.
 *
 * @throws BridgeError `reward-failed`, `invalid-option`
 */
export async function collectRollouts(options: CollectRolloutsOptions): Promise<RolloutGroup[]> {
  const { sampler, tokenizer, phrasebook, problems, reward, count = 1, seed, sampling = {}, round = 0 } = options;
  const rewards = isList(reward) ? reward : [reward];
  if (rewards.length === 0) throw new BridgeError("invalid-option", "there is no reward to score rollouts by; pass one");
  if (!(Number.isInteger(count) && count >= 1))
    throw new BridgeError("invalid-option", `${count} rollouts of each problem can't be; use 1 or more`);
  const random = createRandom(seed, "rollouts").fork("round", round);
  const prompts = problems.map((problem) => encodePrompt(tokenizer, problem.prompt));
  const requests = prompts.map((promptIds, index) => ({ promptIds, count, seed: random.fork("problem", index).integer(0, 0x7fff_ffff) }));
  const all = requests.length === 0 ? [] : await sampler.sample(requests, { stop: phrasebook.stop, ...sampling });
  return Promise.all(
    problems.map(async (problem, index) => {
      const rollouts = all.slice(index * count, (index + 1) * count);
      const scores = await Promise.all(
        rewards.map(async (one) =>
          Float64Array.from(await Promise.all(rollouts.map((rollout) => scoreRollout(one, problem, phrasebook, rollout)))),
        ),
      );
      const first = scores[0] as Float64Array;
      const { maximum } = rewards[0] as Reward;
      const correct = Array.from(first, (score) => score >= maximum);
      return { problem, promptIds: prompts[index] as Int32Array, rollouts, rewards: first, scores, correct };
    }),
  );
}

function isList(reward: Reward | readonly Reward[]): reward is readonly Reward[] {
  return Array.isArray(reward);
}
