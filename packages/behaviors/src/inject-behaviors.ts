import { createGraphState } from "@bridge-rl/dag";
import { type Behavior, BridgeError, type Random, type ReasoningGraph, type Trace } from "@bridge-rl/spec";
import { checkTrace } from "./check-trace.js";

/** A trace on its way through the behaviours, and who made it what it is. */
interface Stage {
  readonly owner: string;
  readonly trace: Trace;
}

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
  const stages: Stage[] = [{ owner: "the trace to inject into", trace }];
  const uses = new Map<string, number>();
  let result = trace;
  for (const behavior of behaviors) {
    const use = uses.get(behavior.name) ?? 0;
    uses.set(behavior.name, use + 1);
    const context = { graph, state: createGraphState(graph), random: random.fork(behavior.name, use) };
    try {
      result = behavior.inject(result, context);
    } catch (error) {
      // An untrue trace that an earlier one handed on explains it better.
      refuseUntrue(graph, stages, error);
      throw error;
    }
    stages.push({ owner: `behaviour ${behavior.name}`, trace: result });
  }
  // Almost all are true, so the last is checked alone; the others only to find out whose fault an untrue one is.
  if (checkTrace(graph, result).length > 0) refuseUntrue(graph, stages);
  return result;
}

/** Throws what the first untrue trace claims. */
function refuseUntrue(graph: ReasoningGraph, stages: readonly Stage[], cause?: unknown): void {
  for (const { owner, trace } of stages) {
    const [finding] = checkTrace(graph, trace);
    if (finding === undefined) continue;
    throw new BridgeError("invalid-trace", `${owner}: step ${finding.step} ${finding.message}`, cause === undefined ? {} : { cause });
  }
}
