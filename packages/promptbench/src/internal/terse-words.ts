import type { GraphNode, Random, ReasoningGraph, Step, Value } from "@bridge-rl/spec";
import { notAvailable } from "../tasks.js";
import { equationsOf } from "./equations.js";
import type { InfixStyle } from "./infix.js";
import { numberText } from "./number-text.js";
import { linksOf } from "./prose-premises.js";
import { arrange, type PremiseOrder } from "./prose-prompt.js";
import { nodeOf } from "./reduce.js";
import { WordedGraph } from "./worded-graph.js";

/** A value in few characters: 1 and 0 for true and false, ! for what cannot be known. */
export function terseValue(value: Value): string {
  if (typeof value === "number") return numberText(value);
  if (typeof value === "boolean") return value ? "1" : "0";
  if (value === notAvailable) return "!";
  return value.includes(" ") ? value.split(" ").map(Number).map(numberText).join(" ") : value;
}

const style: InfixStyle = {
  value: terseValue,
  signs: { "+": "+", "-": "-", "*": "*", "/": "/", and: "&", or: "|", max: ",", pair: "," },
  functions: { max: "(", pair: "(" },
  unary(operator, operand) {
    if (operator === "square") return `${operand}^2`;
    if (operator === "sqrt") return `${operand}^.5`;
    return `${operator === "not" ? "~" : ">"}${operand}`;
  },
  groupNegatives: false,
};

const logicSigns: Readonly<Record<string, string>> = { and: "&", or: "|", not: "~" };

/** Words graphs and steps in few characters. */
export class TerseWords {
  readonly #worded: WordedGraph;

  constructor(graph: ReasoningGraph) {
    this.#worded = new WordedGraph(graph, style, terseValue);
  }

  prompt(order: PremiseOrder, random: Random): string {
    const { nodes } = this.#worded.graph;
    const premises: string[] = [];
    for (const node of nodes) {
      const { name, label } = node;
      if (this.#worded.task !== "abductive_logic") {
        if (node.stated) premises.push(`${this.#worded.words[node.id]}=${this.#premise(node)};`);
        continue;
      }
      if (node.dependencies.length === 0 && node.stated) premises.push(`${name}=${terseValue(node.value)};`);
      if (label?.premises !== undefined) premises.push(`${conclusion(node)};`);
    }
    // Abductive graphs begin with the conclusion, descriptions with the premises.
    if (this.#worded.task === "abductive_logic") premises.reverse();
    return `${this.#equations()}${arrange(premises, order, random).join("")}${this.#question()}\n`;
  }

  #equations(): string {
    if (this.#worded.task !== "linear_equation") return "";
    const equations = equationsOf(this.#worded.graph).map((equation) => equation.map((part) => this.#worded.formula(part)));
    return equations.map(([a, b, c]) => `${a}*x+${b}*y=${c};`).join("");
  }

  #question(): string {
    if (this.#worded.task === "linear_equation") return "?x,y";
    const { name, label } = this.#worded.graph.nodes[this.#worded.graph.target] as GraphNode;
    return label?.goal === undefined ? `?${name}` : `?${name}>${label.goal}`;
  }

  word(step: Step): string {
    if (step.kind === "remark") return `${step.text};`;
    const node = nodeOf(this.#worded.graph, step.node);
    const name = this.#worded.words[node.id] as string;
    if (step.kind === "restate") return `${name}=${this.#premise(node)};`;
    if (step.kind === "derive") return `${name}=${this.#derivation(node, step.detail === "stepwise").join("=")};`;
    if (step.kind === "check") return `${name}!${this.#derivation(node, false).slice(-2).join("=")};`;
    if (step.kind === "plan") return `${name}<${this.#worded.wordsFor(step.nodes).join(",")};`;
    if (step.kind === "estimate") return `${name}~${terseValue(step.low)},${terseValue(step.high)};`;
    if (step.kind === "mistake") return `${name}=${[...this.#derivation(node, false).slice(0, -1), terseValue(step.value)].join("=")};`;
    if (step.kind === "retract") return `${name}#${terseValue(step.value)};`;
    return `${name}?${this.#worded.wordsFor(step.missing).join(",")};`;
  }

  #premise(node: GraphNode): string {
    const { label, expression, dependencies } = node;
    if (label?.links !== undefined) return `${label.weight ?? ""}>${linksOf(node).join(",")}`;
    const [parent] = dependencies;
    if (this.#worded.task === "abductive_logic" && parent !== undefined) return conclusion(nodeOf(this.#worded.graph, parent));
    return this.#worded.formula(expression);
  }

  #derivation({ expression, value, dependencies }: GraphNode, stepwise: boolean): string[] {
    if (expression.kind === "constant") return [terseValue(value)];
    const [parent] = dependencies;
    if (this.#worded.task === "abductive_logic" && parent !== undefined) {
      const { label, name, value: given } = nodeOf(this.#worded.graph, parent);
      const sign = logicSigns[String(label?.operator)] ?? "";
      return [`${sign}${name}`, `${sign}${terseValue(given)}`, terseValue(value)];
    }
    const computed = this.#worded.computation(expression);
    if (expression.kind === "operation" && expression.operator === "pair") return [computed];
    const formula = this.#worded.formula(expression);
    if (expression.kind === "reference") return [formula, computed];
    if (!stepwise) return [formula, computed, terseValue(value)];
    return [formula, computed, ...this.#worded.results(expression)];
  }
}

/** `a|b>c`: the line of a conclusion with its premises. */
function conclusion({ name, label }: GraphNode): string {
  const sign = logicSigns[String(label?.operator)] ?? "";
  const premises = String(label?.premises).split(" ");
  return label?.operator === "not" ? `${sign}${premises[0]}>${name}` : `${premises.join(sign)}>${name}`;
}
