import { setImmediate } from "node:timers/promises";
import { BridgeError, type Problem, type ProblemSource } from "@bridge-rl/spec";
import { type CurriculumLevel, curriculum } from "./curriculum.js";
import type { Mixture } from "./mixture.js";
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

/** A problem and what it was drawn for. */
export interface DrawnProblem {
  readonly level: string;
  /** The part of the level's mixture; absent where it is none. */
  readonly part?: string;
  readonly problem: Problem;
}

/**
 * Draws a dataset: the problems of one level after the other, without those that a filter leaves out, or one shard of all that.
 *
 * A level lasts as many problems as it says, and a mixture has the shares of its weights, those left out not counted. Shards one behind the other are the whole, whatever the filter; with
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
  let index = start;
  if (levels.length === 1 && only !== undefined) {
    for (const problem of only.source.problems({ start, count })) yield describe(only, index++, problem);
    return;
  }
  const lessons = curriculum(levels);
  for (const problem of lessons.problems({ start, count })) {
    const name = lessons.levelAt(index);
    yield describe(levels.find((level) => level.name === name) as CurriculumLevel, index++, problem);
  }
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
  for (const level of levels) {
    const { source, problems = Number.POSITIVE_INFINITY } = level;
    const end = Math.min(place + problems, to);
    let inVain = 0;
    while (place < end) {
      // The place decides the part and the index the problem, so that what is left out changes no shares and nothing is drawn twice.
      const drawn = isMixture(source) ? source.partAt(start + place).source : source;
      const problem = drawn.problem(index++);
      if (filter.admit(problem)) {
        yield place < from ? undefined : describe(level, start + place, problem);
        place++;
        inVain = 0;
      } else if (++inVain === patience) throw exhausted(level.name, place, index, patience, filter);
      else yield undefined;
    }
  }
}

function describe({ name, source }: CurriculumLevel, place: number, problem: Problem): DrawnProblem {
  return { level: name, ...(isMixture(source) ? { part: source.partAt(place).name } : {}), problem };
}

function isMixture(source: ProblemSource): source is Mixture {
  return "partAt" in source;
}

function exhausted(level: string, found: number, index: number, patience: number, filter: ProblemFilter): BridgeError {
  const reasons = Object.entries(filter.leftOut).filter(([, count]) => count > 0);
  const causes = reasons.map(([reason, count]) => `${reason}: ${count}`).join(", ");
  return new BridgeError(
    "generation-exhausted",
    `no more than ${found} problems were found: in level ${level} the last ${patience} drawn, up to index ${index - 1}, were all left out (${causes}); ask for fewer, draw from a wider source, or leave out less`,
  );
}
