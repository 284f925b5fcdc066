import {
  BridgeError,
  type CompileOnDeviceOptions,
  type CompileOptions,
  type DeviceMemory,
  type DeviceProgram,
  type DeviceTensor,
  elementTypeOf,
  type Runtime,
  type TensorValue,
} from "@bridge-rl/spec";
import type { Graph } from "@bridge-rl/tensor";
import { ReferenceProgram } from "./reference-program.js";

/**
 * A runtime in plain TypeScript: each operation is a loop over its elements, in float64 whatever the graph's float type, with one rounding at
 * the outputs. It depends on nothing, runs anywhere, gives the same bits everywhere, and is some hundred times slower than a library.
 *
 * Its device memory is ordinary memory, so that whatever keeps tensors on a device can be tested without one.
 *
 * @throws BridgeError from `compile`: `unsupported` for an operator that it doesn't have
 */
export function createReferenceRuntime(): Runtime<Graph> & { readonly device: DeviceMemory<Graph> } {
  return {
    name: "reference",
    specVersion: 1,
    compile: async (graph, { initializers = {} }: CompileOptions = {}) => new ReferenceProgram(graph, initializers),
    device: {
      async compile(graph, { initializers = {}, resident }: CompileOnDeviceOptions): Promise<DeviceProgram> {
        for (const name of resident) {
          if (!graph.outputs.has(name)) throw new BridgeError("invalid-input", `the graph has no output "${name}" to keep on the device`);
        }
        return onDevice(graph, new ReferenceProgram(graph, initializers), new Set(resident));
      },
      upload: async ({ data, shape }) => new HostTensor({ data: data.slice(), shape }, elementTypeOf(data)),
      async download(tensor) {
        const { data, shape } = contents(tensor);
        return { data: data.slice(), shape };
      },
    },
  };
}

/** A tensor that plays at being on a device. */
class HostTensor implements DeviceTensor {
  readonly shape: readonly number[];
  readonly dataType: string;
  value: TensorValue | undefined;

  constructor(value: TensorValue, dataType: string) {
    this.shape = value.shape;
    this.dataType = dataType;
    this.value = value;
  }

  dispose(): void {
    this.value = undefined;
  }
}

function onDevice(graph: Graph, program: ReferenceProgram, resident: ReadonlySet<string>): DeviceProgram {
  return {
    run(inputs) {
      const feeds = Object.entries(inputs).map(([name, value]) => [name, "data" in value ? value : contents(value)] as const);
      const results = Object.entries(program.run(Object.fromEntries(feeds)));
      const kept = results.filter(([name]) => resident.has(name));
      return {
        values: Object.fromEntries(results.filter(([name]) => !resident.has(name))),
        resident: Object.fromEntries(
          kept.map(([name, value]) => [name, new HostTensor(value, graph.outputs.get(name)?.dataType ?? elementTypeOf(value.data))]),
        ),
      };
    },
    dispose: () => program.dispose(),
  };
}

function contents(tensor: DeviceTensor): TensorValue {
  if (!(tensor instanceof HostTensor)) throw new BridgeError("invalid-input", "the tensor belongs to another runtime's device");
  if (tensor.value === undefined) throw new BridgeError("invalid-input", "the tensor was disposed; it cannot enter a run");
  return tensor.value;
}
