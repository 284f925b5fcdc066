import { BridgeError, checkInputs, type Program, type TensorValue, type VariableAxes } from "@bridge-rl/spec";
import type { Tensor } from "@bridge-rl/tensor";
import type { Feed, Session } from "./internal/binding.js";
import { runSession } from "./internal/run-session.js";

/** A graph compiled by onnxruntime, whose inputs and outputs are arrays of this process. */
export class OnnxProgram implements Program {
  #session: Session | undefined;
  readonly #inputs: ReadonlyMap<string, Tensor>;
  readonly #outputs: readonly string[];
  readonly #variableAxes: VariableAxes;

  constructor(session: Session, inputs: ReadonlyMap<string, Tensor>, outputs: readonly string[], variableAxes: VariableAxes = {}) {
    this.#session = session;
    this.#inputs = inputs;
    this.#outputs = outputs;
    this.#variableAxes = variableAxes;
  }

  run(inputs: Readonly<Record<string, TensorValue>>): Record<string, TensorValue> {
    if (this.#session === undefined) throw new BridgeError("invalid-input", "the program was disposed; compile the graph again");
    checkInputs(this.#inputs, inputs, this.#variableAxes);
    const feeds: Record<string, Feed> = {};
    for (const [name, { dataType }] of this.#inputs) {
      const { data, shape } = inputs[name] as TensorValue;
      feeds[name] = { type: dataType, location: "cpu", data, dims: shape };
    }
    const results = runSession(this.#session, feeds, this.#outputs);
    return Object.fromEntries(Object.entries(results).map(([name, result]) => [name, { data: result.data, shape: result.dims }]));
  }

  dispose(): void {
    this.#session?.dispose();
    this.#session = undefined;
  }
}
