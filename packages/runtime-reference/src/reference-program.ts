import { BridgeError, checkInputs, type Program, type TensorValue } from "@bridge-rl/spec";
import type { Graph, Operation, Tensor } from "@bridge-rl/tensor";
import { planGraph, type Step, standardForm } from "./internal/plan.js";
import { elementCount, exportData, importData, type Value } from "./internal/value.js";

/** A graph that is interpreted operation by operation. */
export class ReferenceProgram implements Program {
  #steps: readonly Step[] | undefined;
  readonly #inputs: ReadonlyMap<string, Tensor>;
  readonly #outputs: ReadonlyMap<string, Tensor>;
  readonly #initializers: ReadonlyMap<string, Value>;

  /** @throws BridgeError `unsupported`, `invalid-input`, `shape-mismatch` */
  constructor(graph: Graph, initializers: Readonly<Record<string, TensorValue>>) {
    const forms = new Map<Operation, Tensor>();
    this.#steps = planGraph(graph, forms);
    this.#outputs = new Map([...graph.outputs].map(([name, tensor]) => [name, standardForm(tensor, forms)]));
    this.#initializers = new Map(Object.entries(initializers).map(([name, value]) => [name, initializer(graph, name, value)]));
    this.#inputs = new Map([...graph.inputs].filter(([name]) => !this.#initializers.has(name)));
  }

  run(inputs: Readonly<Record<string, TensorValue>>): Record<string, TensorValue> {
    if (this.#steps === undefined) throw new BridgeError("invalid-input", "the program was disposed; compile the graph again");
    checkInputs(this.#inputs, inputs);
    const outside = new Map(this.#initializers);
    for (const [name, { shape, dataType }] of this.#inputs) {
      const { data } = inputs[name] as TensorValue;
      outside.set(name, { shape, dataType, data: importData(data) });
    }
    const computed = new Map<Tensor["source"], readonly Value["data"][]>();
    const value = (tensor: Tensor): Value => ({ shape: tensor.shape, dataType: tensor.dataType, data: dataOf(tensor, outside, computed) });
    for (const { tensor, source, kernel, inputs: operands, lastUses } of this.#steps) {
      const { operator, attributes } = source;
      // every output of an operation counts by its own handle; the first one's shape steers the kernel
      computed.set(
        source,
        kernel({ operator, attributes, inputs: operands.map(value), shape: tensor.shape, dataType: firstType(tensor, operands) }),
      );
      for (const done of lastUses) computed.delete(done);
    }
    return Object.fromEntries([...this.#outputs].map(([name, tensor]) => [name, { data: exportData(value(tensor)), shape: tensor.shape }]));
  }

  dispose(): void {
    this.#steps = undefined;
  }
}

/** The type of an operation's first output, which another output's handle may stand for. */
function firstType(tensor: Tensor, [operand]: readonly Tensor[]): Tensor["dataType"] {
  return tensor.output === 0 || operand === undefined ? tensor.dataType : operand.dataType;
}

function dataOf(
  { source, output }: Tensor,
  outside: ReadonlyMap<string, Value>,
  computed: ReadonlyMap<Tensor["source"], readonly Value["data"][]>,
): Value["data"] {
  const data =
    source.kind === "constant"
      ? importData(source.data)
      : source.kind === "input"
        ? outside.get(source.name)?.data
        : computed.get(source)?.[output];
  if (data === undefined) throw new BridgeError("internal", "a value was needed before it was computed");
  return data;
}

function initializer(graph: Graph, name: string, { data }: TensorValue): Value {
  const tensor = graph.inputs.get(name);
  if (tensor === undefined) throw new BridgeError("invalid-input", `the graph has no input "${name}" to make an initializer of`);
  const { shape, dataType } = tensor;
  if (data.length !== elementCount(shape)) {
    throw new BridgeError("shape-mismatch", `initializer "${name}" has ${data.length} elements; the graph wants [${shape.join(", ")}]`);
  }
  return { shape, dataType, data: importData(data.slice()) };
}
