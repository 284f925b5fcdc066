import { BridgeError, type ReasoningGraph } from "@bridge-rl/spec";
import { defaultVocabulary } from "./default-vocabulary.js";
import { operationsOf } from "./internal/arithmetic.js";
import { readProseProblem } from "./internal/parse/read-prose-problem.js";
import { isTerseProblem, readTerseProblem } from "./internal/parse/read-terse-problem.js";
import type { Vocabulary } from "./vocabulary.js";

/** Who words problems like this: the original iGSM, BRIDGE's variant and our prose, or our terse phrasebook. */
export type IgsmDialect = "original" | "prose" | "terse";

/** A problem that was read from its text. */
export interface ParsedProblem {
  readonly dialect: IgsmDialect;
  readonly graph: ReasoningGraph;
  readonly answer: number;
  /** Binary steps of the shortest solution, a plain assignment counted as one. */
  readonly operations: number;
}

export interface ParseProblemOptions {
  /** All arithmetic is modulo this number. @defaultValue what the question says; 23 for the original's wording; none */
  readonly modulus?: number;
  /** Says which names belong to which category. @defaultValue `defaultVocabulary`, and the order of the published categories */
  readonly vocabulary?: Vocabulary;
}

/**
 * Reads a problem's text, whoever made it: premises in any order, question first or last, in the original's, BRIDGE's, our prose's or our
 * terse wording.
 *
 * Sums over categories that no sentence states are reconstructed; a container that holds nothing has 0 of everything.
 * Nodes that the question needs come first, and values are computed. BRIDGE's prompts don't say which layer a category is: known
 * vocabularies or the layers of the structure decide.
 *
 * @throws BridgeError `invalid-input` with the sentence that can't be read or the quantity that can't be computed
 */
export function parseProblem(text: string, options: ParseProblemOptions = {}): ParsedProblem {
  const { modulus, vocabulary = defaultVocabulary } = options;
  if (modulus !== undefined && (!Number.isSafeInteger(modulus) || modulus < 2)) {
    throw new BridgeError("invalid-option", `the modulus is ${modulus}; give an integer from 2, or leave it out for ordinary numbers`);
  }
  if (isTerseProblem(text)) return describe("terse", readTerseProblem(text, modulus));
  const { graph, original } = readProseProblem(text, modulus, vocabulary);
  return describe(original ? "original" : "prose", graph);
}

function describe(dialect: IgsmDialect, graph: ReasoningGraph): ParsedProblem {
  let operations = 0;
  for (const { necessary, expression } of graph.nodes) if (necessary) operations += operationsOf(expression);
  return { dialect, graph, answer: Number(graph.nodes[graph.target]?.value), operations };
}
