import type { Runtime } from "@bridge-rl/spec";
import { Graph, matmul, max } from "@bridge-rl/tensor";

/** Floating-point operations per second that a runtime reaches in products of matrices of 1024 × 1024: the most that a model could. Takes a fraction of a second. */
export async function measureProductRate(runtime: Runtime<Graph>, clock: () => number): Promise<number> {
  const size = 1024;
  const graph = new Graph();
  // one number leaves, since copying the product is not what is measured
  graph.output("largest", max(matmul(graph.input("left", [size, size]), graph.input("right", [size, size]))));
  const program = await runtime.compile(graph);
  const value = { data: new Float32Array(size * size).fill(0.5), shape: [size, size] };
  let best = Number.POSITIVE_INFINITY;
  for (let run = 0; run < 8; run++) {
    const start = clock();
    program.run({ left: value, right: value });
    best = Math.min(best, clock() - start);
  }
  program.dispose();
  return (2 * size ** 3) / best;
}
