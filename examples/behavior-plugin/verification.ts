import { defineBehavior, numberOptions, type Step } from "@bridge-rl/spec";

const name = "@example/verification";

/** Checks some derivations against the premise they came from, once the result is there. */
export const verification = defineBehavior({
  name,
  specVersion: 1,
  options: numberOptions({ probability: { default: 0.2, minimum: 0, maximum: 1 } }),
  inject(trace, { graph, random, options }) {
    const steps = trace.steps.flatMap((step): Step[] => {
      if (step.kind !== "derive" || step.node === graph.target) return [step];
      const node = graph.nodes[step.node];
      // A premise that only gives a number leaves nothing to check.
      const isPremise = node?.stated === true && node.expression.kind !== "constant";
      if (!isPremise || !random.chance(options.probability)) return [step];
      return [
        step,
        { kind: "remark", text: "Let's check that against the problem.", nodes: [step.node], behavior: name },
        { kind: "restate", node: step.node, behavior: name },
      ];
    });
    return { ...trace, steps };
  },
});
