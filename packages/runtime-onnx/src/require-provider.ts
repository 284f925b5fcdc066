import { Graph, multiply } from "@bridge-rl/tensor";
import { createOnnxRuntime } from "./onnx-runtime.js";
import type { Provider, ProviderName } from "./provider.js";

/**
 * Runs one multiplication on a provider, so that a missing library, driver or card is told before a model is loaded for it.
 *
 * @throws BridgeError `missing-dependency` saying what the provider needs, `invalid-option`
 */
export async function requireProvider(provider: ProviderName | Provider): Promise<void> {
  const graph = new Graph();
  graph.output("four", multiply(graph.input("two", [1]), 2));
  const program = await createOnnxRuntime({ provider }).compile(graph);
  program.run({ two: { data: Float32Array.of(2), shape: [1] } });
  program.dispose();
}
