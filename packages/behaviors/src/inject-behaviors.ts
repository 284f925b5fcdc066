import { createGraphState } from "@bridge-rl/dag";
import { type Behavior, BridgeError, type Random, type ReasoningGraph, type Trace } from "@bridge-rl/spec";
import { checkTrace } from "./check-trace.js";

/**
 * Rewrites a solution with behaviours, one after the other, and checks what comes of it (`checkTrace`).
 *
 * Each behaviour follows the trace with a fresh state and draws from a stream of its own, named after it: adding, leaving out
 * or changing one never changes what another draws.
 *
 * @throws BridgeError `invalid-trace` where a behaviour (or the trace given) claims what is not so, with its name, step and reason
 */
export function injectBehaviors(graph: ReasoningGraph, trace: Trace, behaviors: readonly Behavior[], random: Random): Trace {
  let result: Trace;
  try {
    result = rewrite(graph, trace, behaviors, random);
  } catch {
    // Behaviours draw the same again: the same error, unless an untrue trace that one handed on to the next explains it.
    return rewrite(graph, trace, behaviors, random, refuseUntrue);
  }
  // Almost all are true, so a single check of the last is enough, and only an untrue one is made again to find out whose fault it is.
  if (checkTrace(graph, result).length > 0) rewrite(graph, trace, behaviors, random, refuseUntrue);
  return result;
}

function rewrite(
  graph: ReasoningGraph,
  trace: Trace,
  behaviors: readonly Behavior[],
  random: Random,
  inspect: (graph: ReasoningGraph, trace: Trace, owner: string) => void = () => {},
): Trace {
  inspect(graph, trace, "the trace to inject into");
  const uses = new Map<string, number>();
  return behaviors.reduce((before, behavior) => {
    const use = uses.get(behavior.name) ?? 0;
    uses.set(behavior.name, use + 1);
    const after = behavior.inject(before, { graph, state: createGraphState(graph), random: random.fork(behavior.name, use) });
    inspect(graph, after, `behaviour ${behavior.name}`);
    return after;
  }, trace);
}

function refuseUntrue(graph: ReasoningGraph, trace: Trace, owner: string): void {
  const [finding] = checkTrace(graph, trace);
  if (finding !== undefined) throw new BridgeError("invalid-trace", `${owner}: step ${finding.step} ${finding.message}`);
}
