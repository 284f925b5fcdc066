import type { DataType } from "../data-type.js";

/** `TensorProto.DataType` of ONNX. */
export const onnxType: Readonly<Record<DataType, number>> = { float32: 1, uint8: 2, int8: 3, int32: 6, int64: 7, bool: 9, float64: 11 };
