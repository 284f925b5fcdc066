import { BridgeError } from "@bridge-rl/spec";
import type { DataType } from "@bridge-rl/tensor";
import { inputAt, type Kernel, type KernelCall } from "../kernel.js";
import { allocate, broadcastStrides, type Elements, elementCount, type Value, walk } from "../value.js";

function unary(formula: (x: number) => number): Kernel {
  return (call) => {
    const { data } = inputAt(call, 0);
    const result = allocate(call.dataType, data.length);
    for (let index = 0; index < data.length; index++) result[index] = formula(data[index] as number);
    return [result];
  };
}

/** The elements of a value as they stand under each element of a larger shape. */
function broadcast(value: Value, shape: readonly number[]): Elements {
  const count = elementCount(shape);
  if (value.data.length === count) return value.data;
  const result = allocate(value.dataType, count);
  walk(shape, broadcastStrides(value.shape, shape), 0, (position, index) => {
    result[position] = value.data[index] as number | bigint;
  });
  return result;
}

interface BinaryFormulas {
  readonly floats: (left: number, right: number) => number;
  /** For int64; absent where the operator has none. */
  readonly integers?: (left: bigint, right: bigint) => bigint;
}

function binary({ floats, integers }: BinaryFormulas): Kernel {
  return (call) => {
    const left = broadcast(inputAt(call, 0), call.shape);
    const right = broadcast(inputAt(call, 1), call.shape);
    const result = allocate(call.dataType, left.length);
    if (call.dataType === "int64") {
      if (integers === undefined) throw new BridgeError("unsupported", `${call.operator} has no int64 form here`);
      for (let index = 0; index < left.length; index++) result[index] = integers(left[index] as bigint, right[index] as bigint);
    } else {
      for (let index = 0; index < left.length; index++) result[index] = floats(left[index] as number, right[index] as number);
    }
    return [result];
  };
}

function comparison(holds: (left: number | bigint, right: number | bigint) => boolean): Kernel {
  return (call) => {
    const left = broadcast(inputAt(call, 0), call.shape);
    const right = broadcast(inputAt(call, 1), call.shape);
    const result = allocate("bool", left.length);
    for (let index = 0; index < left.length; index++) {
      result[index] = Number(holds(left[index] as number | bigint, right[index] as number | bigint));
    }
    return [result];
  };
}

function where(call: KernelCall): readonly Elements[] {
  const [condition, yes, no] = [0, 1, 2].map((index) => broadcast(inputAt(call, index), call.shape)) as [Elements, Elements, Elements];
  const result = allocate(call.dataType, condition.length);
  for (let index = 0; index < result.length; index++) {
    result[index] = (condition[index] === 0 ? no[index] : yes[index]) as number | bigint;
  }
  return [result];
}

const convert: Readonly<Record<DataType, (value: number | bigint) => number | bigint>> = {
  float32: (value) => Math.fround(Number(value)),
  float64: Number,
  int32: (value) => Math.trunc(Number(value)),
  int64: (value) => (typeof value === "bigint" ? value : BigInt(Math.trunc(value))),
  int8: (value) => Math.trunc(Number(value)),
  uint8: (value) => Math.trunc(Number(value)),
  bool: (value) => Number(Number(value) !== 0),
};

function cast(call: KernelCall): readonly Elements[] {
  const { data } = inputAt(call, 0);
  const result = allocate(call.dataType, data.length);
  const to = convert[call.dataType];
  for (let index = 0; index < data.length; index++) result[index] = to(data[index] as number | bigint);
  return [result];
}

export const elementwiseKernels: Readonly<Record<string, Kernel>> = {
  Neg: unary((x) => -x),
  Exp: unary(Math.exp),
  Log: unary(Math.log),
  Sqrt: unary(Math.sqrt),
  Reciprocal: unary((x) => 1 / x),
  Sigmoid: unary((x) => 1 / (1 + Math.exp(-x))),
  Tanh: unary(Math.tanh),
  Abs: unary(Math.abs),
  Add: binary({ floats: (left, right) => left + right, integers: (left, right) => left + right }),
  Sub: binary({ floats: (left, right) => left - right, integers: (left, right) => left - right }),
  Mul: binary({ floats: (left, right) => left * right, integers: (left, right) => left * right }),
  Div: binary({ floats: (left, right) => left / right, integers: (left, right) => left / right }),
  Min: binary({ floats: Math.min }),
  Max: binary({ floats: Math.max }),
  Equal: comparison((left, right) => left === right),
  Less: comparison((left, right) => left < right),
  GreaterOrEqual: comparison((left, right) => left >= right),
  Where: where,
  Cast: cast,
  Identity: (call) => [inputAt(call, 0).data],
};
