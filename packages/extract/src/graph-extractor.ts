import type { ReasoningGraph } from "@bridge-rl/spec";

/** A question with its right answer, and perhaps a worked solution. */
export interface QuestionAnswer {
  readonly question: string;
  /** A number, alone or as the last one of a text, such as GSM8K's `#### 18`. */
  readonly answer: string;
  /** How someone solved it, in words. */
  readonly solution?: string;
}

export interface ExtractOptions {
  readonly signal?: AbortSignal;
}

/** A graph and how it came about. */
export interface Extraction {
  readonly graph: ReasoningGraph;
  /** What was wrong with each earlier try, none where the first was right. */
  readonly repaired: readonly (readonly string[])[];
}

/**
 * Makes the reasoning graph of a question–answer pair.
 *
 * What it gives is sound: acyclic, complete (each number of the question is in it) and consistent (values follow from formulas, the target's is
 * the answer).
 */
export interface GraphExtractor {
  readonly name: string;
  readonly specVersion: 1;
  /** @throws BridgeError `invalid-graph` that says why there is no sound graph; `request-failed` where a service does not answer; `cancelled` */
  extract(pair: QuestionAnswer, options?: ExtractOptions): Promise<Extraction>;
}
