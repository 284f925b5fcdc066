import type { DataOf, DataType } from "./data-type.js";
import type { Graph } from "./graph.js";

/** An attribute of an operator. Floats are marked, since 1 would otherwise be written as an integer. */
export type Attribute = number | string | readonly number[] | { readonly float: number };

/** One operator of the graph, as ONNX has it. */
export interface Operation {
  readonly kind: "operation";
  readonly operator: string;
  /** "" is ONNX's own, "com.microsoft" holds onnxruntime's. */
  readonly domain: string;
  readonly inputs: readonly Tensor[];
  readonly attributes: Readonly<Record<string, Attribute>>;
  readonly outputs: number;
  /** The same result by standard operators, for an operator that only some providers and types have. */
  readonly plain?: () => Tensor;
}

interface InputSource {
  readonly kind: "input";
  readonly name: string;
}

interface ConstantSource {
  readonly kind: "constant";
  readonly data: DataOf[DataType];
}

/** Where a tensor's elements come from. */
export type Source = InputSource | ConstantSource | Operation;

/**
 * The reverse-mode derivative of one tensor: from the gradient with respect to it to the gradient with respect to each of `inputs`.
 * `undefined` stands for zero.
 */
export interface Derivative {
  readonly inputs: readonly Tensor[];
  pull(gradient: Tensor, wanted: readonly boolean[]): readonly (Tensor | undefined)[];
}

/** A value in a graph: shape and type are known, elements only when a runtime runs it. Made by the functions of this package. */
export interface Tensor {
  readonly graph: Graph;
  /** Larger than that of every tensor it is computed from. */
  readonly id: number;
  readonly shape: readonly number[];
  readonly dataType: DataType;
  readonly source: Source;
  /** Which output of the operation it is. */
  readonly output: number;
  /** Absent where nothing flows back: inputs, constants, integers. */
  readonly derivative?: Derivative;
}
