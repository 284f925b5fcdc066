import { type BehaviorFactory, defineBehavior, numberOptions, type Step } from "@bridge-rl/spec";

export interface RecitationOptions {
  /** Chance that a solution begins so. @defaultValue 1 */
  readonly probability?: number | undefined;
}

/**
 * Repeats what is known of every node, in random order, before the first is derived.
 *
 * No behaviour of the paper: almost each token of it is a lookup in the prompt, which is what a model trained from nothing learns last
 * and needs most, so it makes good pretraining.
 */
export const recitation: BehaviorFactory<"@bridge-rl/recitation", RecitationOptions> = defineBehavior({
  name: "@bridge-rl/recitation",
  specVersion: 1,
  options: numberOptions({ probability: { default: 1, minimum: 0, maximum: 1 } }),
  inject(trace, { graph, random, options: { probability } }) {
    if (!random.chance(probability)) return trace;
    const recited = random.shuffle(graph.nodes).map(({ id }): Step => ({ kind: "restate", node: id, behavior: "@bridge-rl/recitation" }));
    return { ...trace, steps: [...recited, ...trace.steps] };
  },
});
