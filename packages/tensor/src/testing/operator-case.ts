import type { DataOf, DataType } from "../data-type.js";
import type { Graph } from "../graph.js";
import { elementCount } from "../internal/shape.js";
import type { Tensor } from "../tensor.js";

/** An input of a case with its elements. */
export interface CaseInput {
  readonly shape: readonly number[];
  readonly dataType: DataType;
  readonly values: readonly number[];
}

/** One operator on given elements, and what comes out by a formula that shares nothing with any runtime. */
export interface OperatorCase {
  readonly name: string;
  readonly inputs: readonly CaseInput[];
  readonly build: (inputs: readonly Tensor[], graph: Graph) => Tensor;
  readonly shape: readonly number[];
  readonly dataType: DataType;
  readonly expected: readonly number[];
}

/** Elements between −2 and 2 that follow no pattern an operator could hide behind. */
export function floats(dataType: DataType, shape: readonly number[], offset = 0): CaseInput {
  return {
    shape,
    dataType,
    values: Array.from({ length: elementCount(shape) }, (_, index) => 2 * Math.sin(12.9898 * (index + 1 + offset))),
  };
}

/** Elements between 0.5 and 2.5. */
export function positives(dataType: DataType, shape: readonly number[], offset = 0): CaseInput {
  const { values } = floats(dataType, shape, offset);
  return { shape, dataType, values: values.map((value) => 0.5 + Math.abs(value)) };
}

export function given(dataType: DataType, shape: readonly number[], values: readonly number[]): CaseInput {
  return { shape, dataType, values };
}

/** Elements as an array of their type; floats are rounded to it. */
export function arrayOf(dataType: DataType, values: readonly number[]): DataOf[DataType] {
  switch (dataType) {
    case "float32":
      return Float32Array.from(values);
    case "float64":
      return Float64Array.from(values);
    case "int32":
      return Int32Array.from(values);
    case "int64":
      return BigInt64Array.from(values, BigInt);
    case "bool":
    case "uint8":
      return Uint8Array.from(values);
    case "int8":
      return Int8Array.from(values);
  }
}

/** The elements as a runtime sees them. */
export function rounded({ dataType, values }: CaseInput): number[] {
  return Array.from(arrayOf(dataType, values) as ArrayLike<number | bigint>, Number);
}

/** Index tuples of a shape, the last axis fastest. */
export function positions(shape: readonly number[]): number[][] {
  return shape.reduce<number[][]>(
    (all, size) => all.flatMap((position) => Array.from({ length: size }, (_, index) => [...position, index])),
    [[]],
  );
}

/** Reads elements by index tuple, with NumPy's broadcasting. */
export function reader(input: CaseInput): (position: readonly number[]) => number {
  const values = rounded(input);
  return (position) => {
    const own = position.slice(position.length - input.shape.length);
    return values[input.shape.reduce((flat, size, axis) => flat * size + (size === 1 ? 0 : (own[axis] as number)), 0)] as number;
  };
}
