import { BridgeError, type CompileOptions, type TensorValue } from "@bridge-rl/spec";
import { type Graph, writeOnnx } from "@bridge-rl/tensor";
import type { Provider } from "../provider.js";
import { loadBinding, type Session, type SessionOptions } from "./binding.js";
import { sessionProvider } from "./provider-options.js";

/** The options of a runtime, every one decided. */
export interface ResolvedOptions {
  readonly provider: Provider;
  readonly threads: number;
  readonly optimization: "disabled" | "basic" | "extended" | "all";
  readonly lowering: "plain" | "fused";
  readonly fallback: "refuse" | "allow";
  readonly profile: string | undefined;
}

/** Makes a session of a graph for a provider. @throws whatever the binding throws; BridgeError for initializers that don't fit */
export async function openSession(
  graph: Graph,
  options: ResolvedOptions,
  { initializers = {}, keepMemory = true, variableAxes = {} }: CompileOptions,
  resident?: readonly string[],
): Promise<Session> {
  const binding = await loadBinding();
  const { provider, threads, optimization, lowering, fallback, profile } = options;
  const externalData = Object.entries(initializers).map(([name, value]) => ({ path: name, data: bytesOf(graph, name, value) }));
  const model = writeOnnx(graph, { lowering, initializers: Object.keys(initializers), variableAxes });
  const onDevice = provider.name !== "cpu";
  const sessionOptions: SessionOptions = {
    executionProviders: [sessionProvider(provider)],
    intraOpNumThreads: threads,
    interOpNumThreads: 1,
    executionMode: "sequential",
    graphOptimizationLevel: optimization,
    // planning memory ahead costs up to twice the peak and saves no time
    enableMemPattern: false,
    enableCpuMemArena: keepMemory,
    externalData,
    extra: {
      session: {
        intra_op: { allow_spinning: "0" },
        ...(onDevice && fallback === "refuse" ? { disable_cpu_ep_fallback: "1" } : {}),
      },
    },
    // what goes wrong is thrown; the log would tell it a second time
    logSeverityLevel: 4,
    ...(resident === undefined
      ? {}
      : {
          preferredOutputLocation: Object.fromEntries(
            [...graph.outputs.keys()].map((name) => [name, resident.includes(name) ? "gpu-buffer" : "cpu"]),
          ),
        }),
    ...(profile === undefined ? {} : { enableProfiling: true, profileFilePrefix: profile }),
  };
  return binding.createSession(model, sessionOptions);
}

function bytesOf(graph: Graph, name: string, { data }: TensorValue): Uint8Array {
  const tensor = graph.inputs.get(name);
  if (tensor === undefined) throw new BridgeError("invalid-input", `the graph has no input "${name}" to make an initializer of`);
  const count = tensor.shape.reduce((product, size) => product * size, 1);
  if (count !== data.length) {
    throw new BridgeError(
      "shape-mismatch",
      `initializer "${name}" has ${data.length} elements; the graph wants [${tensor.shape.join(", ")}], which is ${count}`,
    );
  }
  return new Uint8Array(data.buffer, data.byteOffset, data.byteLength);
}
