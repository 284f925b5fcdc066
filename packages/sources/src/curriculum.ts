import { BridgeError, type ProblemSource } from "@bridge-rl/spec";
import { composedSource, describeSource } from "./internal/composed-source.js";

/** One stretch of a curriculum. */
export interface CurriculumLevel {
  readonly name: string;
  readonly source: ProblemSource;
  /** How many problems it lasts. @defaultValue endless, for the last level alone */
  readonly problems?: number;
}

/** A source whose problems go through named levels. */
export interface Curriculum extends ProblemSource {
  /** Problems of all levels; Infinity where the last one has no end. */
  readonly length: number;
  /** The name of the level that an index lies in. */
  levelAt(index: number): string;
}

/**
 * Puts sources one behind the other. A level takes the problems of its source that have the curriculum's own indices, so levels that share
 * a source never repeat a problem, and random access stays.
 *
 * @throws BridgeError `invalid-option` for levels without an end before the last, and parts worded by different phrasebooks
 */
export function curriculum(levels: readonly CurriculumLevel[]): Curriculum {
  const ends: number[] = [];
  let end = 0;
  for (const [place, { name, problems }] of levels.entries()) {
    const last = place === levels.length - 1;
    if (problems === undefined ? !last : !Number.isSafeInteger(problems) || problems < 1) {
      throw new BridgeError(
        "invalid-option",
        `level ${name} lasts ${problems ?? "for ever"}; only the last level may do without a number of problems`,
      );
    }
    end += problems ?? Number.POSITIVE_INFINITY;
    ends.push(end);
  }
  const levelOf = (index: number): CurriculumLevel => {
    const level = levels[ends.findIndex((bound) => index < bound)];
    if (level === undefined) throw new BridgeError("invalid-input", `problem ${index} does not exist; the curriculum ends after ${end}`);
    return level;
  };
  const described = levels.map(({ name, source, problems }) => ({
    name,
    ...describeSource(source),
    ...(problems === undefined ? {} : { problems }),
  }));
  const sources = levels.map(({ source }) => source);
  const base = composedSource("curriculum", sources, sources[0]?.seed ?? 0, { levels: described }, (index) => levelOf(index).source);
  return {
    ...base,
    length: end,
    *problems({ start = 0, count = Number.POSITIVE_INFINITY } = {}) {
      for (let index = start; index < Math.min(start + count, end); index++) yield base.problem(index);
    },
    levelAt: (index) => levelOf(index).name,
  };
}
