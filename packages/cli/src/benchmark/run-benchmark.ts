import { BridgeError, type Problem, type Progress } from "@bridge-rl/spec";
import { collectRollouts } from "@bridge-rl/training";
import type { OpenModel } from "../pipeline/pipeline-config.js";
import { defaultReward } from "../stages/default-reward.js";
import { askInParallel } from "./ask-in-parallel.js";
import type { Cell } from "./cells.js";
import { askEndpoint, type Completion, type EndpointOptions } from "./endpoint.js";
import type { BenchmarkResult, ResultStore } from "./results.js";

export interface BenchmarkOptions {
  readonly cells: readonly Cell[];
  /** Problems of each cell. */
  readonly count: number;
  readonly store: ResultStore;
  readonly progress: Progress;
  readonly signal: AbortSignal;
}

interface Asked {
  readonly cell: Cell;
  readonly problem: Problem;
}

/** What is not in the results yet. */
function openQuestions({ cells, count, store }: BenchmarkOptions): Asked[] {
  return cells.flatMap((cell) => {
    const indices = Array.from({ length: count }, (_, index) => index).filter((index) => !store.has(cell.task, cell.level, index));
    return indices.map((index) => ({ cell, problem: cell.source.problem(index) }));
  });
}

/**
 * Asks an endpoint what is not answered yet, several problems at a time.
 *
 * @returns the reasons of questions that got no completion; they are asked again the next time
 * @throws BridgeError where not a single question got one
 */
export async function benchmarkEndpoint(
  options: BenchmarkOptions,
  endpoint: Omit<EndpointOptions, "signal" | "stop">,
  concurrency: number,
): Promise<string[]> {
  const { store, progress, signal } = options;
  const open = openQuestions(options);
  let done = 0;
  const work = async ({ cell, problem }: Asked) => {
    const { stop } = cell.source.phrasebook;
    await store.add([await judge({ cell, problem }, await askEndpoint(problem.prompt, { ...endpoint, stop, signal }))]);
    done++;
    progress.update({ phase: "evaluation", done, total: open.length });
  };
  const failures = await askInParallel(open, concurrency, work, signal);
  for (const { error } of failures) if (!BridgeError.isInstance(error)) throw error;
  if (done === 0 && failures[0] !== undefined) throw failures[0].error;
  return failures.map(({ error }) => (error instanceof Error ? error.message : String(error)));
}

/** Problems that a local model is asked at once. */
const batch = 64;

/** Asks a model of this process what is not answered yet. */
export async function benchmarkModel(
  options: BenchmarkOptions,
  { policy, tokenizer }: Pick<OpenModel, "policy" | "tokenizer">,
  { maxTokens, temperature, seed }: { readonly maxTokens: number; readonly temperature: number; readonly seed: number },
): Promise<void> {
  const { cells, store, progress, signal } = options;
  const open = openQuestions(options);
  let done = 0;
  for (const cell of cells) {
    const { phrasebook } = cell.source;
    const own = open.filter((asked) => asked.cell === cell);
    for (let start = 0; start < own.length; start += batch) {
      const problems = own.slice(start, start + batch).map(({ problem }) => problem);
      const reward = defaultReward(cell.source);
      const sampling = { maxTokens, temperature, stop: phrasebook.stop, signal };
      const groups = await collectRollouts({ sampler: policy.sampler, tokenizer, phrasebook, problems, reward, count: 1, seed, sampling });
      const results: BenchmarkResult[] = [];
      for (const { problem, rollouts } of groups) {
        for (const rollout of rollouts) results.push(await judge({ cell, problem }, rollout));
      }
      await store.add(results);
      done += problems.length;
      progress.update({ phase: "evaluation", done, total: open.length });
    }
  }
}

async function judge({ cell: { task, level, source }, problem }: Asked, { text, finishReason }: Completion): Promise<BenchmarkResult> {
  const { phrasebook } = source;
  const reward = defaultReward(source);
  const score = await reward.score({ problem, completion: text, phrasebook, finishReason });
  return {
    task,
    level,
    index: problem.source.index,
    problem: problem.id,
    correct: score === reward.maximum,
    answer: phrasebook.parseAnswer(text) ?? null,
    expected: phrasebook.formatAnswer(problem.answer),
    finishReason,
    text,
  };
}
