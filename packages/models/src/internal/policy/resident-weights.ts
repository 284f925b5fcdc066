import type { Runtime, TensorValue } from "@bridge-rl/spec";
import type { Graph } from "@bridge-rl/tensor";

/**
 * A runtime whose programs take some tensors in when they are compiled and keep them: for devices that hold initializers but no inputs from
 * run to run. Feeds of those names are dropped.
 *
 * @param weights  tensors that never change
 */
export function withResidentWeights(runtime: Runtime<Graph>, weights: ReadonlyMap<string, TensorValue>): Runtime<Graph> {
  return {
    ...runtime,
    async compile(graph, options = {}) {
      const initializers = { ...options.initializers };
      for (const name of graph.inputs.keys()) {
        const value = weights.get(name);
        if (value !== undefined) initializers[name] = value;
      }
      const program = await runtime.compile(graph, { ...options, initializers });
      return {
        run: (inputs) => program.run(Object.fromEntries(Object.entries(inputs).filter(([name]) => !(name in initializers)))),
        dispose: () => program.dispose(),
      };
    },
  };
}
