import { isFloat } from "../data-type.js";
import type { Tensor } from "../tensor.js";
import { TensorError } from "../tensor-error.js";
import { formatShape } from "./shape.js";

/** A tensor, or a number that takes the type of the other operand. */
export type Operand = Tensor | number;

export function operands(left: Operand, right: Operand, operation: string): [Tensor, Tensor] {
  if (typeof left === "number" && typeof right === "number") {
    throw new TensorError("invalid-input", `${operation}: one operand has to be a tensor`);
  }
  const a = typeof left === "number" ? (right as Tensor).graph.scalar(left, (right as Tensor).dataType) : left;
  const b = typeof right === "number" ? a.graph.scalar(right, a.dataType) : right;
  if (a.dataType !== b.dataType) {
    throw new TensorError("shape-mismatch", `${operation}: ${describe(a)} and ${describe(b)} differ in type; cast one of them`);
  }
  return [a, b];
}

export function describe(tensor: Tensor): string {
  return `${tensor.dataType} ${formatShape(tensor.shape)}`;
}

export function requireFloat(tensor: Tensor, operation: string): void {
  if (!isFloat(tensor.dataType)) throw new TensorError("shape-mismatch", `${operation} needs a float tensor, not ${describe(tensor)}`);
}

export function requireInteger(tensor: Tensor, operation: string): void {
  if (tensor.dataType !== "int32" && tensor.dataType !== "int64") {
    throw new TensorError("shape-mismatch", `${operation} needs int32 or int64 indices, not ${describe(tensor)}`);
  }
}
