import type { DataOf, DataType } from "./data-type.js";
import type { Graph } from "./graph.js";
import { onnxType } from "./internal/onnx-type.js";
import { ProtobufWriter } from "./internal/protobuf.js";
import type { Attribute, Operation, Tensor } from "./tensor.js";
import { TensorError } from "./tensor-error.js";

export interface WriteOnnxOptions {
  /**
   * `plain` writes standard operators only, for any provider and type; `fused` also uses onnxruntime's own, which its CPU provider has
   * for float32. Operators on float64 are always written plain. @defaultValue "fused"
   */
  readonly lowering?: "plain" | "fused";
  /**
   * Inputs that become initializers, by name. Their data is not written: the model refers to external data whose location is the
   * input's name. @defaultValue none
   */
  readonly initializers?: readonly string[];
  /** Axes of inputs whose size is left open: by input name, the number of each and what its size is called. @defaultValue none */
  readonly variableAxes?: Readonly<Record<string, Readonly<Record<number, string>>>>;
}

/** The ONNX model of what the graph's outputs need: IR version 10, operator set 21, and onnxruntime's own operators. */
export function writeOnnx(graph: Graph, options: WriteOnnxOptions = {}): Uint8Array {
  const { lowering = "fused", initializers = [], variableAxes = {} } = options;
  for (const name of initializers) {
    if (!graph.inputs.has(name)) throw new TensorError("invalid-input", `the graph has no input "${name}" to make an initializer of`);
  }
  const body = new GraphBody(lowering);
  const resolved = [...graph.outputs].map(([name, tensor]) => ({ name, tensor, value: body.value(tensor) }));
  for (const { name, value } of resolved) body.alias(value, name);
  return new ProtobufWriter()
    .integer(1, 10)
    .text(2, "bridge-rl")
    .message(7, (writer) => {
      for (const node of body.nodes) writer.bytes(1, node);
      writer.text(2, "graph");
      for (const constant of body.constants) writer.bytes(5, constant);
      for (const [name, tensor] of graph.inputs) {
        if (initializers.includes(name)) writer.message(5, (inner) => writeExternal(inner, name, tensor));
        else writer.message(11, (inner) => writeValueInfo(inner, name, tensor, variableAxes[name]));
      }
      // where sizes are left open, the shapes of outputs follow from those of inputs
      const written = Object.keys(variableAxes).length === 0 ? writeValueInfo : writeType;
      for (const { name, tensor } of resolved) writer.message(12, (inner) => written(inner, name, tensor));
    })
    .message(8, (writer) => writer.text(1, "").integer(2, 21))
    .message(8, (writer) => writer.text(1, "com.microsoft").integer(2, 1))
    .finish();
}

/** Collects nodes and constants in an order in which each follows what it needs. */
class GraphBody {
  readonly nodes: Uint8Array[] = [];
  readonly constants: Uint8Array[] = [];
  readonly #names = new Map<Tensor["source"], readonly string[]>();
  readonly #written = new Map<string, readonly string[]>();
  readonly #lowering: "plain" | "fused";
  #count = 0;

  constructor(lowering: "plain" | "fused") {
    this.#lowering = lowering;
  }

  /** The name of a tensor's value. Works through a list, since a deep graph would exhaust the stack. */
  value(tensor: Tensor): string {
    const pending = [tensor];
    for (let current = pending.at(-1); current !== undefined; current = pending.at(-1)) {
      const missing = this.#needed(current).filter((each) => !this.#names.has(each.source));
      if (missing.length > 0) {
        pending.push(...missing);
        continue;
      }
      pending.pop();
      if (!this.#names.has(current.source)) this.#names.set(current.source, this.#write(current));
    }
    return this.#known(tensor);
  }

  /** A second name for a value. */
  alias(value: string, name: string): void {
    this.nodes.push(encodeNode("Identity", "", [value], [name], {}));
  }

  readonly #expansions = new Map<Operation, Tensor>();

  #expansion(source: Operation, dataType: DataType): Tensor | undefined {
    if (source.plain === undefined || (this.#lowering === "fused" && dataType === "float32")) return undefined;
    const known = this.#expansions.get(source) ?? source.plain();
    this.#expansions.set(source, known);
    return known;
  }

  #needed(tensor: Tensor): readonly Tensor[] {
    const { source } = tensor;
    if (source.kind !== "operation" || this.#names.has(source)) return [];
    const expansion = this.#expansion(source, tensor.dataType);
    return expansion ? [expansion] : source.inputs;
  }

  #known(tensor: Tensor): string {
    const name = this.#names.get(tensor.source)?.[tensor.output];
    if (name === undefined) throw new TensorError("invalid-input", "a tensor was used before it was written");
    return name;
  }

  #write(tensor: Tensor): readonly string[] {
    const { source } = tensor;
    if (source.kind === "input") return [source.name];
    if (source.kind === "constant") {
      const name = `%${this.#count++}`;
      this.constants.push(encodeConstant(name, tensor.shape, tensor.dataType, source.data));
      return [name];
    }
    const expansion = this.#expansion(source, tensor.dataType);
    if (expansion) return [this.#known(expansion)];
    const inputs = source.inputs.map((input) => this.#known(input));
    // handles that differ in their derivative alone are one value here
    const key = `${source.domain}.${source.operator} ${inputs.join()} ${JSON.stringify(source.attributes)}`;
    const written = this.#written.get(key);
    if (written) return written;
    const outputs = Array.from({ length: source.outputs }, () => `%${this.#count++}`);
    this.#written.set(key, outputs);
    this.nodes.push(encodeNode(source.operator, source.domain, inputs, outputs, source.attributes));
    return outputs;
  }
}

function encodeNode(
  operator: string,
  domain: string,
  inputs: readonly string[],
  outputs: readonly string[],
  attributes: Readonly<Record<string, Attribute>>,
): Uint8Array {
  const writer = new ProtobufWriter();
  for (const input of inputs) writer.text(1, input);
  for (const output of outputs) writer.text(2, output);
  // profiles tell nodes by name
  writer.text(3, `${operator}_${outputs[0] ?? ""}`).text(4, operator);
  for (const [name, value] of Object.entries(attributes)) writer.message(5, (inner) => writeAttribute(inner, name, value));
  return writer.text(7, domain).finish();
}

/** Fields and type numbers of `AttributeProto`. */
function writeAttribute(writer: ProtobufWriter, name: string, value: Attribute): void {
  writer.text(1, name);
  if (typeof value === "number") writer.integer(3, value).integer(20, 2);
  else if (typeof value === "string") writer.text(4, value).integer(20, 3);
  else if ("float" in value) writer.float(2, value.float).integer(20, 1);
  else {
    for (const each of value) writer.integer(8, each);
    writer.integer(20, 7);
  }
}

function writeTensorHead(writer: ProtobufWriter, name: string, shape: readonly number[], dataType: DataType): void {
  for (const size of shape) writer.integer(1, size);
  writer.integer(2, onnxType[dataType]).text(8, name);
}

function encodeConstant(name: string, shape: readonly number[], dataType: DataType, data: DataOf[DataType]): Uint8Array {
  const writer = new ProtobufWriter();
  writeTensorHead(writer, name, shape, dataType);
  return writer.bytes(9, new Uint8Array(data.buffer, data.byteOffset, data.byteLength)).finish();
}

function writeExternal(writer: ProtobufWriter, name: string, tensor: Tensor): void {
  writeTensorHead(writer, name, tensor.shape, tensor.dataType);
  writer.message(13, (entry) => entry.text(1, "location").text(2, name)).integer(14, 1);
}

/** A value's element type, without a shape. */
function writeType(writer: ProtobufWriter, name: string, { dataType }: Tensor): void {
  writer.text(1, name).message(2, (type) => type.message(1, (tensorType) => tensorType.integer(1, onnxType[dataType])));
}

function writeValueInfo(writer: ProtobufWriter, name: string, tensor: Tensor, variableAxes: Readonly<Record<number, string>> = {}): void {
  writer.text(1, name).message(2, (type) =>
    type.message(1, (tensorType) => {
      tensorType.integer(1, onnxType[tensor.dataType]).message(2, (shape) => {
        for (const [axis, size] of tensor.shape.entries()) {
          const called = variableAxes[axis];
          shape.message(1, (dimension) => (called === undefined ? dimension.integer(1, size) : dimension.text(2, called)));
        }
      });
    }),
  );
}
