import { type DataType, isFloat } from "./data-type.js";
import { onnxType } from "./internal/onnx-type.js";
import type { Tensor } from "./tensor.js";

/** Converts elements to another type. The gradient flows between float types alone. */
export function cast(input: Tensor, dataType: DataType): Tensor {
  if (input.dataType === dataType) return input;
  return input.graph.operation({
    operator: "Cast",
    inputs: [input],
    attributes: { to: onnxType[dataType] },
    outputs: [{ shape: input.shape, dataType }],
    ...(isFloat(dataType) && isFloat(input.dataType)
      ? { derivative: () => ({ inputs: [input], pull: (gradient: Tensor) => [cast(gradient, input.dataType)] }) }
      : {}),
  });
}
