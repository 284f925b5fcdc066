import { BridgeError, type Program, type Runtime, type TensorValue } from "@bridge-rl/spec";
import { type Graph, writeOnnx } from "@bridge-rl/tensor";
import { loadBinding, type SessionOptions } from "./internal/binding.js";
import { OnnxProgram } from "./onnx-program.js";

export interface OnnxRuntimeOptions {
  /** Threads of one program. All programs that run at once together should not have more than there are free cores. @defaultValue 1 */
  readonly threads?: number;
  /**
   * How far onnxruntime rewrites a graph. Above `basic` it fuses nodes into kernels that float64 doesn't have, and gains nothing
   * measurable. @defaultValue "basic"
   */
  readonly optimization?: "disabled" | "basic" | "extended" | "all";
  /** `plain` uses standard operators alone. @defaultValue "fused" */
  readonly lowering?: "plain" | "fused";
  /** Writes a profile of every run to files that start so. @defaultValue off */
  readonly profile?: string;
}

/**
 * A runtime on onnxruntime-node's CPU provider. The library is loaded when the first graph is compiled.
 *
 * A program runs on the calling thread and blocks it: in a server, keep it in a worker. Inputs are read where they are, outputs are copied
 * (about 1–2.5 ms per megabyte), so large values should enter rather than leave. Initializers are copied when a graph is compiled.
 *
 * @throws BridgeError `invalid-option`; `compile` throws `missing-dependency` where onnxruntime-node is not installed
 */
export function createOnnxRuntime(options: OnnxRuntimeOptions = {}): Runtime<Graph> {
  const { threads = 1, optimization = "basic", lowering = "fused", profile } = options;
  if (!Number.isInteger(threads) || threads < 1) {
    throw new BridgeError("invalid-option", `threads is ${threads}; give a whole number of at least 1`);
  }
  return {
    name: "onnx-cpu",
    specVersion: 1,
    async compile(graph, { initializers = {}, keepMemory = true } = {}): Promise<Program> {
      const binding = await loadBinding();
      const model = writeOnnx(graph, { lowering, initializers: Object.keys(initializers) });
      const sessionOptions: SessionOptions = {
        executionProviders: ["cpu"],
        intraOpNumThreads: threads,
        interOpNumThreads: 1,
        executionMode: "sequential",
        graphOptimizationLevel: optimization,
        // planning memory ahead costs up to twice the peak and saves no time
        enableMemPattern: false,
        enableCpuMemArena: keepMemory,
        externalData: Object.entries(initializers).map(([name, value]) => ({ path: name, data: bytesOf(graph, name, value) })),
        extra: { session: { intra_op: { allow_spinning: "0" } } },
        ...(profile === undefined ? {} : { enableProfiling: true, profileFilePrefix: profile }),
      };
      const session = binding.createSession(model, sessionOptions);
      const inputs = [...graph.inputs].filter(([name]) => !(name in initializers));
      return new OnnxProgram(session, new Map(inputs), [...graph.outputs.keys()]);
    },
  };
}

function bytesOf(graph: Graph, name: string, value: TensorValue): Uint8Array {
  const tensor = graph.inputs.get(name);
  const count = tensor?.shape.reduce((product, size) => product * size, 1);
  if (count !== value.data.length) {
    throw new BridgeError(
      "shape-mismatch",
      `initializer "${name}" has ${value.data.length} elements; the graph wants ${count ?? "no such input"}`,
    );
  }
  return new Uint8Array(value.data.buffer, value.data.byteOffset, value.data.byteLength);
}
