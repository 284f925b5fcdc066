import { createGraphState } from "@bridge-rl/dag";
import type { ReasoningGraph, Trace } from "@bridge-rl/spec";
import { TraceFollower } from "./internal/trace-follower.js";

/** A step that claims what is not so. */
export interface TraceFinding {
  readonly code:
    | "unknown-step"
    | "unknown-node"
    | "locked"
    | "repeated"
    | "not-locked"
    | "wrong-missing"
    | "after-target"
    | "unfinished"
    | "not-solved"
    | "wrong-plan"
    | "wrong-estimate"
    | "no-mistake"
    | "unretracted";
  /** Position in `trace.steps`; their number where the trace ends too early. */
  readonly step: number;
  /** Completes "step 3 …". */
  readonly message: string;
}

/**
 * Checks a solution step by step against its graph.
 *
 * What is derived is unlocked at its place and derived once; what is attempted is locked and misses exactly what the step says;
 * the target is derived, and nothing is derived or attempted behind it. What is checked is solved, what is planned is still needed, what
 * is estimated lies between its bounds, and every mistake is one and is taken back before its node is derived.
 *
 * @returns the findings, none for a true solution
 * @throws BridgeError `invalid-graph` where a dependency is no node of the graph
 */
export function checkTrace(graph: ReasoningGraph, trace: Trace): TraceFinding[] {
  const follower = new TraceFollower(createGraphState(graph));
  const findings: TraceFinding[] = [];
  for (const [index, step] of trace.steps.entries()) {
    const finding = follower.take(step);
    if (finding !== undefined) findings.push({ step: index, ...finding });
  }
  const end = findings.length === 0 ? follower.finish() : undefined;
  if (end !== undefined) findings.push({ step: trace.steps.length, ...end });
  return findings;
}
