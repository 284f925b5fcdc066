import { BridgeError, type Program, type TensorData, type TensorValue } from "@bridge-rl/spec";
import type { DataType, Tensor } from "@bridge-rl/tensor";
import type { Feed, Session } from "./internal/binding.js";

const arrayOf: Readonly<Record<DataType, new (length: number) => TensorData>> = {
  float32: Float32Array,
  float64: Float64Array,
  int32: Int32Array,
  int64: BigInt64Array,
  bool: Uint8Array,
};

/** A graph compiled by onnxruntime. */
export class OnnxProgram implements Program {
  #session: Session | undefined;
  readonly #inputs: ReadonlyMap<string, Tensor>;
  readonly #fetches: Readonly<Record<string, null>>;

  constructor(session: Session, inputs: ReadonlyMap<string, Tensor>, outputs: readonly string[]) {
    this.#session = session;
    this.#inputs = inputs;
    this.#fetches = Object.fromEntries(outputs.map((name) => [name, null]));
  }

  run(inputs: Readonly<Record<string, TensorValue>>): Record<string, TensorValue> {
    if (this.#session === undefined) throw new BridgeError("invalid-input", "the program was disposed; compile the graph again");
    const feeds: Record<string, Feed> = {};
    for (const [name, tensor] of this.#inputs) {
      const value = inputs[name];
      if (value === undefined) throw new BridgeError("invalid-input", `input "${name}" is missing; the program needs it`);
      check(name, tensor, value);
      feeds[name] = { type: tensor.dataType, location: "cpu", data: value.data, dims: tensor.shape };
    }
    for (const name of Object.keys(inputs)) {
      if (!this.#inputs.has(name)) {
        throw new BridgeError("invalid-input", `the program has no input "${name}"; it has ${[...this.#inputs.keys()].join(", ")}`);
      }
    }
    const results = run(this.#session, feeds, this.#fetches);
    return Object.fromEntries(Object.entries(results).map(([name, result]) => [name, { data: result.data, shape: result.dims }]));
  }

  dispose(): void {
    this.#session?.dispose();
    this.#session = undefined;
  }
}

function check(name: string, tensor: Tensor, { data, shape }: TensorValue): void {
  if (!(data instanceof arrayOf[tensor.dataType])) {
    throw new BridgeError("invalid-input", `input "${name}" is a ${data.constructor.name}; the program wants ${tensor.dataType}`);
  }
  if (shape.length !== tensor.shape.length || !shape.every((size, axis) => size === tensor.shape[axis])) {
    throw new BridgeError("shape-mismatch", `input "${name}" is [${shape.join(", ")}]; the program wants [${tensor.shape.join(", ")}]`);
  }
  const count = shape.reduce((product, size) => product * size, 1);
  if (data.length !== count) {
    throw new BridgeError("shape-mismatch", `input "${name}" holds ${data.length} elements; [${shape.join(", ")}] has ${count}`);
  }
}

function run(session: Session, feeds: Readonly<Record<string, Feed>>, fetches: Readonly<Record<string, null>>): ReturnType<Session["run"]> {
  try {
    return session.run(feeds, fetches, {});
  } catch (cause) {
    const reason = cause instanceof Error ? cause.message : String(cause);
    throw new BridgeError("invalid-input", `onnxruntime could not run the program: ${reason}`, { cause });
  }
}
