import type { CompileOptions, Runtime } from "@bridge-rl/spec";
import type { Graph } from "@bridge-rl/tensor";
import { compileSession } from "./internal/compile-session.js";
import { deviceMemory } from "./internal/device-memory.js";
import { resolveOptions } from "./internal/resolve-options.js";
import { OnnxProgram } from "./onnx-program.js";
import { describeProvider, type Provider, type ProviderName } from "./provider.js";

export interface OnnxRuntimeOptions {
  /** Where graphs run; see `describeProvider` for what each needs. @defaultValue "cpu" */
  readonly provider?: ProviderName | Provider;
  /**
   * What becomes of operators that the provider has no kernel for: `refuse` throws when the graph is compiled, `allow` leaves them to the CPU,
   * with a copy of their operands in every run. @defaultValue "refuse"
   */
  readonly fallback?: "refuse" | "allow";
  /** Threads of one program on the CPU. All programs that run at once together should not have more than there are free cores. @defaultValue 1 */
  readonly threads?: number;
  /**
   * How far onnxruntime rewrites a graph. Above `basic` it fuses nodes into kernels that float64 doesn't have, and gains nothing
   * measurable. @defaultValue "basic"
   */
  readonly optimization?: "disabled" | "basic" | "extended" | "all";
  /** `plain` uses standard operators alone. @defaultValue "fused" on the CPU, else "plain" */
  readonly lowering?: "plain" | "fused";
  /** Writes a profile of every run to files that start so. @defaultValue off */
  readonly profile?: string;
}

/**
 * A runtime on onnxruntime-node. The library is loaded when the first graph is compiled.
 *
 * A program runs on the calling thread and blocks it: in a server, keep it in a worker. On the CPU, inputs are read where they are and outputs
 * are copied (about 1–2.5 ms per megabyte), so large values should enter rather than leave. On WebGPU, `runtime.device` keeps tensors on the
 * device between runs. Initializers are copied when a graph is compiled.
 *
 * @throws BridgeError `invalid-option`. `compile` throws `missing-dependency` where onnxruntime-node or what the provider needs is not there,
 *   `unsupported` for operators that the provider doesn't have
 */
export function createOnnxRuntime(options: OnnxRuntimeOptions = {}): Runtime<Graph> {
  const resolved = resolveOptions(options);
  const { residency, name } = describeProvider(resolved.provider.name);
  return {
    name: `onnx-${name}`,
    specVersion: 1,
    residency,
    variableAxes: name === "cpu",
    async compile(graph, compileOptions: CompileOptions = {}) {
      const session = await compileSession(graph, resolved, compileOptions);
      const inputs = [...graph.inputs].filter(([input]) => !(input in (compileOptions.initializers ?? {})));
      return new OnnxProgram(session, new Map(inputs), [...graph.outputs.keys()], compileOptions.variableAxes);
    },
    ...(residency === "device" ? { device: deviceMemory(resolved) } : {}),
  };
}
