import { TensorError } from "../tensor-error.js";

export type Shape = readonly number[];

export function formatShape(shape: Shape): string {
  return `[${shape.join(", ")}]`;
}

export function elementCount(shape: Shape): number {
  return shape.reduce((product, size) => product * size, 1);
}

export function sameShape(left: Shape, right: Shape): boolean {
  return left.length === right.length && left.every((size, axis) => size === right[axis]);
}

/** The shape two operands broadcast to (NumPy's rule). */
export function broadcastShapes(left: Shape, right: Shape, operation: string): number[] {
  const rank = Math.max(left.length, right.length);
  const result: number[] = [];
  for (let axis = 0; axis < rank; axis++) {
    const a = left[axis - rank + left.length] ?? 1;
    const b = right[axis - rank + right.length] ?? 1;
    if (a !== b && a !== 1 && b !== 1) {
      throw new TensorError("shape-mismatch", `${operation}: ${formatShape(left)} and ${formatShape(right)} don't broadcast to one shape`);
    }
    result.push(a === 1 ? b : a);
  }
  return result;
}

/** Turns an axis that may count from the end into 0 … rank−1. */
export function normalizeAxis(axis: number, rank: number, operation: string): number {
  const positive = axis < 0 ? axis + rank : axis;
  if (!Number.isInteger(positive) || positive < 0 || positive >= rank) {
    throw new TensorError("shape-mismatch", `${operation}: there is no axis ${axis} in a tensor of rank ${rank}`);
  }
  return positive;
}

export function sizeAt(shape: Shape, axis: number): number {
  const size = shape.at(axis);
  if (size === undefined) throw new TensorError("shape-mismatch", `there is no axis ${axis} in ${formatShape(shape)}`);
  return size;
}
