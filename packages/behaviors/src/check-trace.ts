import { createGraphState } from "@bridge-rl/dag";
import type { GraphState, ReasoningGraph, Step, Trace } from "@bridge-rl/spec";

/** A step that claims what is not so. */
export interface TraceFinding {
  readonly code: "unknown-step" | "unknown-node" | "locked" | "repeated" | "not-locked" | "wrong-missing" | "after-target" | "unfinished";
  /** Position in `trace.steps`; their number where the trace ends too early. */
  readonly step: number;
  /** Completes "step 3 …". */
  readonly message: string;
}

/**
 * Checks a solution step by step against its graph.
 *
 * What is derived is unlocked at its place and derived once; what is attempted is locked and misses exactly what the step says;
 * the target is derived, and nothing is derived or attempted behind it.
 *
 * @returns the findings, none for a true solution
 * @throws BridgeError `invalid-graph` where a dependency is no node of the graph
 */
export function checkTrace(graph: ReasoningGraph, trace: Trace): TraceFinding[] {
  const state = createGraphState(graph);
  const findings: TraceFinding[] = [];
  for (const [index, step] of trace.steps.entries()) {
    const finding = checkStep(state, step);
    if (finding !== undefined) findings.push({ step: index, ...finding });
    else state.apply(step);
  }
  if (findings.length === 0 && !state.isSolved(graph.target)) {
    findings.push({
      code: "unfinished",
      step: trace.steps.length,
      message: `should derive the target ${graph.target}; the trace ends instead`,
    });
  }
  return findings;
}

type Finding = Omit<TraceFinding, "step">;

function checkStep(state: GraphState, step: Step): Finding | undefined {
  const nodes: unknown = step.kind === "remark" ? step.nodes : step.kind === "attempt" ? [step.node, ...step.missing] : [step.node];
  if (!Array.isArray(nodes)) return { code: "unknown-node", message: "names no nodes" };
  for (const node of nodes) {
    if (state.graph.nodes[node] === undefined)
      return { code: "unknown-node", message: `points at node ${node}, which the graph does not have` };
  }
  switch (step.kind) {
    case "remark":
    case "restate":
      return undefined;
    case "derive":
      return checkDerivation(state, step);
    case "attempt":
      return checkAttempt(state, step);
    default:
      return { code: "unknown-step", message: `is a "${(step as Step).kind}", which no step is` };
  }
}

function checkDerivation(state: GraphState, { node, detail }: Extract<Step, { kind: "derive" }>): Finding | undefined {
  if (detail !== "direct" && detail !== "stepwise")
    return { code: "unknown-step", message: `derives in detail "${detail}"; use "direct" or "stepwise"` };
  if (state.isSolved(node)) return { code: "repeated", message: `derives ${named(state, node)} again` };
  if (state.isSolved(state.graph.target))
    return { code: "after-target", message: `derives ${named(state, node)} when the target is solved` };
  if (!state.isLocked(node)) return undefined;
  return {
    code: "locked",
    message: `derives ${named(state, node)}, which still needs ${state
      .missing(node)
      .map((id) => named(state, id))
      .join(", ")}`,
  };
}

function checkAttempt(state: GraphState, { node, missing }: Extract<Step, { kind: "attempt" }>): Finding | undefined {
  if (!state.isLocked(node)) {
    return {
      code: "not-locked",
      message: `attempts ${named(state, node)}, which is ${state.isSolved(node) ? "solved" : "solvable"} already`,
    };
  }
  const exact = state.missing(node);
  if (missing.length === exact.length && exact.every((id) => missing.includes(id))) {
    return state.isSolved(state.graph.target) ? { code: "after-target", message: "attempts a node when the target is solved" } : undefined;
  }
  return { code: "wrong-missing", message: `says that ${named(state, node)} misses [${missing}]; it misses [${exact}]` };
}

function named(state: GraphState, node: number): string {
  return `node ${node} (${state.graph.nodes[node]?.name})`;
}
