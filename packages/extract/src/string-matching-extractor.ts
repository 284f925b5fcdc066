import { validateGraph } from "@bridge-rl/dag";
import { BridgeError, type ReasoningGraph, type Value } from "@bridge-rl/spec";
import type { GraphExtractor } from "./graph-extractor.js";
import { numberOfAnswer } from "./numbers-of-text.js";

/** Reads questions of one wording: gives the graph, or throws a BridgeError that says what it can't read. */
export interface QuestionReader {
  readonly name: string;
  read(question: string): ReasoningGraph;
}

export interface StringMatchingOptions {
  /** Asked in this order; the first that can read a question does. */
  readonly readers: readonly QuestionReader[];
}

/**
 * Reads questions whose wording is known, by string matching (arXiv 2505.18917, App. B.2): a node for each quantity of the question, also for
 * those that the answer does not need, and edges from each premise.
 *
 * A graph is taken only where it is sound and its target has the value of the answer.
 *
 * @throws BridgeError `invalid-option` without readers
 */
export function stringMatchingExtractor(options: StringMatchingOptions): GraphExtractor {
  const { readers } = options;
  if (readers.length === 0) throw new BridgeError("invalid-option", "string matching needs at least one reader, such as readEquations");
  return {
    name: `string-matching(${readers.map(({ name }) => name).join(", ")})`,
    specVersion: 1,
    async extract({ question, answer }) {
      const reasons: string[] = [];
      for (const reader of readers) {
        const graph = attempt(reader, question, reasons);
        if (graph === undefined) continue;
        const [finding] = validateGraph(graph);
        const value = graph.nodes[graph.target]?.value;
        if (finding !== undefined) reasons.push(`${reader.name}: ${finding.message}`);
        else if (!isAnswer(value, answer)) reasons.push(`${reader.name}: the target comes to ${value}, but the answer is ${answer}`);
        else return { graph, repaired: [] };
      }
      throw new BridgeError("invalid-graph", `no reader makes a sound graph of "${shorten(question)}": ${reasons.join("; ")}`);
    },
  };
}

function attempt({ name, read }: QuestionReader, question: string, reasons: string[]): ReasoningGraph | undefined {
  try {
    return read(question);
  } catch (error) {
    if (!BridgeError.isInstance(error)) throw error;
    reasons.push(`${name}: ${error.message}`);
    return undefined;
  }
}

function isAnswer(value: Value | undefined, answer: string): boolean {
  if (typeof value !== "number") return String(value).toLowerCase() === answer.trim().toLowerCase();
  const right = numberOfAnswer(answer);
  return right !== undefined && Math.abs(value - right) <= 1e-6 * Math.max(1, Math.abs(value));
}

function shorten(text: string): string {
  return text.length <= 60 ? text : `${text.slice(0, 60)}…`;
}
