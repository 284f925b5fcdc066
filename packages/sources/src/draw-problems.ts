import { setImmediate } from "node:timers/promises";
import { BridgeError, type Problem } from "@bridge-rl/spec";
import { type CurriculumLevel, curriculum } from "./curriculum.js";
import type { ProblemFilter } from "./problem-filter.js";
import { type ProblemRange, type Shard, shardRange } from "./shard-range.js";

export interface DrawOptions {
  /** Index of the first problem that is drawn. @defaultValue 0 */
  readonly start?: number;
  /** Problems of the whole dataset, those of all shards. @defaultValue all of the levels, from `start` on */
  readonly count?: number;
  /** Gives one part of the dataset alone. @defaultValue the whole */
  readonly shard?: Shard;
  /** Leaves problems out; others are drawn in their place. It must be new, for what it has admitted before counts. @defaultValue none */
  readonly filter?: ProblemFilter;
  /** Gives up after leaving out so many problems in a row. @defaultValue 100000 */
  readonly patience?: number;
  /** Problems made before others get their turn on this thread. @defaultValue 64 */
  readonly batch?: number;
  readonly signal?: AbortSignal;
}

/** A problem and the level that it was drawn for. */
export interface DrawnProblem {
  readonly level: string;
  readonly problem: Problem;
}

/**
 * Draws a dataset: the problems of one level after the other, without those that a filter leaves out, or one shard of all that.
 *
 * A level lasts as many problems as it says, those left out not counted. Shards one behind the other are the whole, whatever the filter; with
 * one, each has to draw what stands before its part, because that may decide what is left out.
 *
 * @throws BridgeError `invalid-option` for levels that end before `count`, for a `start` within filtered levels, and what `curriculum` and
 *   `shardRange` throw; `generation-exhausted` where the filter leaves out all that can be found; `cancelled` once the signal is aborted
 */
export async function* drawProblems(
  levels: readonly CurriculumLevel[],
  options: DrawOptions = {},
): AsyncGenerator<DrawnProblem, void, undefined> {
  const { start = 0, shard, filter, batch = 64, signal } = options;
  const length = curriculum(levels).length - (filter === undefined ? start : 0);
  const { count = length } = options;
  if (count > length) {
    throw new BridgeError(
      "invalid-option",
      `the levels have ${length} problems from ${start} on, and ${count} are asked for; lengthen the last one`,
    );
  }
  if (filter !== undefined && start > 0 && levels.length > 1) {
    throw new BridgeError(
      "invalid-option",
      `levels that problems are left out of begin at problem 0, and ${start} was given; leave it out`,
    );
  }
  const whole = { start, count };
  const range = shard === undefined ? whole : shardRange(whole, shard);
  const drawn = filter === undefined ? inOrder(levels, range) : filtered(levels, { ...options, filter }, range);
  let made = 0;
  for (const each of drawn) {
    if (made++ % batch === 0) await setImmediate();
    if (signal?.aborted) throw new BridgeError("cancelled", "drawing problems was stopped", { cause: signal.reason });
    if (each !== undefined) yield each;
  }
}

/** A range by random access. */
function* inOrder(levels: readonly CurriculumLevel[], { start, count }: ProblemRange): Generator<DrawnProblem> {
  const [only] = levels;
  if (levels.length === 1 && only !== undefined) {
    for (const problem of only.source.problems({ start, count })) yield { level: only.name, problem };
    return;
  }
  const lessons = curriculum(levels);
  let index = start;
  for (const problem of lessons.problems({ start, count })) yield { level: lessons.levelAt(index++), problem };
}

/** A range of what a filter leaves; undefined for each problem that is drawn besides. */
function* filtered(
  levels: readonly CurriculumLevel[],
  { start = 0, filter, patience = 100_000 }: DrawOptions & { readonly filter: ProblemFilter },
  range: ProblemRange,
): Generator<DrawnProblem | undefined> {
  const [from, to] = [range.start - start, range.start - start + range.count];
  let place = 0;
  let index = start;
  for (const { name: level, source, problems = Number.POSITIVE_INFINITY } of levels) {
    const end = Math.min(place + problems, to);
    let inVain = 0;
    while (place < end) {
      const problem = source.problem(index++);
      if (filter.admit(problem)) {
        yield place++ < from ? undefined : { level, problem };
        inVain = 0;
      } else if (++inVain === patience) throw exhausted(level, place, index, patience, filter);
      else yield undefined;
    }
  }
}

function exhausted(level: string, found: number, index: number, patience: number, filter: ProblemFilter): BridgeError {
  const reasons = Object.entries(filter.leftOut).filter(([, count]) => count > 0);
  const causes = reasons.map(([reason, count]) => `${reason}: ${count}`).join(", ");
  return new BridgeError(
    "generation-exhausted",
    `no more than ${found} problems were found: in level ${level} the last ${patience} drawn, up to index ${index - 1}, were all left out (${causes}); ask for fewer, draw from a wider source, or leave out less`,
  );
}
