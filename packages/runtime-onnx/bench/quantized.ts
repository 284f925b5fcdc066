// What weights in 8 bits gain and lose in the products of a decoding step: a model of 3.3 million parameters (4 layers, hidden 256, 128 wide keys,
// MLP 768), 64 rows.
// node --conditions=@bridge-rl/source --import tsx packages/runtime-onnx/bench/quantized.ts
import { performance } from "node:perf_hooks";
import { createOnnxRuntime } from "@bridge-rl/runtime-onnx";
import { createRandom, type Program, type TensorValue } from "@bridge-rl/spec";
import { add, Graph, matmul, multiply, quantizedMatmul, quantizeRows, sum, type Tensor } from "@bridge-rl/tensor";

const rows = 64;
const random = createRandom(1, "quantized bench");
const runtime = createOnnxRuntime();

/** Weights `[columns, inner]` of about unit gain. */
function makeWeight(inner: number, columns: number): Float32Array {
  return Float32Array.from({ length: inner * columns }, () => random.normal() / Math.sqrt(inner));
}

/** Adds a product with a weight as the model has it, or in 8 bits, as an initializer. */
function product(x: Tensor, weight: Float32Array, initializers: Record<string, TensorValue>, isQuantized: boolean): Tensor {
  const inner = x.shape.at(-1) ?? 0;
  const columns = weight.length / inner;
  const name = `w${Object.keys(initializers).length}`;
  if (!isQuantized) {
    initializers[name] = { data: weight, shape: [columns, inner] };
    return matmul(x, x.graph.input(name, [columns, inner]), { transposeRight: true });
  }
  const { data, scales } = quantizeRows(weight, columns);
  initializers[name] = { data, shape: [inner, columns] };
  initializers[`${name} scales`] = { data: scales, shape: [columns] };
  return quantizedMatmul(x, x.graph.input(name, [inner, columns], "int8"), x.graph.input(`${name} scales`, [columns]));
}

const layers = Array.from({ length: 4 }, () => ({
  query: makeWeight(256, 256),
  key: makeWeight(256, 128),
  value: makeWeight(256, 128),
  output: makeWeight(256, 256),
  gate: makeWeight(256, 768),
  up: makeWeight(256, 768),
  down: makeWeight(768, 256),
}));

/** The products of all layers, one feeding the next; a single number leaves, so that no copy is timed. */
function compileLayers(isQuantized: boolean): Promise<Program> {
  const graph = new Graph();
  const initializers: Record<string, TensorValue> = {};
  let hidden = graph.input("x", [rows, 256]);
  const unused: Tensor[] = [];
  for (const { query, key, value, output, gate, up, down } of layers) {
    const times = (x: Tensor, weight: Float32Array): Tensor => product(x, weight, initializers, isQuantized);
    unused.push(sum(add(times(hidden, key), times(hidden, value))));
    const attended = times(times(hidden, query), output);
    hidden = times(multiply(add(times(attended, gate), times(attended, up)), 0.7), down);
  }
  graph.output(
    "y",
    unused.reduce((total, each) => add(total, each), sum(hidden)),
  );
  return runtime.compile(graph, { initializers });
}

const x = { data: Float32Array.from({ length: rows * 256 }, () => random.normal()), shape: [rows, 256] };
const programs = [await compileLayers(false), await compileLayers(true)] as const;
const least = [Number.POSITIVE_INFINITY, Number.POSITIVE_INFINITY];
for (let run = 0; run < 300; run++) {
  for (const [index, program] of programs.entries()) {
    const start = performance.now();
    program.run({ x });
    least[index] = Math.min(least[index] as number, performance.now() - start);
  }
}
const [float, quantized] = least as [number, number];
console.log(
  `products of 4 layers, ${rows} rows, best of 300 runs: float32 ${float.toFixed(2)} ms, int8 ${quantized.toFixed(2)} ms, ` +
    `${(float / quantized).toFixed(1)} times as fast`,
);

const norm = (values: Float32Array): number => Math.sqrt(values.reduce((total, value) => total + value * value, 0));
for (const [inner, columns] of [
  [256, 256],
  [256, 768],
  [768, 256],
] as const) {
  const weight = makeWeight(inner, columns);
  const input = { data: Float32Array.from({ length: rows * inner }, () => random.normal()), shape: [rows, inner] };
  const [exact, rough] = await Promise.all(
    [false, true].map(async (isQuantized) => {
      const graph = new Graph();
      const initializers: Record<string, TensorValue> = {};
      graph.output("y", product(graph.input("input", [rows, inner]), weight, initializers, isQuantized));
      const program = await runtime.compile(graph, { initializers });
      return program.run({ input }).y?.data as Float32Array;
    }),
  );
  if (exact === undefined || rough === undefined) continue;
  const error = norm(exact.map((value, index) => value - (rough[index] as number))) / norm(exact);
  console.log(
    `${rows} × ${inner} × ${columns}, normal weights and rows: int8 is off by ${(100 * error).toFixed(1)} % of the result's norm`,
  );
}
