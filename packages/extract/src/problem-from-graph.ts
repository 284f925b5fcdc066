import { operationCount, structureHash } from "@bridge-rl/dag";
import { BridgeError, type Problem, type ReasoningGraph } from "@bridge-rl/spec";
import { extractedSourceName } from "./extracted-source.js";
import type { QuestionAnswer } from "./graph-extractor.js";

export interface ProblemFromGraphOptions {
  /** Where the pair comes from, such as the name of a file: the beginning of the problem's id. @defaultValue "extracted" */
  readonly collection?: string;
}

/**
 * Makes a problem of a pair and its graph, so that behaviours, SFT and GRPO take it like any other.
 *
 * @param index  the pair's position in its collection, part of the problem's id
 * @throws BridgeError `invalid-graph` for a graph without its target
 */
export function problemFromGraph(
  { question }: QuestionAnswer,
  graph: ReasoningGraph,
  index: number,
  options: ProblemFromGraphOptions = {},
): Problem {
  const { collection = extractedSourceName } = options;
  const target = graph.nodes[graph.target];
  if (target === undefined)
    throw new BridgeError("invalid-graph", `the target ${graph.target} is not among the ${graph.nodes.length} nodes`);
  return {
    id: `${collection}#${index}`,
    source: { name: extractedSourceName, version: 1, seed: 0, index },
    prompt: question.endsWith("\n") ? question : `${question}\n`,
    graph,
    answer: target.value,
    difficulty: { operations: operationCount(graph) },
    structureHash: structureHash(graph, { namespace: extractedSourceName }),
  };
}
