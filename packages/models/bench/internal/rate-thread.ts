// What one thread of `measureRates` does: the same product over and over for a while, with others doing so beside it.
import { parentPort, workerData } from "node:worker_threads";
import { createOnnxRuntime } from "@bridge-rl/runtime-onnx";
import type { Program, TensorValue } from "@bridge-rl/spec";
import { Graph, matmul, sum, type Tensor } from "@bridge-rl/tensor";
import type { RateSetting } from "./measure-rates.js";

const { threads, rows, keyValueHeads, group, headDimension } = workerData as RateSetting;
const runtime = createOnnxRuntime({ threads });

/** A program with a small output, since copying it is not what is measured. */
async function compile(build: (graph: Graph) => Tensor): Promise<() => void> {
  const graph = new Graph();
  graph.output("sum", sum(build(graph), -1));
  const program: Program = await runtime.compile(graph);
  const feeds: Record<string, TensorValue> = {};
  for (const [name, { shape }] of graph.inputs) {
    feeds[name] = { data: new Float32Array(shape.reduce((product, size) => product * size, 1)).fill(0.5), shape };
  }
  return () => program.run(feeds);
}

const size = 1024;
const tokens = 128;
const works = {
  products: {
    run: await compile((graph) => matmul(graph.input("a", [size, size]), graph.input("b", [size, size]))),
    amount: 2 * size ** 3,
  },
  reading: {
    run: await compile((graph) =>
      matmul(
        graph.input("q", [rows, keyValueHeads, group, headDimension]),
        graph.input("k", [rows, keyValueHeads, tokens, headDimension]),
        {
          transposeRight: true,
        },
      ),
    ),
    amount: 4 * rows * keyValueHeads * tokens * headDimension,
  },
};
for (const { run } of Object.values(works)) run();

parentPort?.on("message", ({ kind, seconds }: { kind: keyof typeof works; seconds: number }) => {
  const { run, amount } = works[kind];
  const start = performance.now();
  let runs = 0;
  while (performance.now() - start < 1000 * seconds) {
    run();
    runs++;
  }
  parentPort?.postMessage((1000 * runs * amount) / (performance.now() - start));
});
parentPort?.postMessage("ready");
