import { type BehaviorFactory, defineBehavior, type GraphNode, type NumberOption, numberOptions, type Step } from "@bridge-rl/spec";

const rate: NumberOption = { default: 0.2, minimum: 0, maximum: 0.99 };

/**
 * Wrong starts of the original iGSM (arXiv 2408.16293, "retry"): before each step, while a coin says so, turns to a quantity that can't be
 * computed yet, whether the answer needs it or not, and goes back. `rate` is the coin's, 0.2 where it is left out.
 *
 * Written `Define P as BACK` by `originalPhrasebook`.
 */
export const retry: BehaviorFactory<"@bridge-rl/igsm-retry", { readonly rate?: number | undefined }> = defineBehavior({
  name: "@bridge-rl/igsm-retry",
  specVersion: 1,
  options: numberOptions({ rate }),
  inject: (trace, { state, random, options }) => {
    const steps: Step[] = [];
    for (const step of trace.steps) {
      while (step.kind === "derive" && random.chance(options.rate)) {
        const node = random.pick(state.locked());
        if (node === undefined) break;
        steps.push({ kind: "attempt", node: node.id, missing: state.missing(node.id), behavior: "@bridge-rl/igsm-retry" });
      }
      steps.push(step);
      state.apply(step);
    }
    return { steps };
  },
});

/**
 * Weak wrong starts of the original iGSM ("retry weak"): as `retry`, but with any quantity that the rest of the solution derives, the next
 * one included, computable or not. Needs nothing but the solution's text, so it can be made for texts without a graph.
 */
export const retryWeak: BehaviorFactory<"@bridge-rl/igsm-retry-weak", { readonly rate?: number | undefined }> = defineBehavior({
  name: "@bridge-rl/igsm-retry-weak",
  specVersion: 1,
  options: numberOptions({ rate }),
  inject: (trace, { graph, state, random, options }) => {
    const steps: Step[] = [];
    const rest = trace.steps.flatMap((step) => (step.kind === "derive" ? [graph.nodes[step.node] as GraphNode] : []));
    for (const step of trace.steps) {
      while (step.kind === "derive" && random.chance(options.rate)) {
        const node = random.pick(rest) as GraphNode;
        steps.push({ kind: "attempt", node: node.id, missing: state.missing(node.id), behavior: "@bridge-rl/igsm-retry-weak" });
      }
      if (step.kind === "derive") rest.shift();
      steps.push(step);
      state.apply(step);
    }
    return { steps };
  },
});
