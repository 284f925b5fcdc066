import { knownProblems, modelDirectory } from "@bridge-rl/base-igsm";
import { igsm } from "@bridge-rl/igsm";
import { LocalPolicy, LocalSampler, loadModelFolder } from "@bridge-rl/models";
import { defineReward, numberOptions } from "@bridge-rl/spec";
import { collectRollouts, type RolloutGroup } from "@bridge-rl/training";

/** 1 where the answer behind the thinking is the problem's. */
const rightAnswer = defineReward({
  name: "@bridge-rl/right-answer",
  specVersion: 1,
  options: numberOptions({}),
  maximum: 1,
  score: ({ problem, completion, phrasebook }) => (phrasebook.parseAnswer(completion) === phrasebook.formatAnswer(problem.answer) ? 1 : 0),
});

/** The shipped base model. */
export async function openBaseModel(): Promise<{ policy: LocalPolicy; sample: (options: SampleOptions) => Promise<RolloutGroup[]> }> {
  const { config, weights, tokenizer } = await loadModelFolder(modelDirectory);
  if (tokenizer === undefined) throw new Error("the base model has a tokenizer");
  const policy = new LocalPolicy(config, weights, { createSampler: (current) => new LocalSampler(current, { tokenizer }) });
  const sample = async ({ queries, rollouts, seed, operations = 4, maxTokens = 128 }: SampleOptions): Promise<RolloutGroup[]> => {
    const source = igsm({ ...knownProblems, operations, split: "train", seed });
    const { phrasebook } = source;
    return collectRollouts({
      ...{ sampler: policy.sampler, tokenizer, phrasebook, reward: rightAnswer(), count: rollouts, seed },
      problems: [...source.problems({ count: queries })],
      sampling: { maxTokens, temperature: 1, stop: phrasebook.stop },
    });
  };
  return { policy, sample };
}

export interface SampleOptions {
  readonly queries: number;
  readonly rollouts: number;
  readonly seed: number;
  /** @defaultValue 4, of which the model solves half */
  readonly operations?: number;
  readonly maxTokens?: number;
}
