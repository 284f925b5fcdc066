import type { Expression, GraphNode, Operator, ReasoningGraph, Value } from "@bridge-rl/spec";
import type { PromptbenchTask } from "../../tasks.js";
import { nodeOf, wordsOf } from "../reduce.js";
import { taskOf } from "../task-of.js";
import { type Formula, formulaOf } from "./formula.js";
import type { FormulaGrammar } from "./read-formula.js";

/** The quantities of a problem by the words that texts call them. */
export class Quantities {
  readonly graph: ReasoningGraph;
  readonly task: PromptbenchTask;
  readonly grammar: FormulaGrammar;
  readonly #words: readonly string[];
  /** Nodes by their word; what stands for another where a circle closes has the same word, and comes last. */
  readonly #nodes: Map<string, number[]> = new Map();

  constructor(graph: ReasoningGraph, dialect: "prose" | "terse") {
    this.graph = graph;
    this.task = taskOf(graph);
    this.#words = wordsOf(graph).map((word) => word.replaceAll(" ", ""));
    const logical = this.task.endsWith("_logic") || this.task === "reachability";
    this.grammar = { logical, words: dialect === "prose", list: this.task === "linear_equation" ? "pair" : "max" };
    const standIns = graph.nodes.filter(({ label }) => label?.circular !== undefined);
    for (const { id } of [...graph.nodes.filter((node) => !standIns.includes(node)), ...standIns]) {
      const word = this.word(id);
      this.#nodes.set(word, [...(this.#nodes.get(word) ?? []), id]);
    }
  }

  node(id: number): GraphNode {
    return nodeOf(this.graph, id);
  }

  value(id: number): Value {
    return this.node(id).value;
  }

  /** What texts call it, without blanks. */
  word(id: number): string {
    return this.#words[id] as string;
  }

  /** The quantity of that name; of several one that `near` rests on and that is not `taken`, else the one that a line describes. */
  find(name: string, near?: number, taken?: ReadonlySet<number>): number | undefined {
    const nodes = this.#nodes.get(name.replaceAll(" ", ""));
    if (nodes === undefined || nodes.length === 1 || near === undefined) return nodes?.[0];
    const used = nodes.filter((id) => this.node(near).dependencies.includes(id));
    return used.find((id) => taken?.has(id) !== true) ?? used[0] ?? nodes[0];
  }

  /** What stands for a quantity of that name where circles close. */
  standIns(name: string): number[] {
    return this.#nodes.get(name)?.filter((id) => this.node(id).label?.circular !== undefined) ?? [];
  }

  /** How a quantity is computed, with names. */
  formula(id: number): Formula {
    return this.express(this.node(id).expression);
  }

  /** An expression of the graph with names. */
  express(expression: Expression): Formula {
    return formulaOf(expression, this.#words);
  }

  /** What a conclusion says of one of its premises, by the conclusion's operator. */
  abduced(operator: Operator | undefined, conclusion: Formula): Formula {
    const refuted: Formula = { kind: "operation", operator: "refuted", operands: [conclusion] };
    if (operator === "or") return refuted;
    if (operator === "not") return { kind: "operation", operator: "not", operands: [refuted] };
    return { kind: "operation", operator: "or", operands: [refuted, { kind: "value", value: "N/A", start: 0, end: 0 }] };
  }

  /** The operator of the line that has this conclusion. */
  operatorOf(conclusion: string): Operator | undefined {
    const node = this.find(conclusion);
    const operator = node === undefined ? undefined : this.node(node).label?.operator;
    return operator === "and" || operator === "or" || operator === "not" ? operator : undefined;
  }
}
