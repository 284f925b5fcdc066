import { expressionOperations } from "@bridge-rl/dag";
import { type BehaviorFactory, defineBehavior, type GraphNode, type Step } from "@bridge-rl/spec";
import { countField, optionsSchema, probabilityField } from "./internal/options-schema.js";

export interface SubgoalOptions {
  /** Chance that a derivation is written one operation at a time. @defaultValue 1 */
  readonly probability?: number | undefined;
  /** Derivations of fewer operations stay as they are: a single one has no intermediate result to show. @defaultValue 2 */
  readonly minimumOperations?: number | undefined;
}

const name = "@bridge-rl/subgoal";

const options = optionsSchema({ probability: probabilityField(1), minimumOperations: countField(2) });

/**
 * Computes one operation at a time and keeps every intermediate value: BRIDGE's subgoal computation (arXiv 2505.18917, §4.1),
 * the first of its two exploitation behaviours.
 *
 * The paper and the released code both do it at every step, so it has no odds of the reference's to repeat.
 */
export const subgoal: BehaviorFactory<"@bridge-rl/subgoal", SubgoalOptions> = defineBehavior({
  name,
  specVersion: 1,
  options,
  inject(trace, { graph, random, options: { probability, minimumOperations } }) {
    const steps: Step[] = [];
    for (let index = 0; index < trace.steps.length; index++) {
      const step = trace.steps[index] as Step;
      const isStepwise =
        step.kind === "derive" &&
        step.detail !== "stepwise" &&
        isLong(graph.nodes[step.node], minimumOperations) &&
        random.chance(probability);
      // A derivation that another behaviour put there stays that behaviour's.
      steps.push(isStepwise ? { behavior: step.behavior ?? name, kind: "derive", node: step.node, detail: "stepwise" } : step);
    }
    return { ...trace, steps };
  },
});

function isLong(node: GraphNode | undefined, minimumOperations: number): boolean {
  return node !== undefined && expressionOperations(node.expression) >= minimumOperations;
}
