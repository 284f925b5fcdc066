import { BridgeError, type Problem, type ProblemSource } from "@bridge-rl/spec";
import { wordsPhrasebook } from "./words-phrasebook.js";

/** The source that problems of `problemFromGraph` name. */
export const extractedSourceName = "extracted";

export interface ExtractedSourceOptions {
  /** @defaultValue none: then the source only words and reads answers */
  readonly problems?: readonly Problem[];
}

/**
 * A list of extracted problems as a source, so that pipelines and commands take it. It has no more problems than the list.
 *
 * @throws BridgeError from `problem`: `invalid-input` for an index that the list does not have
 */
export function extractedSource({ problems = [] }: ExtractedSourceOptions = {}): ProblemSource {
  return {
    name: extractedSourceName,
    version: 1,
    specVersion: 1,
    seed: 0,
    options: { problems: problems.length },
    phrasebook: wordsPhrasebook(),
    problem(index) {
      const problem = problems[index];
      if (problem !== undefined) return problem;
      throw new BridgeError("invalid-input", `there is no extracted problem ${index}; there are ${problems.length}`);
    },
    problems: ({ start = 0, count = problems.length } = {}) => problems.slice(start, start + count),
  };
}
