import { type BehaviorFactory, defineBehavior, type GraphState, numberOptions, type Step } from "@bridge-rl/spec";
import { addTo, derivationsOf, weave } from "./internal/weave.js";

export interface PlanningOptions {
  /** Chance that a solution begins with a plan. @defaultValue 1 */
  readonly probability?: number | undefined;
  /** Chance, before each later derivation but the target's, of listing what is still needed. @defaultValue 0 */
  readonly revision?: number | undefined;
  /** Plans longer than this list only what the target itself is computed from. @defaultValue 20 */
  readonly longest?: number | undefined;
}

/**
 * Lists what the target needs before computing it, in the order in which it will be derived.
 *
 * Distractors are never in it, nor is what has been derived already. Nothing else of the solution changes.
 */
export const planning: BehaviorFactory<"@bridge-rl/planning", PlanningOptions> = defineBehavior({
  name: "@bridge-rl/planning",
  specVersion: 1,
  options: numberOptions({
    probability: { default: 1, minimum: 0, maximum: 1 },
    revision: { default: 0, minimum: 0, maximum: 1 },
    longest: { default: 20, minimum: 0 },
  }),
  inject(trace, { graph, state, random, options: { probability, revision, longest } }) {
    const { target } = graph;
    const plans = new Map<number, Step[]>();
    const order = derivationsOf(trace).map(({ node }) => node);
    for (const [number, node] of order.entries()) {
      const wanted = random.fork("plan", node).chance(number === 0 ? probability : revision);
      if (wanted && node !== target) {
        const needed = openAncestors(state, target);
        const nodes = order.slice(number).filter((later) => needed.has(later));
        const shown = nodes.length > longest ? state.missing(target) : nodes;
        if (shown.length > 0)
          addTo(plans, number, { kind: "plan", node: target, nodes: inOrder(shown, order), behavior: "@bridge-rl/planning" });
      }
      state.solve(node);
    }
    return weave(trace, plans, new Map());
  },
});

/** What a node rests on, directly or not, and is not solved. */
function openAncestors(state: GraphState, node: number): Set<number> {
  const open = new Set(state.missing(node));
  // A set that grows while it is walked is walked to its end.
  for (const id of open) for (const dependency of state.missing(id)) open.add(dependency);
  return open;
}

function inOrder(nodes: readonly number[], order: readonly number[]): number[] {
  return nodes.toSorted((left, right) => order.indexOf(left) - order.indexOf(right));
}
