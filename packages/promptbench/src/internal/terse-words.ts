import type { GraphNode, Random, ReasoningGraph, Step, Value } from "@bridge-rl/spec";
import { notAvailable, type PromptbenchTask } from "../tasks.js";
import { equationsOf } from "./equations.js";
import { type InfixStyle, infix } from "./infix.js";
import { numberText } from "./number-text.js";
import { linksOf } from "./prose-premises.js";
import { arrange, type PremiseOrder } from "./prose-prompt.js";
import { nodeOf, reductions, substitute, wordsOf } from "./reduce.js";
import { taskOf } from "./task-of.js";

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
  readonly #graph: ReasoningGraph;
  readonly #words: readonly string[];
  readonly #task: PromptbenchTask;
  /** The values as text. */
  readonly #values: readonly string[];

  constructor(graph: ReasoningGraph) {
    this.#graph = graph;
    this.#values = graph.nodes.map(({ value }) => terseValue(value));
    this.#words = wordsOf(graph);
    this.#task = taskOf(graph);
  }

  prompt(order: PremiseOrder, random: Random): string {
    const { nodes } = this.#graph;
    const premises: string[] = [];
    for (const node of nodes) {
      const { name, label } = node;
      if (this.#task !== "abductive_logic") {
        if (node.stated) premises.push(`${this.#words[node.id]}=${this.#premise(node)};`);
        continue;
      }
      if (node.dependencies.length === 0 && node.stated) premises.push(`${name}=${terseValue(node.value)};`);
      if (label?.premises !== undefined) premises.push(`${conclusion(node)};`);
    }
    // Abductive graphs begin with the conclusion, descriptions with the premises.
    if (this.#task === "abductive_logic") premises.reverse();
    return `${this.#equations()}${arrange(premises, order, random).join("")}${this.#question()}\n`;
  }

  #equations(): string {
    if (this.#task !== "linear_equation") return "";
    const equations = equationsOf(this.#graph).map((equation) => equation.map((part) => infix(part, this.#words, style)));
    return equations.map(([a, b, c]) => `${a}*x+${b}*y=${c};`).join("");
  }

  #question(): string {
    if (this.#task === "linear_equation") return "?x,y";
    const { name, label } = this.#graph.nodes[this.#graph.target] as GraphNode;
    return label?.goal === undefined ? `?${name}` : `?${name}>${label.goal}`;
  }

  word(step: Step): string {
    if (step.kind === "remark") return `${step.text};`;
    const node = nodeOf(this.#graph, step.node);
    const name = this.#words[node.id] as string;
    if (step.kind === "restate") return `${name}=${this.#premise(node)};`;
    if (step.kind === "derive") return `${name}=${this.#derivation(node, step.detail === "stepwise").join("=")};`;
    if (step.kind === "check") return `${name}!${this.#derivation(node, false).slice(-2).join("=")};`;
    if (step.kind === "plan") return `${name}<${this.#list(step.nodes)};`;
    if (step.kind === "estimate") return `${name}~${terseValue(step.low)},${terseValue(step.high)};`;
    if (step.kind === "mistake") return `${name}=${[...this.#derivation(node, false).slice(0, -1), terseValue(step.value)].join("=")};`;
    if (step.kind === "retract") return `${name}#${terseValue(step.value)};`;
    return `${name}?${this.#list(step.missing)};`;
  }

  #list(nodes: readonly number[]): string {
    return nodes.map((id) => this.#words[nodeOf(this.#graph, id).id]).join(",");
  }

  #premise(node: GraphNode): string {
    const { label, expression, dependencies } = node;
    if (label?.links !== undefined) return `${label.weight ?? ""}>${linksOf(node).join(",")}`;
    const [parent] = dependencies;
    if (this.#task === "abductive_logic" && parent !== undefined) return conclusion(nodeOf(this.#graph, parent));
    return infix(expression, this.#words, style);
  }

  #derivation({ expression, value, dependencies }: GraphNode, stepwise: boolean): string[] {
    if (expression.kind === "constant") return [terseValue(value)];
    const [parent] = dependencies;
    if (this.#task === "abductive_logic" && parent !== undefined) {
      const { label, name, value: given } = nodeOf(this.#graph, parent);
      const sign = logicSigns[String(label?.operator)] ?? "";
      return [`${sign}${name}`, `${sign}${terseValue(given)}`, terseValue(value)];
    }
    const computed = infix(expression, this.#values, style);
    if (expression.kind === "operation" && expression.operator === "pair") return [computed];
    const formula = infix(expression, this.#words, style);
    if (expression.kind === "reference") return [formula, computed];
    if (!stepwise) return [formula, computed, terseValue(value)];
    const results = reductions(substitute(expression, this.#graph.nodes));
    return [formula, computed, ...results.map((result) => infix(result, this.#values, style))];
  }
}

/** `a|b>c`: the line of a conclusion with its premises. */
function conclusion({ name, label }: GraphNode): string {
  const sign = logicSigns[String(label?.operator)] ?? "";
  const premises = String(label?.premises).split(" ");
  return label?.operator === "not" ? `${sign}${premises[0]}>${name}` : `${premises.join(sign)}>${name}`;
}
