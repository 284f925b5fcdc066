import { createGraphState } from "@bridge-rl/dag";
import { type Behavior, BridgeError, type Random, type ReasoningGraph, type Trace } from "@bridge-rl/spec";
import { checkTrace } from "./check-trace.js";
import { isPlainlyTrue } from "./internal/is-plainly-true.js";

/**
 * Rewrites a solution with behaviours, one after the other, and checks what comes of it (`checkTrace`). What a behaviour claims and a later
 * one takes out again is in no solution, and is not refused.
 *
 * Each behaviour follows the trace with a fresh state and draws from a stream of its own, named after it: adding, leaving out
 * or changing one never changes what another draws.
 *
 * @throws BridgeError `invalid-trace` where the result claims what is not so, or where a behaviour fails on a trace that does: with the first
 *   behaviour (or the trace given) that is untrue, step and reason. Other errors of behaviours pass as they are.
 */
export function injectBehaviors(graph: ReasoningGraph, trace: Trace, behaviors: readonly Behavior[], random: Random): Trace {
  const unsolved = createGraphState(graph);
  /** The trace given, then what each behaviour made of it. */
  const stages: Trace[] = [trace];
  let result = trace;
  for (let place = 0; place < behaviors.length; place++) {
    const behavior = behaviors[place] as Behavior;
    const context = { graph, state: unsolved.clone(), random: random.fork(behavior.name, earlierUses(behaviors, place)) };
    try {
      result = behavior.inject(result, context);
    } catch (error) {
      // An untrue trace that an earlier one handed on explains it better.
      refuseUntrue(graph, behaviors, stages, error);
      throw error;
    }
    stages.push(result);
  }
  // Almost all are true, so the last is checked alone; the others only to find out whose fault an untrue one is.
  if (!isPlainlyTrue(graph, result) && checkTrace(graph, result).length > 0) refuseUntrue(graph, behaviors, stages);
  return result;
}

/** How many of the behaviours before a place are called like the one there. */
function earlierUses(behaviors: readonly Behavior[], place: number): number {
  const { name } = behaviors[place] as Behavior;
  let uses = 0;
  for (let earlier = 0; earlier < place; earlier++) if (behaviors[earlier]?.name === name) uses++;
  return uses;
}

/** Throws what the first untrue trace claims. */
function refuseUntrue(graph: ReasoningGraph, behaviors: readonly Behavior[], stages: readonly Trace[], cause?: unknown): void {
  for (const [place, trace] of stages.entries()) {
    const [finding] = checkTrace(graph, trace);
    if (finding === undefined) continue;
    const owner = place === 0 ? "the trace to inject into" : `behaviour ${(behaviors[place - 1] as Behavior).name}`;
    throw new BridgeError("invalid-trace", `${owner}: step ${finding.step} ${finding.message}`, cause === undefined ? {} : { cause });
  }
}
