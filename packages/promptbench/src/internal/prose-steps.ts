import type { Expression, GraphNode, ReasoningGraph, Step } from "@bridge-rl/spec";
import { notAvailable } from "../tasks.js";
import { conclusionLine, premiseLine } from "./prose-premises.js";
import { list, proseStyle, proseValue } from "./prose-words.js";
import { nodeOf } from "./reduce.js";
import { WordedGraph } from "./worded-graph.js";

/** Words the steps of solutions of one graph, a line each. */
export class ProseSteps {
  readonly #worded: WordedGraph;

  constructor(graph: ReasoningGraph) {
    this.#worded = new WordedGraph(graph, proseStyle, proseValue);
  }

  opening(): string {
    const { label } = this.#worded.graph.nodes[this.#worded.graph.target] as GraphNode;
    if (this.#worded.task === "reachability") return `Let each node stand for whether ${label?.goal} can be reached from it.\n`;
    if (this.#worded.task === "max_sum_path") return `Let each node stand for the largest sum from it to ${label?.goal}.\n`;
    return "Let's compute the answer step by step.\n";
  }

  word(step: Step): string {
    if (step.kind === "remark") return `${step.text}\n`;
    const node = nodeOf(this.#worded.graph, step.node);
    const name = this.#worded.words[node.id] as string;
    if (step.kind === "restate") return `Recall that ${this.#premise(node)}\n`;
    if (step.kind === "check") return `Let's check ${name}, ${this.#derivation(node, name, false)}, as before.\n`;
    if (step.kind === "plan") return `To find ${name}, we need ${list(this.#worded.wordsFor(step.nodes), "and")}.\n`;
    if (step.kind === "estimate") return `Roughly, ${name} is between ${proseValue(step.low)} and ${proseValue(step.high)}.\n`;
    if (step.kind === "mistake") return `Let's solve ${name}, ${this.#mistake(node, name, proseValue(step.value))}.\n`;
    if (step.kind === "retract") return `Wait, ${name} is not ${proseValue(step.value)}, let's take that back.\n`;
    if (step.kind === "derive") return `Let's solve ${name}, ${this.#derivation(node, name, step.detail === "stepwise")}.\n`;
    const missing = list(this.#worded.wordsFor(step.missing), "and");
    return `Let's solve ${name}, wait, ${name} is not solvable yet without ${missing}, let's get back.\n`;
  }

  /** The derivation with another value at its end. */
  #mistake(node: GraphNode, name: string, wrong: string): string {
    const right = ` ${this.#worded.values[node.id]}`;
    const derivation = this.#derivation(node, name, false);
    return derivation.endsWith(right) ? `${derivation.slice(0, -right.length)} ${wrong}` : `${name} is ${wrong}`;
  }

  #premise(node: GraphNode): string {
    const name = this.#worded.words[node.id] as string;
    const line = premiseLine(node, this.#worded.graph, this.#worded.words, this.#worded.task);
    if (line !== undefined) return line.replace(/^The /, "the ");
    if (node.dependencies.length > 0) return `${name} = ${this.#worded.formula(node.expression)}.`;
    return node.stated ? `${name} is given as ${proseValue(node.value)}.` : `no line says what ${name} is.`;
  }

  #derivation(node: GraphNode, name: string, stepwise: boolean): string {
    const { expression, label } = node;
    const value = this.#worded.values[node.id] as string;
    if (label?.circular !== undefined) return `${name} comes back to itself, so here it is ${value}`;
    if (expression.kind === "constant") {
      if (label?.isGoal !== undefined) return `${name} is the goal, so it is ${value}`;
      if (label?.links === "") return `${name} points to nothing, so it is ${value}`;
      return node.stated ? `${name} is ${value}` : `no line says what ${name} is, so it is ${value}`;
    }
    if (this.#worded.task === "abductive_logic") return this.#abduction(node, name, stepwise);
    if (this.#worded.task === "deductive_logic" && expression.kind === "operation")
      return this.#deduction(expression, name, value, stepwise);
    if (expression.kind === "operation" && expression.operator === "pair") {
      return `${name} = ${this.#worded.computation(expression)}`;
    }
    const formula = `${name} = ${this.#worded.formula(expression)}`;
    if (expression.kind !== "operation") return `${formula} = ${value}`;
    return `${formula} = ${this.#worded.computation(expression)} = ${stepwise ? this.#worded.results(expression).join(" = ") : value}`;
  }

  #deduction(expression: Extract<Expression, { kind: "operation" }>, name: string, value: string, stepwise: boolean): string {
    const premise = expression.operands[0] as Expression;
    const premises = [this.#worded.formula(premise), this.#worded.computation(premise), ...(stepwise ? this.#worded.results(premise) : [])];
    return `${premises.map((text) => `${text} -> ${name}`).join(", ")}, so ${name} is ${value}`;
  }

  #abduction({ dependencies, value }: GraphNode, name: string, stepwise: boolean): string {
    const conclusion = nodeOf(this.#worded.graph, dependencies[0] as number);
    const start = `${conclusion.name} is ${proseValue(conclusion.value)}`;
    const premise = conclusionLine(conclusion)?.replace(/ -> .*/, "");
    if (conclusion.value !== false) return `${start}, which leaves ${name} open: ${name} is ${notAvailable}`;
    const between = stepwise ? `, so ${premise} is False` : "";
    const open = value === notAvailable ? ", which can be another premise's doing" : "";
    return `${start}${between}${open}, so ${name} is ${proseValue(value)}`;
  }
}
