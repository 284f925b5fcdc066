import { createGraphState } from "@bridge-rl/dag";
import { coreStepKinds, type ReasoningGraph, type Step, type Trace } from "@bridge-rl/spec";
import { TraceFollower } from "./trace-follower.js";

/**
 * Leaves out what another order of derivations has made untrue of what stands between them: plans, estimates, checks, and mistakes that
 * are no longer taken back in time.
 */
export function keepTrue(graph: ReasoningGraph, trace: Trace): Trace {
  if (trace.steps.every(({ kind }) => coreStepKinds.includes(kind))) return trace;
  const follower = new TraceFollower(createGraphState(graph));
  const steps = trace.steps.filter(
    (step, index) => !(step.kind === "mistake" && !isTakenBack(trace.steps, index, step.node)) && follower.take(step) === undefined,
  );
  return { ...trace, steps };
}

function isTakenBack(steps: readonly Step[], mistake: number, node: number): boolean {
  const next = steps.find((step, index) => index > mistake && step.kind !== "remark" && isSettling(step) && step.node === node);
  return next?.kind === "retract";
}

function isSettling({ kind }: Step): boolean {
  return kind === "retract" || kind === "derive" || kind === "mistake";
}
