import type { DataOf, DataType } from "./data-type.js";
import { elementCount, formatShape } from "./internal/shape.js";
import type { Attribute, Derivative, Operation, Source, Tensor } from "./tensor.js";
import { TensorError } from "./tensor-error.js";

/** What an operation is made of; see `Graph.operation`. */
export interface OperationSpecification {
  readonly operator: string;
  readonly domain?: "" | "com.microsoft";
  readonly inputs: readonly Tensor[];
  readonly attributes?: Readonly<Record<string, Attribute>>;
  /** Shape and type of every output. */
  readonly outputs: readonly { readonly shape: readonly number[]; readonly dataType: DataType }[];
  readonly plain?: () => Tensor;
  /** Of the first output. */
  readonly derivative?: (output: Tensor) => Derivative;
}

/**
 * A program under construction: named inputs, constants, operations and named outputs, all of static shape.
 *
 * Equal operations on equal operands are one node, so a common subexpression is computed once.
 */
export class Graph {
  readonly #inputs = new Map<string, Tensor>();
  readonly #outputs = new Map<string, Tensor>();
  readonly #known = new Map<string, readonly Tensor[]>();
  readonly #constants = new Map<string, readonly Tensor[]>();
  #nextId = 0;

  get inputs(): ReadonlyMap<string, Tensor> {
    return this.#inputs;
  }

  get outputs(): ReadonlyMap<string, Tensor> {
    return this.#outputs;
  }

  /** Declares an input. @throws TensorError `invalid-input` for a name that is taken, `shape-mismatch` for sizes that are none */
  input(name: string, shape: readonly number[], dataType: DataType = "float32"): Tensor {
    this.#requireFreeName(name);
    requireSizes(`input "${name}"`, shape);
    const tensor = this.#tensor(shape, dataType, { kind: "input", name });
    this.#inputs.set(name, tensor);
    return tensor;
  }

  /** A tensor whose elements are written into the program. */
  constant<Type extends DataType>(data: DataOf[Type], shape: readonly number[], dataType: Type): Tensor {
    requireSizes("constant", shape);
    if (data.length !== elementCount(shape)) {
      throw new TensorError("shape-mismatch", `constant: ${data.length} elements don't fill the shape ${formatShape(shape)}`);
    }
    const alike = `${dataType} ${shape.join()} ${hash(data)}`;
    const candidates = this.#constants.get(alike) ?? [];
    const known = candidates.find(({ source }) => source.kind === "constant" && sameBytes(source.data, data));
    if (known) return known;
    const made = this.#tensor(shape, dataType, { kind: "constant", data });
    this.#constants.set(alike, [...candidates, made]);
    return made;
  }

  /** One number as a tensor of rank 0. */
  scalar(value: number, dataType: DataType): Tensor {
    switch (dataType) {
      case "float32":
        return this.constant(Float32Array.of(value), [], dataType);
      case "float64":
        return this.constant(Float64Array.of(value), [], dataType);
      case "int32":
        return this.constant(Int32Array.of(value), [], dataType);
      case "int64":
        return this.constant(BigInt64Array.of(BigInt(value)), [], dataType);
      case "bool":
        return this.constant(Uint8Array.of(value), [], dataType);
      case "int8":
        return this.constant(Int8Array.of(value), [], dataType);
      case "uint8":
        return this.constant(Uint8Array.of(value), [], dataType);
    }
  }

  /** Shapes, axes and starts, as ONNX wants them. */
  integers(values: readonly number[]): Tensor {
    return this.constant(BigInt64Array.from(values, BigInt), [values.length], "int64");
  }

  /** Gives a tensor a name by which a run returns it. */
  output(name: string, tensor: Tensor): void {
    this.#requireFreeName(name);
    if (tensor.graph !== this) throw new TensorError("invalid-input", `output "${name}" belongs to another graph`);
    this.#outputs.set(name, tensor);
  }

  /** Adds an operation with all its outputs, or finds the same one. For writing operators that this package doesn't have. */
  operations(specification: OperationSpecification): readonly Tensor[] {
    const { operator, domain = "", inputs, attributes = {}, outputs, plain, derivative } = specification;
    for (const input of inputs) {
      if (input.graph !== this) throw new TensorError("invalid-input", `${operator}: an operand belongs to another graph`);
    }
    for (const output of outputs) requireSizes(operator, output.shape);
    const result = outputs.map((each) => `${each.dataType}${each.shape.join()}`).join(";");
    const key = `${domain}.${operator} ${inputs.map((input) => input.id).join()} ${JSON.stringify(attributes)} ${result}`;
    return this.#once(key, () => {
      const source: Operation = {
        kind: "operation",
        operator,
        domain,
        inputs,
        attributes,
        outputs: outputs.length,
        ...(plain === undefined ? {} : { plain }),
      };
      return outputs.map(({ shape, dataType }, index) =>
        this.#tensor(shape, dataType, source, index, index === 0 ? derivative : undefined),
      );
    });
  }

  /** An operation of one output. */
  operation(specification: OperationSpecification): Tensor {
    return first(this.operations(specification));
  }

  /** The same value with a derivative of its own, for a formula whose parts need not be differentiated one by one. */
  withDerivative(tensor: Tensor, derivative: Derivative): Tensor {
    return this.#tensor(tensor.shape, tensor.dataType, tensor.source, tensor.output, () => derivative);
  }

  /** The same value, through which no gradient flows. */
  detach(tensor: Tensor): Tensor {
    return this.#tensor(tensor.shape, tensor.dataType, tensor.source, tensor.output);
  }

  #requireFreeName(name: string): void {
    if (this.#inputs.has(name) || this.#outputs.has(name) || name === "" || name === "__proto__" || name.startsWith("%")) {
      throw new TensorError("invalid-input", `"${name}" cannot name an input or output: it is taken, empty, reserved, or starts with %`);
    }
  }

  #once(key: string, make: () => readonly Tensor[]): readonly Tensor[] {
    const known = this.#known.get(key);
    if (known) return known;
    const made = make();
    this.#known.set(key, made);
    return made;
  }

  #tensor(shape: readonly number[], dataType: DataType, source: Source, output = 0, derivative?: (tensor: Tensor) => Derivative): Tensor {
    const tensor: Tensor & { derivative?: Derivative } = { graph: this, id: this.#nextId++, shape, dataType, source, output };
    if (derivative) Object.assign(tensor, { derivative: derivative(tensor) });
    return tensor;
  }
}

function requireSizes(what: string, shape: readonly number[]): void {
  if (!shape.every((size) => Number.isSafeInteger(size) && size >= 0)) {
    throw new TensorError("shape-mismatch", `${what} cannot have shape ${formatShape(shape)}; sizes are whole numbers of at least 0`);
  }
  if (!Number.isSafeInteger(elementCount(shape))) {
    throw new TensorError("shape-mismatch", `${what} cannot have shape ${formatShape(shape)}; that is more elements than can be counted`);
  }
}

function first(tensors: readonly Tensor[]): Tensor {
  const tensor = tensors[0];
  if (tensor === undefined) throw new TensorError("invalid-input", "an operation needs at least one output");
  return tensor;
}

function bytesOf(data: DataOf[DataType]): Uint8Array {
  return new Uint8Array(data.buffer, data.byteOffset, data.byteLength);
}

function sameBytes(one: DataOf[DataType], other: DataOf[DataType]): boolean {
  const others = bytesOf(other);
  return bytesOf(one).every((byte, index) => byte === others[index]);
}

/** FNV-1a of 32 bits, to tell most constants apart without comparing them. */
function hash(data: DataOf[DataType]): number {
  let value = 0x811c9dc5;
  for (const byte of bytesOf(data)) value = Math.imul(value ^ byte, 0x01000193);
  return value >>> 0;
}
