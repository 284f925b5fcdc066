import { BridgeError, type Expression, type GraphNode, type ReasoningGraph } from "@bridge-rl/spec";
import type { PromptbenchTask } from "../tasks.js";
import { equationsOf } from "./equations.js";
import { proseValue } from "./prose-words.js";

/**
 * The line that describes a node, in DyVal's sentences; of an abductive premise the line of its conclusion. Undefined for what no
 * line states.
 */
export function premiseLine(node: GraphNode, graph: ReasoningGraph, words: readonly string[], task: PromptbenchTask): string | undefined {
  if (task === "abductive_logic") return abductiveLine(node, graph);
  if (!node.stated) return undefined;
  const name = words[node.id] as string;
  if (task === "reachability" || task === "max_sum_path") return `${name} points to: (${linksOf(node).join(", ") || "None"}).`;
  if (task === "deductive_logic" || task === "bool_logic") return logicLine(node.expression, name, words, task);
  return arithmeticLine(node.expression, name, words);
}

function abductiveLine(node: GraphNode, graph: ReasoningGraph): string | undefined {
  const [parent] = node.dependencies;
  return parent === undefined ? undefined : conclusionLine(graph.nodes[parent] as GraphNode);
}

/** The line of an abductive conclusion; undefined for leaves. */
export function conclusionLine({ name, label }: GraphNode): string | undefined {
  if (typeof label?.premises !== "string") return undefined;
  const premises = label.premises.split(" ");
  return label.operator === "not" ? `(NOT ${premises[0]}) -> ${name}.` : `(${premises.join(` ${label.operator} `)}) -> ${name}.`;
}

/** The names that a node of a path points to. */
export function linksOf({ label }: GraphNode): string[] {
  return typeof label?.links === "string" && label.links !== "" ? label.links.split(" ") : [];
}

function logicLine(expression: Expression, name: string, words: readonly string[], task: PromptbenchTask): string {
  const premise =
    expression.kind === "operation" && expression.operator === "implied" ? (expression.operands[0] as Expression) : expression;
  if (premise.kind !== "operation") return `${name} is ${constantText(premise)}.`;
  const operands = premise.operands.map((operand) => wordOf(operand, words));
  const deductive = task === "deductive_logic";
  const operator = deductive ? premise.operator : premise.operator.toUpperCase();
  const text = premise.operator === "not" ? `(NOT ${operands[0]})` : `(${operands.join(` ${operator} `)})`;
  return deductive ? `${text} -> ${name}.` : `The value of ${name} equals to ${text}.`;
}

function arithmeticLine(expression: Expression, name: string, words: readonly string[]): string {
  if (expression.kind !== "operation") return `The value of ${name} is ${constantText(expression)}.`;
  const { operands } = expression;
  const first = wordOf(operands[0] as Expression, words);
  let rest = "";
  for (let index = 1; index < operands.length; index++) rest += (index > 1 ? " and " : "") + wordOf(operands[index] as Expression, words);
  const start = `${name} gets its value by`;
  switch (expression.operator) {
    case "+":
      return `${start} adding together the value of ${first} and ${rest}.`;
    case "*":
      return `${start} multiplying together the value of ${first} and ${rest}.`;
    case "-":
      return operands.length === 2
        ? `${start} subtracting the value of ${rest} from the value of ${first}.`
        : `${start} subtracting the sum of the values of ${rest} from the value of ${first}.`;
    case "/":
      return operands.length === 2
        ? `${start} dividing the value of ${first} by those of ${rest}.`
        : `${start} dividing the value of ${first} by the product of the values of ${rest}.`;
    case "sqrt":
      return `${start} taking the square root of the value that ${first} has.`;
    case "square":
      return `${start} squaring the value that ${first} has.`;
    default:
      throw new BridgeError("unsupported", `arithmetic has no "${expression.operator}"`);
  }
}

function wordOf(expression: Expression, words: readonly string[]): string {
  return expression.kind === "reference" ? (words[expression.node] as string) : constantText(expression);
}

function constantText(expression: Expression): string {
  if (expression.kind === "constant") return proseValue(expression.value);
  throw new BridgeError("unsupported", "premises of PromptBench tasks do not nest operations");
}

/** The two equations of a system, as lines. */
export function equationLines(graph: ReasoningGraph, words: readonly string[]): string[] {
  return equationsOf(graph).map(([a, b, c]) => `${wordOf(a, words)} x + ${wordOf(b, words)} y = ${wordOf(c, words)}`);
}
