import {
  BridgeError,
  type Phrasebook,
  type Problem,
  type Reward,
  type Sampler,
  type SamplingOptions,
  type Tokenizer,
  wilsonInterval,
} from "@bridge-rl/spec";
import { collectRollouts, type RolloutGroup } from "./collect-rollouts.js";
import { passAtK } from "./pass-at-k.js";

/** A share with its 95 % interval (Wilson). */
export interface Accuracy {
  readonly accuracy: number;
  readonly interval: readonly [number, number];
  /** Problems. */
  readonly n: number;
}

/** How well a policy solves problems. Plain JSON. */
export interface Evaluation extends Accuracy {
  /** By `difficulty.operations`, rising. */
  readonly byOperations: readonly (Accuracy & Pick<Evaluation, "passAt"> & { readonly operations: number })[];
  /** What one would get by always giving the same answer. */
  readonly constantAnswer: {
    /** The share of problems whose answer is 0. */
    readonly zero: number;
    /** The most frequent answer and its share. */
    readonly mostFrequent: { readonly answer: string; readonly accuracy: number };
  };
  /** Chance that at least one of k samples is correct, for k = 1, 2, 4 … up to the samples of each problem. */
  readonly passAt: Readonly<Record<string, number>>;
  /** Share of completions that ran into `maxTokens`. */
  readonly truncated: number;
  /** Tokens of a completion. */
  readonly meanLength: number;
  /** Mean of the reward, which may know more than right and wrong. */
  readonly meanReward: number;
}

export interface EvaluatePolicyOptions {
  readonly sampler: Sampler;
  readonly tokenizer: Tokenizer;
  readonly phrasebook: Phrasebook;
  readonly problems: readonly Problem[];
  /** A completion is correct where it gets this reward's maximum. */
  readonly reward: Reward;
  /** Samples of each problem. @defaultValue 1 */
  readonly count?: number;
  /** @defaultValue 0 */
  readonly seed?: number | string;
  /** @defaultValue greedy (`temperature: 0`) with the phrasebook's stop texts */
  readonly sampling?: SamplingOptions;
  /** Receives the scored completions, for a report or an error analysis. */
  readonly onRollouts?: (groups: readonly RolloutGroup[]) => void;
}

/**
 * Measures the share of problems that a policy solves.
 *
 * Several samples of one problem count as one problem with a share of its own, so the interval never pretends that they are
 * independent.
 *
 * @throws BridgeError `invalid-option` where several greedy samples are asked for, which would all be the same; `invalid-input` without problems
 */
export async function evaluatePolicy(options: EvaluatePolicyOptions): Promise<Evaluation> {
  const { sampler, tokenizer, phrasebook, problems, reward, count = 1, seed = 0, onRollouts } = options;
  const sampling = { temperature: 0, ...options.sampling };
  if (problems.length === 0) throw new BridgeError("invalid-input", "there are no problems to evaluate on");
  if (count > 1 && sampling.temperature === 0) {
    throw new BridgeError(
      "invalid-option",
      `${count} greedy samples of a problem are all the same; set sampling.temperature above 0, or count to 1`,
    );
  }
  const groups = await collectRollouts({ sampler, tokenizer, phrasebook, problems, reward, count, seed, sampling });
  onRollouts?.(groups);
  return evaluationOf(groups, phrasebook);
}

/**
 * Tells how well problems were solved, from scored completions of each: what `evaluatePolicy` finds.
 *
 * @param groups  at least one, all with as many completions
 */
export function evaluationOf(groups: readonly RolloutGroup[], phrasebook: Phrasebook): Evaluation {
  const problems = groups.map((group) => group.problem);
  const rollouts = groups.flatMap((group) => group.rollouts);
  const operations = [...new Set(problems.map((problem) => problem.difficulty.operations))].sort((one, other) => one - other);
  return {
    ...accuracyOf(groups),
    byOperations: operations.map((number) => {
      const own = groups.filter((group) => group.problem.difficulty.operations === number);
      return { operations: number, ...accuracyOf(own), passAt: passAtOf(own) };
    }),
    constantAnswer: constantAnswer(problems, phrasebook),
    passAt: passAtOf(groups),
    truncated: mean(rollouts.map((rollout) => Number(rollout.finishReason === "length"))),
    meanLength: mean(rollouts.map((rollout) => rollout.completionIds.length)),
    meanReward: mean(groups.flatMap((group) => Array.from(group.rewards))),
  };
}

/** What always giving one answer would get on problems. */
export function constantAnswer(problems: readonly Problem[], phrasebook: Phrasebook): Evaluation["constantAnswer"] {
  const counts = new Map<string, number>();
  for (const problem of problems) {
    const answer = phrasebook.formatAnswer(problem.answer);
    counts.set(answer, (counts.get(answer) ?? 0) + 1);
  }
  const [answer, most] = [...counts].reduce((best, entry) => (entry[1] > best[1] ? entry : best), ["", 0] as [string, number]);
  return {
    zero: mean(problems.map((problem) => Number(problem.answer === 0))),
    mostFrequent: { answer, accuracy: most / problems.length },
  };
}

function accuracyOf(groups: readonly RolloutGroup[]): Accuracy {
  const accuracy = mean(groups.map((group) => right(group) / group.correct.length));
  return { accuracy, interval: wilsonInterval(accuracy, groups.length), n: groups.length };
}

function passAtOf(groups: readonly RolloutGroup[]): Evaluation["passAt"] {
  const count = groups[0]?.correct.length ?? 0;
  return Object.fromEntries(powersOfTwo(count).map((k) => [String(k), mean(groups.map((group) => passAtK(count, right(group), k)))]));
}

function right(group: RolloutGroup): number {
  return group.correct.filter(Boolean).length;
}

function mean(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}

function powersOfTwo(limit: number): number[] {
  const result: number[] = [];
  for (let k = 1; k <= limit; k *= 2) result.push(k);
  return result;
}
