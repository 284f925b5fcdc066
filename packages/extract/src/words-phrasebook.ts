import {
  type BehaviorMark,
  type BehaviorMarkKind,
  BridgeError,
  type GraphNode,
  type Phrasebook,
  type ReasoningGraph,
  type Span,
  type Step,
  stepKinds,
  type Trace,
} from "@bridge-rl/spec";
import { wordFormula, wordNumber, wordReductions } from "./internal/word-formula.js";

/**
 * Words solutions of any graph of ordinary arithmetic, with the names of its quantities in brackets: "Let's find [apples in all]. It is [apples
 * per bag] * [bags] = 4 * 3 = 12." (after arXiv 2505.18917, Algorithm 1). The answer stands in a box behind the thinking part.
 *
 * @throws BridgeError from `renderTrace` and `renderPrompt`: `unsupported` for graphs with a modulus or with operators besides + - * /
 */
export function wordsPhrasebook(): Phrasebook {
  return {
    name: "words",
    specVersion: 1,
    stop: [],
    stepKinds,
    renderPrompt(graph, random) {
      const words = new Words(graph);
      const premises = graph.nodes.filter(({ stated }) => stated).map((node) => `${words.name(node.id)} is ${words.formula(node)}.`);
      return `${[...random.shuffle(premises), `What is ${words.name(graph.target)}?`].join("\n")}\n`;
    },
    renderTrace: (graph, trace) => render(graph, trace),
    parseAnswer,
    formatAnswer: wordNumber,
    detectBehaviors,
  };
}

function render(graph: ReasoningGraph, trace: Trace): { text: string; spans: Span[] } {
  const words = new Words(graph);
  const spans: Span[] = [];
  let text = "<think>\n";
  for (const [index, step] of trace.steps.entries()) {
    const start = text.length;
    text += `${words.step(step)}\n`;
    const node = step.kind === "remark" ? {} : { node: step.node };
    const behavior = step.behavior === undefined ? {} : { behavior: step.behavior };
    spans.push({ start, end: text.length, step: index, kind: step.kind, ...node, ...behavior });
  }
  return { text: `${text}</think>\nThe answer is \\boxed{${wordNumber(words.node(graph.target).value)}}.`, spans };
}

class Words {
  readonly #graph: ReasoningGraph;

  constructor(graph: ReasoningGraph) {
    if (graph.modulus !== undefined) throw new BridgeError("unsupported", "this phrasebook words ordinary arithmetic, none with a modulus");
    this.#graph = graph;
  }

  node(id: number): GraphNode {
    const node = this.#graph.nodes[id];
    if (node === undefined) throw new BridgeError("invalid-trace", `a step points at node ${id} of a graph of ${this.#graph.nodes.length}`);
    return node;
  }

  name(id: number): string {
    return `[${this.node(id).name}]`;
  }

  formula({ expression }: GraphNode): string {
    return wordFormula(expression, (id) => this.name(id));
  }

  step(step: Step): string {
    if (step.kind === "remark") return step.text;
    const node = this.node(step.node);
    const name = this.name(step.node);
    switch (step.kind) {
      case "derive":
        return `Let's find ${name}. It is ${this.#chain(node, step.detail === "stepwise", wordNumber(node.value))}.`;
      case "mistake":
        return `Let's find ${name}. It is ${this.#chain(node, false, wordNumber(step.value))}.`;
      case "attempt":
        return `Let's find ${name}. Wait, we do not know ${this.#list(step.missing)} yet, so let's come back to it.`;
      case "restate":
        return `Recall that ${name} is ${this.formula(node)}.`;
      case "check":
        return `Let's check ${name}: ${[...this.#numbers(node), wordNumber(node.value)].join(" = ")}, as before.`;
      case "plan":
        return `To find ${name}, we need ${this.#list(step.nodes)}.`;
      case "estimate":
        return `Roughly, ${name} is between ${wordNumber(step.low)} and ${wordNumber(step.high)}.`;
      case "retract":
        return `Wait, ${name} is not ${wordNumber(step.value)}, so we take that back.`;
    }
  }

  #chain(node: GraphNode, stepwise: boolean, value: string): string {
    const { expression } = node;
    if (expression.kind === "constant") return value;
    const results = stepwise && expression.kind === "operation" ? wordReductions(expression, this.#graph.nodes) : [value];
    return [this.formula(node), ...this.#numbers(node), ...results].join(" = ");
  }

  /** The formula with values put in, where that is more than a value. */
  #numbers({ expression }: GraphNode): string[] {
    if (expression.kind !== "operation") return [];
    return [
      wordFormula(expression, (id) => {
        const value = wordNumber(this.node(id).value);
        return value.startsWith("-") ? `(${value})` : value;
      }),
    ];
  }

  #list(nodes: readonly number[]): string {
    const names = nodes.map((id) => this.name(id));
    return names.length < 2 ? names.join("") : `${names.slice(0, -1).join(", ")} and ${names.at(-1)}`;
  }
}

const patterns: readonly (readonly [BehaviorMarkKind, RegExp])[] = [
  ["attempt", /^Let's find \[.*\. Wait, we do not know \[.* yet, so let's come back to it\.$/],
  ["restate", /^Recall that \[.*\] is .*\.$/],
  ["check", /^Let's check \[.*, as before\.$/],
  ["plan", /^To find \[.*\], we need \[.*\.$/],
  ["estimate", /^Roughly, \[.*\] is between .*\.$/],
  ["retract", /^Wait, \[.*\] is not .*, so we take that back\.$/],
];

function detectBehaviors(completion: string): BehaviorMark[] {
  const closing = completion.indexOf("</think>");
  const marks: BehaviorMark[] = [];
  let start = 0;
  for (const line of (closing === -1 ? completion : completion.slice(0, closing)).split("\n")) {
    const kind = patterns.find(([, pattern]) => pattern.test(line))?.[0] ?? (isStepwise(line) ? "stepwise" : undefined);
    if (kind !== undefined) marks.push({ start, end: start + line.length, kind });
    start += line.length + 1;
  }
  return marks;
}

/** Whether a chain has more than one member that is arithmetic on bare numbers. */
function isStepwise(line: string): boolean {
  if (!line.startsWith("Let's find [")) return false;
  return line.split(" = ").filter((part) => /^[-(\d][-+*/(). \de]*$/.test(part) && /\d\)? [-+*/] /.test(part)).length > 1;
}

/** The last box behind the thinking part; a completion that is still thinking gives none. */
function parseAnswer(completion: string): string | undefined {
  const closing = completion.lastIndexOf("</think>");
  if (closing === -1 && completion.includes("<think>")) return undefined;
  const boxed = [...completion.slice(Math.max(0, closing)).matchAll(/\\boxed\{([^{}]*)\}/g)].at(-1)?.[1]?.trim();
  if (boxed === undefined) return undefined;
  const plain = boxed.replace(/[$,]/g, "");
  return /^[-+]?(\d+\.?\d*|\.\d+)$/.test(plain) ? wordNumber(Number(plain)) : boxed;
}
