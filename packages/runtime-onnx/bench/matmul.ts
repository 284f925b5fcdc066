// What the provider reaches on plain matrix products: the yardstick for every other benchmark.
// node --conditions=@bridge-rl/source --import tsx packages/runtime-onnx/bench/matmul.ts
import { performance } from "node:perf_hooks";
import { createOnnxRuntime } from "@bridge-rl/runtime-onnx";
import { Graph, matmul, max } from "@bridge-rl/tensor";

async function rate(size: number, threads: number): Promise<number> {
  const graph = new Graph();
  const left = graph.input("left", [size, size]);
  const right = graph.input("right", [size, size]);
  // one number leaves, so that no copy of the product is timed
  graph.output("largest", max(matmul(left, right)));
  const program = await createOnnxRuntime({ threads }).compile(graph);
  const value = { data: new Float32Array(size * size).fill(0.5), shape: [size, size] };
  const inputs = { left: value, right: value };
  const runs = Math.max(3, Math.ceil(4e10 / (2 * size ** 3)));
  program.run(inputs);
  const times = Array.from({ length: runs }, () => {
    const start = performance.now();
    program.run(inputs);
    return performance.now() - start;
  }).sort((a, b) => a - b);
  program.dispose();
  return (2 * size ** 3) / (times[Math.floor(runs / 2)] as number) / 1e6;
}

for (const threads of [1, 2]) {
  for (const size of [256, 512, 1024, 2048]) {
    console.log(`${threads} thread(s), ${size}³: ${(await rate(size, threads)).toFixed(0)} GFLOP/s`);
  }
}
