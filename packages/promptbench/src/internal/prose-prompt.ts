import type { GraphNode, Random, ReasoningGraph } from "@bridge-rl/spec";
import { notAvailable, type PromptbenchTask } from "../tasks.js";
import { conclusionLine, equationLines, premiseLine } from "./prose-premises.js";
import { proseValue } from "./prose-words.js";
import { wordsOf } from "./reduce.js";
import { taskOf } from "./task-of.js";

/** In which order premises are given: what rests on nothing first, last, or anywhere. */
export type PremiseOrder = "random" | "topological" | "reversed";

/** Arranges lines that come in the order of a graph, premises first. */
export function arrange(lines: string[], order: PremiseOrder, random: Random): string[] {
  if (order === "random") return random.shuffle(lines);
  return order === "reversed" ? lines.reverse() : lines;
}

const headings: Readonly<Record<PromptbenchTask, string>> = {
  arithmetic: "Here is an arithmetic problem:",
  linear_equation: "Here are two linear equations:",
  bool_logic: "Here is a problem of boolean logic:",
  deductive_logic: "Here is a problem of deduction:",
  abductive_logic: "Here is a problem of abduction:",
  reachability: "Here is a directed graph:",
  max_sum_path: "Here is a directed graph whose nodes have values:",
};

const frame = "Write the answer between <<< and >>>, for example";

const instructions: Readonly<Record<PromptbenchTask, string>> = {
  arithmetic: `If it cannot be computed, answer N/A. A relative error of 0.0001 is allowed. ${frame} <<<1>>>.`,
  linear_equation: `A relative error of 0.001 is allowed. ${frame} <<<1 2>>> if x = 1 and y = 2.`,
  bool_logic: `If it cannot be computed, answer N/A. ${frame} <<<True>>>.`,
  deductive_logic: `A -> B says that B is True if A is True; if A is not, B is undetermined, N/A. If it cannot be deduced, answer N/A. ${frame} <<<True>>>.`,
  abductive_logic: `A -> B says that A is False if B is False; if B is not, A is undetermined, N/A. If it cannot be abduced, answer N/A. ${frame} <<<True>>>.`,
  reachability: "Answer <<<True>>> if it can, else <<<False>>>.",
  max_sum_path: `The sum of a path counts every node on it, both ends too. If there is no path, answer N/A. ${frame} <<<1>>>.`,
};

/** Words a problem: a heading and instructions where wanted, the lines of the description, the question. */
export function prosePrompt(graph: ReasoningGraph, order: PremiseOrder, instructed: boolean, random: Random): string {
  const task = taskOf(graph);
  const lines = descriptionLines(graph, task, order, random);
  const question = questionOf(graph, task);
  if (!instructed) return `${lines}\n${question}`;
  return `${headings[task]}\n${lines}\n${question} ${instructions[task]}`;
}

function descriptionLines(graph: ReasoningGraph, task: PromptbenchTask, order: PremiseOrder, random: Random): string {
  const words = wordsOf(graph);
  if (task === "abductive_logic") {
    const lines: string[] = [];
    for (let id = graph.nodes.length - 1; id >= 0; id--) {
      const line = conclusionLine(graph.nodes[id] as GraphNode);
      if (line !== undefined) lines.push(line);
    }
    return arrange(lines, order, random).join("\n");
  }
  const lines: string[] = [];
  for (const node of graph.nodes) {
    const line = premiseLine(node, graph, words, task);
    if (line !== undefined) lines.push(line);
  }
  const text = arrange(lines, order, random).join("\n");
  if (task === "linear_equation") return `${equationLines(graph, words).join("\n")}\n${text}`;
  if (task !== "max_sum_path") return text;
  // PromptBench gives no values to the nodes of its random descriptions.
  const weighted = graph.nodes.filter(({ label }) => label?.weight !== undefined);
  const weights = weighted.map(({ name, label }) => `The value of ${name} is ${label?.weight}`);
  return `${text}\n${random.shuffle(weights).join("\n")}`;
}

function questionOf(graph: ReasoningGraph, task: PromptbenchTask): string {
  const { name, label } = graph.nodes[graph.target] as GraphNode;
  switch (task) {
    case "linear_equation":
      return "What are the values of x and y?";
    case "deductive_logic":
      return `What can be deduced: what is the value of ${name}?`;
    case "abductive_logic": {
      const root = rootOf(graph);
      return `Given ${root.name} is ${proseValue(root.value)}, what is the value of ${name}?`;
    }
    case "reachability":
      return `Can ${label?.goal} be reached starting from ${name}?`;
    case "max_sum_path":
      return `What's the maximum sum path from ${name} to ${label?.goal}?`;
    default:
      return `What is the value of ${name}?`;
  }
}

/** The conclusion whose value an abductive problem gives. */
function rootOf(graph: ReasoningGraph): GraphNode {
  const given = graph.nodes.find(({ dependencies, value }) => dependencies.length === 0 && value !== notAvailable);
  return given ?? (graph.nodes[0] as GraphNode);
}
