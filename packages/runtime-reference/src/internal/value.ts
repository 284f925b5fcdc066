import { arrayTypes, type TensorData } from "@bridge-rl/spec";
import type { DataType } from "@bridge-rl/tensor";

/** Elements of any type; floats of either width are held as float64. */
export interface Elements {
  readonly length: number;
  [index: number]: number | bigint;
}

/** A tensor while a program runs. */
export interface Value {
  readonly shape: readonly number[];
  readonly dataType: DataType;
  readonly data: Elements;
}

export function allocate(dataType: DataType, count: number): Elements {
  return dataType === "float32" ? new Float64Array(count) : new arrayTypes[dataType](count);
}

export function elementCount(shape: readonly number[]): number {
  return shape.reduce((product, size) => product * size, 1);
}

/** Takes elements in from outside, floats widened; other types are read where they are. */
export function importData(data: TensorData): Elements {
  return data instanceof Float32Array ? Float64Array.from(data) : data;
}

/** A fresh array of a tensor's declared type. */
export function exportData({ dataType, data }: Value): TensorData {
  const array = new arrayTypes[dataType](data.length);
  for (let index = 0; index < data.length; index++) array[index] = data[index] as number | bigint;
  return array;
}

/** Small integers that steer an operator: axes, sizes, starts. */
export function integersOf({ data }: Value): number[] {
  return Array.from(data as ArrayLike<number | bigint>, Number);
}

/** How far apart neighbours along each axis lie. */
export function stridesOf(shape: readonly number[]): number[] {
  const strides = shape.map(() => 1);
  for (let axis = shape.length - 2; axis >= 0; axis--) strides[axis] = (strides[axis + 1] as number) * (shape[axis + 1] as number);
  return strides;
}

/**
 * Walks a shape, the last axis fastest, and tells for every element the flat index that `strides` lead to.
 *
 * @param visit  gets the position in the walk and the index
 */
export function walk(
  shape: readonly number[],
  strides: readonly number[],
  start: number,
  visit: (position: number, index: number) => void,
): void {
  const count = elementCount(shape);
  const at = shape.map(() => 0);
  let index = start;
  for (let position = 0; position < count; position++) {
    visit(position, index);
    for (let axis = shape.length - 1; axis >= 0; axis--) {
      const next = (at[axis] as number) + 1;
      index += strides[axis] as number;
      if (next < (shape[axis] as number)) {
        at[axis] = next;
        break;
      }
      index -= next * (strides[axis] as number);
      at[axis] = 0;
    }
  }
}

/** Strides that read a tensor as if it had a larger shape it broadcasts to. */
export function broadcastStrides(shape: readonly number[], target: readonly number[]): number[] {
  const own = stridesOf(shape);
  const added = target.length - shape.length;
  return target.map((_, axis) => (axis < added || shape[axis - added] === 1 ? 0 : (own[axis - added] as number)));
}

/** The product of the sizes before, at and behind an axis. */
export function around(shape: readonly number[], axis: number): { readonly outer: number; readonly size: number; readonly inner: number } {
  return { outer: elementCount(shape.slice(0, axis)), size: shape[axis] ?? 1, inner: elementCount(shape.slice(axis + 1)) };
}
