import type { Expression, ReasoningGraph, Value } from "@bridge-rl/spec";
import type { PromptbenchTask } from "../tasks.js";
import { type InfixStyle, infix } from "./infix.js";
import { nodeOf, reductions, substitute, wordsOf } from "./reduce.js";
import { taskOf } from "./task-of.js";

/** A graph with its names and values in the style of a phrasebook: what wording each of its steps needs. */
export class WordedGraph {
  readonly graph: ReasoningGraph;
  readonly task: PromptbenchTask;
  /** What each node is called. */
  readonly words: readonly string[];
  /** The values as text. */
  readonly values: readonly string[];
  readonly #style: InfixStyle;

  constructor(graph: ReasoningGraph, style: InfixStyle, valueText: (value: Value) => string) {
    this.graph = graph;
    this.#style = style;
    this.values = graph.nodes.map(({ value }) => valueText(value));
    this.words = wordsOf(graph);
    this.task = taskOf(graph);
  }

  /** @throws BridgeError where one is no node of the graph */
  wordsFor(nodes: readonly number[]): string[] {
    return nodes.map((id) => this.words[nodeOf(this.graph, id).id] as string);
  }

  /** An expression with the names of what it refers to. */
  formula(expression: Expression): string {
    return infix(expression, this.words, this.#style);
  }

  /** An expression with the values of what it refers to. */
  computation(expression: Expression): string {
    return infix(expression, this.values, this.#style);
  }

  /** What is left of an expression after each operation. */
  results(expression: Expression): string[] {
    return reductions(substitute(expression, this.graph.nodes)).map((result) => infix(result, this.values, this.#style));
  }
}
