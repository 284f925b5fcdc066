import type { TensorData } from "./runtime.js";

/** Types of a tensor's elements, as tensor graphs name them. */
export type ElementType = "float32" | "float64" | "int32" | "int64" | "bool" | "int8" | "uint8";

interface ArrayType {
  new (length: number): TensorData;
  readonly prototype: TensorData;
}

/** The typed array that holds the elements of each type. */
export const arrayTypes: Readonly<Record<ElementType, ArrayType>> = {
  float32: Float32Array,
  float64: Float64Array,
  int32: Int32Array,
  int64: BigInt64Array,
  bool: Uint8Array,
  int8: Int8Array,
  uint8: Uint8Array,
};

/** The type that an array stands for where nothing else tells it; bytes are taken for truth values. */
export function elementTypeOf(data: TensorData): ElementType {
  if (data instanceof Float32Array) return "float32";
  if (data instanceof Float64Array) return "float64";
  if (data instanceof Int32Array) return "int32";
  if (data instanceof BigInt64Array) return "int64";
  return data instanceof Int8Array ? "int8" : "bool";
}
