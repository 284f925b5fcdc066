import { createHash } from "node:crypto";
import type { Phrasebook } from "../src/phrasebook.js";
import type { Problem, ProblemSource } from "../src/problem.js";
import { createRandom } from "../src/random.js";
import type { GraphNode, ReasoningGraph } from "../src/reasoning-graph.js";
import type { Span } from "../src/trace.js";

/** The smallest source that keeps every law: two given numbers, their sum, a spare one, and the target that adds the sum to the first. */
export function toySource(seed: number): ProblemSource {
  const problem = (index: number): Problem => {
    const random = createRandom(seed, "toy").fork("problem", index);
    const graph = toyGraph(random.integer(0, 99), random.integer(0, 99));
    return {
      id: `toy/${seed}/${index}`,
      source: { name: "toy", version: 1, seed, index },
      prompt: toyPhrasebook.renderPrompt(graph, random),
      graph,
      answer: graph.nodes[graph.target]?.value ?? "none",
      difficulty: { operations: 4 },
      structureHash: createHash("sha256").update("toy").digest("hex"),
    };
  };
  return {
    name: "toy",
    version: 1,
    specVersion: 1,
    seed,
    options: {},
    phrasebook: toyPhrasebook,
    problem,
    *problems({ start = 0, count = Number.POSITIVE_INFINITY } = {}) {
      for (let index = start; index < start + count; index++) yield problem(index);
    },
  };
}

function toyGraph(first: number, second: number): ReasoningGraph {
  const sum = (...nodes: number[]) => ({
    kind: "operation" as const,
    operator: "+" as const,
    operands: nodes.map((node) => ({ kind: "reference" as const, node })),
  });
  const node = (id: number, expression: GraphNode["expression"], dependencies: number[], value: number, necessary = true): GraphNode => ({
    id,
    name: `n${id}`,
    dependencies,
    expression,
    value,
    necessary,
    stated: true,
  });
  const nodes = [
    node(0, { kind: "constant", value: first }, [], first),
    node(1, { kind: "constant", value: second }, [], second),
    node(2, sum(0, 1), [0, 1], first + second),
    node(3, sum(0, 0), [0], 2 * first, false),
    node(4, sum(2, 0), [2, 0], 2 * first + second),
  ];
  return { nodes, target: 4 };
}

export const toyPhrasebook: Phrasebook = {
  name: "toy",
  specVersion: 1,
  stop: [],
  renderPrompt(graph, random) {
    const premises = graph.nodes.map((node) => `${node.name}=${node.dependencies.length > 0 ? node.dependencies.join("+") : node.value}`);
    return `${random.shuffle(premises).join("; ")}; n${graph.target}?`;
  },
  renderTrace(graph, trace) {
    const spans: Span[] = [];
    let text = "";
    for (const [index, step] of trace.steps.entries()) {
      const start = text.length;
      if (step.kind === "remark") text += `(${step.text})`;
      if (step.kind === "restate") text += `[n${step.node}]`;
      if (step.kind === "attempt") text += `{n${step.node}}`;
      if (step.kind === "derive") text += `n${step.node}=${graph.nodes[step.node]?.value}${step.detail === "stepwise" ? "!" : ""};`;
      spans.push({
        start,
        end: text.length,
        step: index,
        kind: step.kind,
        ...(step.kind === "remark" ? {} : { node: step.node }),
        ...(step.behavior === undefined ? {} : { behavior: step.behavior }),
      });
    }
    return { text: `${text} => ${graph.nodes[graph.target]?.value}`, spans };
  },
  parseAnswer: (completion) => / => (.+)$/.exec(completion)?.[1],
  formatAnswer: String,
  detectBehaviors: (completion) =>
    [...completion.matchAll(/\[n\d\]|\{n\d\}/g)].map(({ 0: text, index }) => ({
      start: index,
      end: index + text.length,
      kind: text.startsWith("[") ? ("restate" as const) : ("attempt" as const),
    })),
};
