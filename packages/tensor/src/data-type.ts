/**
 * Element types. `float64` exists for checking derivatives; `int32` and `int64` for ids and positions; `int8` for quantized weights, and `uint8`
 * for the rows that they meet.
 */
export type DataType = "float32" | "float64" | "int32" | "int64" | "bool" | "int8" | "uint8";

/** The typed array that holds the elements of each type. */
export interface DataOf {
  float32: Float32Array;
  float64: Float64Array;
  int32: Int32Array;
  int64: BigInt64Array;
  bool: Uint8Array;
  int8: Int8Array;
  uint8: Uint8Array;
}

export function isFloat(dataType: DataType): dataType is "float32" | "float64" {
  return dataType === "float32" || dataType === "float64";
}
