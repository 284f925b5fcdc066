import { defineBehavior, numberOptions, type Step } from "@bridge-rl/spec";

const name = "@example/verification";

/** Checks some derivations against the premise they came from, once the result is there. */
export const verification = defineBehavior({
  name,
  specVersion: 1,
  options: numberOptions({ probability: { default: 0.2, minimum: 0, maximum: 1 } }),
  inject(trace, { graph, random, options }) {
    const steps = trace.steps.flatMap((step): Step[] => {
      const premise = step.kind === "derive" && step.node !== graph.target && graph.nodes[step.node]?.stated;
      if (!premise || !random.chance(options.probability)) return [step];
      return [
        step,
        { kind: "remark", text: "Let's check that against the problem.", nodes: [step.node], behavior: name },
        { kind: "restate", node: step.node, behavior: name },
      ];
    });
    return { ...trace, steps };
  },
});
