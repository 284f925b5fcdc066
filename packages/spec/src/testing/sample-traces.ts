import { BridgeError } from "../bridge-error.js";
import type { GraphNode, ReasoningGraph } from "../reasoning-graph.js";
import { coreStepKinds, type Step, type Trace } from "../trace.js";

/** The plain solution: each necessary node derived directly, in the order of the graph. */
export function plainTrace(graph: ReasoningGraph): Trace {
  return {
    steps: necessaryBeforeTarget(graph).map((node) => ({ kind: "derive", node: node.id, detail: "direct" })),
  };
}

/**
 * A solution with steps of every kind: each node is derived stepwise behind a restatement, its next locked neighbours are
 * attempted, and a remark stands in the middle; with the kinds of 1.1 it opens with a plan, and each number is estimated, got wrong,
 * corrected and checked. More than a behaviour would do, still true.
 *
 * @param kinds  the kinds of steps to use. @defaultValue `coreStepKinds`
 */
export function richTrace(graph: ReasoningGraph, kinds: readonly Step["kind"][] = coreStepKinds): Trace {
  const behavior = "@bridge-rl/every-step-kind";
  const solved = new Set<number>();
  const steps: Step[] = [];
  const needed = necessaryBeforeTarget(graph).flatMap(({ id }) => (id === graph.target ? [] : [id]));
  if (needed.length > 0) steps.push({ kind: "plan", node: graph.target, nodes: needed, behavior });
  for (const { id, value, dependencies } of necessaryBeforeTarget(graph)) {
    const locked = graph.nodes.find((node) => node.id > id && node.dependencies.some((dependency) => !solved.has(dependency)));
    if (locked !== undefined && solved.size > 0 && id !== graph.target) {
      const missing = locked.dependencies.filter((dependency) => !solved.has(dependency));
      steps.push({ kind: "restate", node: locked.id, behavior }, { kind: "attempt", node: locked.id, missing, behavior });
    }
    if (typeof value === "number" && dependencies.length > 0) {
      const wrong = value === 1 ? 2 : 1;
      steps.push(
        { kind: "estimate", node: id, low: Math.floor(value) - 1, high: Math.floor(value) + 2, behavior },
        { kind: "mistake", node: id, value: wrong, behavior },
        { kind: "retract", node: id, value: wrong, behavior },
      );
    }
    steps.push({ kind: "restate", node: id, behavior }, { kind: "derive", node: id, detail: "stepwise", behavior });
    if (dependencies.length > 0) steps.push({ kind: "check", node: id, behavior });
    solved.add(id);
    if (id !== graph.target) steps.push({ kind: "remark", text: "So far so good.", nodes: [id], behavior });
  }
  const possible = steps.filter((step) => step.kind !== "restate" || graph.nodes[step.node]?.stated === true);
  return { steps: possible.filter(({ kind }) => kinds.includes(kind)) };
}

/** Freezes plain JSON through and through, so that writing to it throws. */
export function deepFreeze<T>(value: T): T {
  if (typeof value === "object" && value !== null && !Object.isFrozen(value)) {
    Object.freeze(value);
    for (const part of Object.values(value)) deepFreeze(part);
  }
  return value;
}

function necessaryBeforeTarget(graph: ReasoningGraph): GraphNode[] {
  const target = graph.nodes[graph.target];
  if (target === undefined) throw new BridgeError("invalid-graph", `the target ${graph.target} is no node of the graph`);
  return [...graph.nodes.filter((node) => node.necessary && node.id !== graph.target), target];
}
