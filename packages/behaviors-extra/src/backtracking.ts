import { type BehaviorFactory, defineBehavior, numberOptions, type ReasoningGraph, type Step } from "@bridge-rl/spec";
import { addTo, derivationsOf, weave } from "./internal/weave.js";
import { wrongValue } from "./internal/wrong-value.js";

export interface BacktrackingOptions {
  /** Chance that a derivation is got wrong first. @defaultValue 0.1 */
  readonly probability?: number | undefined;
  /** The most derivations that come between a mistake and its discovery; how many is drawn evenly, among those possible. @defaultValue 0 */
  readonly delay?: number | undefined;
}

/**
 * Commits to a wrong value, detects that, takes it back and derives the right one.
 *
 * The wrong value is a slip that happens: another operation, one or ten too many or too few; for a truth value its opposite. It is only
 * made of what has been derived by then, nothing is derived from it, and the derivations and their order stay as they are. Values that a
 * premise gives and values that are words are never got wrong.
 */
export const backtracking: BehaviorFactory<"@bridge-rl/backtracking", BacktrackingOptions> = defineBehavior({
  name: "@bridge-rl/backtracking",
  specVersion: 1,
  options: numberOptions({
    probability: { default: 0.1, minimum: 0, maximum: 1 },
    delay: { default: 0, minimum: 0 },
  }),
  inject(trace, { graph, random, options: { probability, delay } }) {
    const before = new Map<number, Step[]>();
    const order = derivationsOf(trace).map(({ node }) => node);
    const wrong = new Set(trace.steps.flatMap((step) => (step.kind === "mistake" ? [step.node] : [])));
    for (const [number, id] of order.entries()) {
      const own = random.fork("mistake", id);
      const node = graph.nodes[id];
      if (node?.expression.kind !== "operation" || wrong.has(id) || !own.chance(probability)) continue;
      const value = wrongValue(node, graph, own);
      if (value === undefined) continue;
      const at = Math.max(number - own.integer(0, delay), earliest(graph, id, order));
      addTo(before, at, { kind: "mistake", node: id, value, behavior: "@bridge-rl/backtracking" });
      addTo(before, number, { kind: "retract", node: id, value, behavior: "@bridge-rl/backtracking" });
    }
    return weave(trace, before, new Map());
  },
});

/** The number of the first derivation before which a node could be derived. */
function earliest(graph: ReasoningGraph, node: number, order: readonly number[]): number {
  const dependencies = graph.nodes[node]?.dependencies ?? [];
  return Math.max(0, ...dependencies.map((dependency) => order.indexOf(dependency) + 1));
}
