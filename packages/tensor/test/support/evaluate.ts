import { InferenceSession, Tensor as OnnxTensor } from "onnxruntime-node";
import { type DataType, type Graph, type WriteOnnxOptions, writeOnnx } from "../../src/index.js";

export type Values = Float32Array | Float64Array | Int32Array | BigInt64Array | Uint8Array;

export interface Compiled {
  run(feeds: Readonly<Record<string, Values>>): Promise<Record<string, { data: Values; shape: readonly number[] }>>;
  release(): Promise<void>;
}

/** Runs a graph through onnxruntime's public API. `basic` keeps it from fusing into kernels that float64 lacks. */
export async function compile(graph: Graph, options: WriteOnnxOptions = {}): Promise<Compiled> {
  const session = await InferenceSession.create(writeOnnx(graph, options), {
    graphOptimizationLevel: "basic",
    intraOpNumThreads: 1,
    logSeverityLevel: 3,
  });
  return {
    async run(feeds) {
      const tensors = Object.entries(feeds).map(([name, data]) => {
        const input = graph.inputs.get(name);
        if (input === undefined) throw new Error(`no input ${name}`);
        return [name, new OnnxTensor(input.dataType as "float32", data as Float32Array, input.shape)] as const;
      });
      const results = await session.run(Object.fromEntries(tensors));
      return Object.fromEntries(Object.entries(results).map(([name, { data, dims }]) => [name, { data: data as Values, shape: dims }]));
    },
    release: () => session.release(),
  };
}

/** Runs a graph once and returns one output as plain numbers. */
export async function evaluate(
  graph: Graph,
  feeds: Readonly<Record<string, Values>>,
  output: string,
  options: WriteOnnxOptions = {},
): Promise<number[]> {
  const compiled = await compile(graph, options);
  const results = await compiled.run(feeds);
  await compiled.release();
  return Array.from((results[output] as { data: Values }).data as ArrayLike<number | bigint>, Number);
}

export function floats(values: readonly number[], dataType: DataType): Float32Array | Float64Array {
  return dataType === "float64" ? Float64Array.from(values) : Float32Array.from(values);
}
