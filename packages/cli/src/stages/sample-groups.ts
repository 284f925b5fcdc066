import type { Problem, ProblemSource, SamplingOptions } from "@bridge-rl/spec";
import { collectRollouts, type RolloutGroup } from "@bridge-rl/training";
import type { OpenModel } from "../pipeline/pipeline-config.js";
import type { StageContext } from "../pipeline/stages.js";

export interface SampleGroupsOptions {
  readonly phase: string;
  readonly model: OpenModel;
  readonly source: ProblemSource;
  readonly problems: readonly Problem[];
  readonly count: number;
  readonly seed: number | string;
  readonly sampling: SamplingOptions;
}

/** Samples and scores completions of problems, and shows how far it is. */
export async function sampleGroups(context: StageContext, options: SampleGroupsOptions): Promise<RolloutGroup[]> {
  const { phase, model, source, problems, count, seed, sampling } = options;
  const { progress, signal, reward } = context;
  // what a run tells is of the policy itself; precision is for what GRPO draws
  const { precision: _, ...settings } = context.config.sampling ?? {};
  const onProgress = ({ finished, total }: { finished: number; total: number }) => progress.update({ phase, done: finished, total });
  return collectRollouts({
    sampler: model.policy.sampler,
    tokenizer: model.tokenizer,
    phrasebook: source.phrasebook,
    problems,
    reward,
    count,
    seed,
    sampling: { stop: source.phrasebook.stop, ...settings, ...sampling, signal, onProgress },
  });
}
