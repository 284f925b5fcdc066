import {
  type BehaviorMark,
  type BehaviorMarkKind,
  BridgeError,
  type GraphNode,
  type Phrasebook,
  type ReasoningGraph,
  type Span,
  type Step,
} from "@bridge-rl/spec";

/**
 * Words boxes in boxes: "A box K weighs 3 empty and holds a box D and a box F.", and solutions of a line for each box, "K: 3 + D + F = 3 + 7 + 2 =
 * 12". It has words for the core kinds of steps alone, which is what BRIDGE's three behaviours need.
 */
export function boxesPhrasebook(): Phrasebook {
  return {
    name: "boxes",
    specVersion: 1,
    stop: ["</answer>"],
    renderPrompt(graph, random) {
      const premises = graph.nodes.map((node) => `${wordPremise(graph, node)}\n`);
      return `${random.shuffle(premises).join("")}How much does a ${nodeOf(graph, graph.target).name} weigh?\n`;
    },
    renderTrace(graph, trace) {
      const spans: Span[] = [];
      let text = "<think>\n";
      for (const [index, step] of trace.steps.entries()) {
        const start = text.length;
        text += `${wordStep(graph, step)}\n`;
        spans.push({ start, end: text.length, step: index, kind: step.kind, ...origin(step) });
      }
      return { text: `${text}</think>\n<answer>${String(nodeOf(graph, graph.target).value)}</answer>`, spans };
    },
    parseAnswer: (completion) => /<\/think>\s*<answer>([^<]*)<\/answer>/.exec(completion)?.[1]?.trim(),
    formatAnswer: String,
    detectBehaviors,
  };
}

function nodeOf(graph: ReasoningGraph, id: number): GraphNode {
  const node = graph.nodes[id];
  if (node === undefined) throw new BridgeError("invalid-trace", `a step points at box ${id} of ${graph.nodes.length}`);
  return node;
}

/** What a box weighs empty, and what it holds. */
function partsOf(graph: ReasoningGraph, { expression, dependencies }: GraphNode): { empty: string; held: GraphNode[] } {
  const [first] = expression.kind === "operation" ? expression.operands : [expression];
  if (first?.kind !== "constant")
    throw new BridgeError("unsupported", "this phrasebook words boxes; a box's own weight comes first in its sum");
  return { empty: String(first.value), held: dependencies.map((id) => nodeOf(graph, id)) };
}

function wordPremise(graph: ReasoningGraph, node: GraphNode): string {
  const { empty, held } = partsOf(graph, node);
  return `A ${node.name} weighs ${empty} empty and holds ${held.length === 0 ? "nothing" : list(held.map(({ name }) => `a ${name}`))}.`;
}

function wordStep(graph: ReasoningGraph, step: Step): string {
  if (step.kind === "remark") return step.text;
  const node = nodeOf(graph, step.node);
  const letter = letterOf(node);
  switch (step.kind) {
    case "restate":
      return `Recall: ${wordPremise(graph, node)}`;
    case "attempt":
      return `${letter} needs ${list(step.missing.map((id) => letterOf(nodeOf(graph, id))))} first.`;
    case "derive":
      return `${letter}: ${wordSum(graph, node, step.detail)}`;
    default:
      throw new BridgeError("unsupported", `boxes have no words for "${step.kind}"; use behaviours of derive, attempt, restate and remark`);
  }
}

function wordSum(graph: ReasoningGraph, node: GraphNode, detail: "direct" | "stepwise"): string {
  const { empty, held } = partsOf(graph, node);
  if (held.length === 0) return empty;
  const numbers = [Number(empty), ...held.map(({ value }) => Number(value))];
  const sums = [[empty, ...held.map(letterOf)].join(" + "), numbers.join(" + ")];
  // One addition at a time, from the left.
  for (let done = 2; detail === "stepwise" && done < numbers.length; done++) {
    const sum = numbers.slice(0, done).reduce((left, right) => left + right);
    sums.push([sum, ...numbers.slice(done)].join(" + "));
  }
  return [...sums, String(node.value)].join(" = ");
}

function letterOf({ name, label }: GraphNode): string {
  return String(label?.box ?? name);
}

function list(words: readonly string[]): string {
  return words.length < 2 ? words.join("") : `${words.slice(0, -1).join(", ")} and ${words.at(-1)}`;
}

function origin(step: Step): Pick<Span, "node" | "behavior"> {
  return { ...(step.kind === "remark" ? {} : { node: step.node }), ...(step.behavior === undefined ? {} : { behavior: step.behavior }) };
}

const marks: readonly (readonly [BehaviorMarkKind, RegExp])[] = [
  ["attempt", /^[A-Z] needs .+ first\.$/],
  ["restate", /^Recall: A box /],
  ["stepwise", /^[A-Z]: [^=]+ = \d+(?: \+ \d+)+ = \d+(?: \+ \d+)+ = /],
];

function detectBehaviors(completion: string): BehaviorMark[] {
  const found: BehaviorMark[] = [];
  let start = 0;
  for (const line of completion.split("\n")) {
    const kind = marks.find(([, pattern]) => pattern.test(line))?.[0];
    if (kind !== undefined) found.push({ start, end: start + line.length, kind });
    start += line.length + 1;
  }
  return found;
}
