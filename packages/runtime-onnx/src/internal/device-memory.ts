import {
  BridgeError,
  type CompileOnDeviceOptions,
  checkInputs,
  type DeviceMemory,
  type DeviceProgram,
  type DeviceTensor,
  elementTypeOf,
  type TensorValue,
} from "@bridge-rl/spec";
import { type DataType, Graph, type Tensor } from "@bridge-rl/tensor";
import type { Feed, Result, Session } from "./binding.js";
import { compileSession } from "./compile-session.js";
import type { ResolvedOptions } from "./open-session.js";
import { runSession } from "./run-session.js";

/** A tensor in a device's memory, as the binding holds it. */
class GpuTensor implements DeviceTensor {
  readonly shape: readonly number[];
  readonly dataType: DataType;
  #result: Result | undefined;

  constructor(result: Result, dataType: DataType) {
    this.shape = result.dims;
    this.dataType = dataType;
    this.#result = result;
  }

  get feed(): Feed {
    if (this.#result === undefined) throw new BridgeError("invalid-input", "the tensor was disposed; it cannot enter a run");
    return { type: this.dataType, location: "gpu-buffer", gpuBuffer: this.#result.gpuBuffer, dims: this.shape };
  }

  dispose(): void {
    this.#result?.dispose();
    this.#result = undefined;
  }
}

/**
 * Tensors that stay on the device between runs.
 *
 * The binding has neither upload nor download (reading a buffer's data ends the process), so each is a program that passes its input on: one
 * per shape, kept, since a model has few.
 */
export function deviceMemory(options: ResolvedOptions): DeviceMemory<Graph> {
  const passes = new Map<string, Promise<DeviceProgram>>();
  const pass = (direction: "up" | "down", dataType: DataType, shape: readonly number[]): Promise<DeviceProgram> => {
    const key = `${direction} ${dataType} ${shape.join()}`;
    const known = passes.get(key) ?? compile(passingGraph(dataType, shape), { resident: direction === "up" ? ["value"] : [] });
    passes.set(key, known);
    return known;
  };
  async function compile(graph: Graph, { resident, ...rest }: CompileOnDeviceOptions): Promise<DeviceProgram> {
    for (const name of resident) {
      if (!graph.outputs.has(name)) throw new BridgeError("invalid-input", `the graph has no output "${name}" to keep on the device`);
    }
    const session = await compileSession(graph, options, rest, resident);
    const inputs = [...graph.inputs].filter(([name]) => !(name in (rest.initializers ?? {})));
    return new OnnxDeviceProgram(session, new Map(inputs), graph.outputs);
  }
  return {
    compile,
    async upload(value) {
      const program = await pass("up", elementTypeOf(value.data), value.shape);
      return program.run({ input: value }).resident.value as DeviceTensor;
    },
    async download(tensor) {
      const { dataType, shape } = gpuTensor(tensor);
      const program = await pass("down", dataType, shape);
      return program.run({ input: tensor }).values.value as TensorValue;
    },
  };
}

function passingGraph(dataType: DataType, shape: readonly number[]): Graph {
  const graph = new Graph();
  graph.output("value", graph.input("input", shape, dataType));
  return graph;
}

class OnnxDeviceProgram implements DeviceProgram {
  #session: Session | undefined;
  readonly #inputs: ReadonlyMap<string, Tensor>;
  readonly #outputs: ReadonlyMap<string, Tensor>;

  constructor(session: Session, inputs: ReadonlyMap<string, Tensor>, outputs: ReadonlyMap<string, Tensor>) {
    this.#session = session;
    this.#inputs = inputs;
    this.#outputs = outputs;
  }

  run(inputs: Readonly<Record<string, TensorValue | DeviceTensor>>): {
    values: Record<string, TensorValue>;
    resident: Record<string, DeviceTensor>;
  } {
    if (this.#session === undefined) throw new BridgeError("invalid-input", "the program was disposed; compile the graph again");
    checkInputs(this.#inputs, inputs);
    const feeds: Record<string, Feed> = {};
    for (const [name, { dataType, shape }] of this.#inputs) {
      const value = inputs[name] as TensorValue | DeviceTensor;
      feeds[name] = "data" in value ? { type: dataType, location: "cpu", data: value.data, dims: shape } : gpuTensor(value).feed;
    }
    const results = runSession(this.#session, feeds, [...this.#outputs.keys()]);
    const values: Record<string, TensorValue> = {};
    const resident: Record<string, DeviceTensor> = {};
    for (const [name, result] of Object.entries(results)) {
      const { dataType } = this.#outputs.get(name) as Tensor;
      if (result.location === "gpu-buffer") resident[name] = new GpuTensor(result, dataType);
      else values[name] = { data: result.data, shape: result.dims };
    }
    return { values, resident };
  }

  dispose(): void {
    this.#session?.dispose();
    this.#session = undefined;
  }
}

function gpuTensor(tensor: DeviceTensor): GpuTensor {
  if (!(tensor instanceof GpuTensor)) throw new BridgeError("invalid-input", "the tensor belongs to another runtime's device");
  return tensor;
}
