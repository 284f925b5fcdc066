import { expressionOperations } from "@bridge-rl/dag";
import { type BehaviorFactory, defineBehavior, type Step } from "@bridge-rl/spec";
import { countField, optionsSchema, probabilityField } from "./internal/options-schema.js";

export interface SubgoalOptions {
  /** Chance that a derivation is written one operation at a time. @defaultValue 1 */
  readonly probability?: number | undefined;
  /** Derivations of fewer operations stay as they are: a single one has no intermediate result to show. @defaultValue 2 */
  readonly minimumOperations?: number | undefined;
}

const options = optionsSchema({ probability: probabilityField(1), minimumOperations: countField(2) });

/**
 * Computes one operation at a time and keeps every intermediate value: BRIDGE's subgoal computation (arXiv 2505.18917, §4.1),
 * the first of its two exploitation behaviours.
 *
 * The paper and the released code both do it at every step, so it has no odds of the reference's to repeat.
 */
export const subgoal: BehaviorFactory<"@bridge-rl/subgoal", SubgoalOptions> = defineBehavior({
  name: "@bridge-rl/subgoal",
  specVersion: 1,
  options,
  inject(trace, { graph, random, options: { probability, minimumOperations } }) {
    const steps = trace.steps.map((step): Step => {
      if (step.kind !== "derive" || step.detail === "stepwise") return step;
      const node = graph.nodes[step.node];
      if (node === undefined || expressionOperations(node.expression) < minimumOperations || !random.chance(probability)) return step;
      // A derivation that another behaviour put there stays that behaviour's.
      return { behavior: "@bridge-rl/subgoal", ...step, detail: "stepwise" };
    });
    return { ...trace, steps };
  },
});
