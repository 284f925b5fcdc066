import {
  BridgeError,
  type Phrasebook,
  type Policy,
  type Problem,
  type Reward,
  type SamplingOptions,
  type Tokenizer,
} from "@bridge-rl/spec";
import { defined } from "./defined.js";
import { type Evaluation, evaluatePolicy } from "./evaluate-policy.js";
import type { SelectionOptions } from "./select-best.js";
import type { TrainingEvaluation } from "./training-loop.js";

export interface CreateEvaluationOptions {
  readonly policy: Policy;
  readonly tokenizer: Tokenizer;
  readonly phrasebook: Phrasebook;
  readonly problems: readonly Problem[];
  readonly reward: Reward;
  /** Steps between two evaluations. */
  readonly every: number;
  /** (`eval_`) Begins every metric's name, to tell two evaluations of one run apart. @defaultValue "eval" */
  readonly name?: string;
  /** One greedy completion of each problem. @defaultValue true */
  readonly greedy?: boolean;
  /** Completions of each problem sampled at `sampling.temperature`, for pass@k. 0 is none. @defaultValue 0 */
  readonly samples?: number;
  /** @defaultValue temperature 1 where sampled, the phrasebook's stop texts, 256 tokens */
  readonly sampling?: Omit<SamplingOptions, "signal" | "onProgress">;
  /** Decides the draws, the same ones at every evaluation. @defaultValue 0 */
  readonly seed?: number | string;
  /** Receives the whole findings behind the metrics. */
  readonly onFindings?: (findings: { readonly step: number; readonly greedy?: Evaluation; readonly sampled?: Evaluation }) => void;
  /** Keeps the best policy, and may end the run early. @defaultValue none */
  readonly select?: SelectionOptions;
}

/**
 * Makes the evaluation of a training run: the same problems each time, greedily, sampled, or both.
 *
 * With `name` left as it is, greedy metrics are `eval_accuracy`, its interval `eval_accuracy/low` and `/high`,
 * `eval_accuracy/operations_<n>`, `eval_reward`, `eval_completions/mean_length`, `eval_completions/clipped_ratio`; sampled ones
 * `eval_sampled_…` likewise, and `eval_sampled_pass@<k>` and `eval_sampled_pass@<k>/operations_<n>` for k = 1, 2, 4 … up to `samples`.
 *
 * @throws BridgeError `invalid-option` where neither kind is asked for
 */
export function createEvaluation(options: CreateEvaluationOptions): TrainingEvaluation {
  const { policy, every, name = "eval", greedy = true, samples = 0, sampling = {}, seed = 0, onFindings, select, ...task } = options;
  if (!greedy && samples === 0)
    throw new BridgeError("invalid-option", "an evaluation needs greedy completions or samples; ask for one of them");
  return {
    every,
    ...defined({ select }),
    async evaluate({ step, signal }) {
      const evaluate = (count: number, temperature: number) =>
        evaluatePolicy({
          ...task,
          sampler: policy.sampler,
          seed,
          count,
          sampling: { ...sampling, temperature, ...defined({ signal }) },
        });
      const one = greedy ? await evaluate(1, 0) : undefined;
      const several = samples > 0 ? await evaluate(samples, sampling.temperature ?? 1) : undefined;
      onFindings?.({ step, ...defined({ greedy: one, sampled: several }) });
      return {
        ...(one === undefined ? {} : metricsOf(name, one)),
        ...(several === undefined ? {} : metricsOf(`${name}_sampled`, several)),
        ...(several === undefined ? {} : passMetrics(`${name}_sampled_pass@`, several)),
      };
    },
  };
}

function metricsOf(
  name: string,
  { accuracy, interval, byOperations, meanReward, meanLength, truncated }: Evaluation,
): Record<string, number> {
  return {
    [`${name}_accuracy`]: accuracy,
    [`${name}_accuracy/low`]: interval[0],
    [`${name}_accuracy/high`]: interval[1],
    ...Object.fromEntries(byOperations.map((each) => [`${name}_accuracy/operations_${each.operations}`, each.accuracy])),
    [`${name}_reward`]: meanReward,
    [`${name}_completions/mean_length`]: meanLength,
    [`${name}_completions/clipped_ratio`]: truncated,
  };
}

function passMetrics(prefix: string, { passAt, byOperations }: Evaluation): Record<string, number> {
  const ofAll = Object.entries(passAt).map(([k, value]) => [`${prefix}${k}`, value]);
  const ofEach = byOperations.flatMap((each) =>
    Object.entries(each.passAt).map(([k, value]) => [`${prefix}${k}/operations_${each.operations}`, value]),
  );
  return Object.fromEntries([...ofAll, ...ofEach]);
}
