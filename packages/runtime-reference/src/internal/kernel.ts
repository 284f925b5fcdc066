import { BridgeError } from "@bridge-rl/spec";
import type { Attribute, DataType } from "@bridge-rl/tensor";
import type { Elements, Value } from "./value.js";

/** One operator on given values. `shape` and `dataType` are those of its first output. */
export interface KernelCall {
  readonly operator: string;
  readonly inputs: readonly Value[];
  readonly attributes: Readonly<Record<string, Attribute>>;
  readonly shape: readonly number[];
  readonly dataType: DataType;
}

/** Computes the elements of an operator's outputs, in their order. */
export type Kernel = (call: KernelCall) => readonly Elements[];

export function inputAt({ operator, inputs }: KernelCall, index: number): Value {
  const input = inputs[index];
  if (input === undefined) throw new BridgeError("internal", `${operator} lacks its input ${index}`);
  return input;
}

/** An integer attribute. */
export function integerAttribute({ operator, attributes }: KernelCall, name: string, fallback?: number): number {
  const value = attributes[name] ?? fallback;
  if (typeof value !== "number") throw new BridgeError("internal", `${operator} lacks its integer attribute ${name}`);
  return value;
}

export function floatAttribute({ operator, attributes }: KernelCall, name: string, fallback: number): number {
  const value = attributes[name];
  if (value === undefined) return fallback;
  if (typeof value === "number") return value;
  if (typeof value === "object" && "float" in value) return value.float;
  throw new BridgeError("internal", `${operator} has an attribute ${name} that is no number`);
}

/** An axis counted from the front. */
export function axisOf(axis: number, rank: number): number {
  return axis < 0 ? axis + rank : axis;
}
