import { add, divide, exp, log, multiply, negate, reciprocal, sigmoid, sqrt, square, subtract, tanh } from "../arithmetic.js";
import { cast } from "../cast.js";
import { equal, greaterOrEqual, less, where } from "../comparison.js";
import type { DataType } from "../data-type.js";
import { broadcastShapes } from "../internal/shape.js";
import { silu, siluGate } from "../silu-gate.js";
import type { Tensor } from "../tensor.js";
import { type CaseInput, floats, given, type OperatorCase, positions, positives, reader, rounded } from "./operator-case.js";

type Float = "float32" | "float64";

/** Elementwise operators of one float type. */
export function elementwiseCases(dataType: Float): OperatorCase[] {
  return [...unaryCases(dataType), ...binaryCases(dataType), ...comparisonCases(dataType)];
}

function unaryCases(dataType: Float): OperatorCase[] {
  const table: readonly [string, (input: Tensor) => Tensor, (x: number) => number, (shape: readonly number[]) => CaseInput][] = [
    ["negate", negate, (x) => -x, (shape) => floats(dataType, shape)],
    ["exp", exp, Math.exp, (shape) => floats(dataType, shape)],
    ["log", log, Math.log, (shape) => positives(dataType, shape)],
    ["sqrt", sqrt, Math.sqrt, (shape) => positives(dataType, shape)],
    ["reciprocal", reciprocal, (x) => 1 / x, (shape) => positives(dataType, shape)],
    ["sigmoid", sigmoid, (x) => 1 / (1 + Math.exp(-x)), (shape) => floats(dataType, shape)],
    ["tanh", tanh, Math.tanh, (shape) => floats(dataType, shape)],
    ["square", square, (x) => x * x, (shape) => floats(dataType, shape)],
    ["silu", silu, (x) => x / (1 + Math.exp(-x)), (shape) => floats(dataType, shape)],
  ];
  return table.flatMap(([name, operation, formula, input]) =>
    [[], [7], [2, 3, 5], [3, 0]].map((shape) => ({
      name: `${name} of ${dataType} [${shape.join(", ")}]`,
      inputs: [input(shape)],
      build: ([x]: readonly Tensor[]) => operation(x as Tensor),
      shape,
      dataType,
      expected: rounded(input(shape)).map(formula),
    })),
  );
}

/** Pairs of shapes that broadcast in every way. */
const pairs: readonly (readonly [readonly number[], readonly number[]])[] = [
  [
    [2, 3],
    [2, 3],
  ],
  [[2, 3, 4], [4]],
  [
    [3, 1],
    [2, 1, 5],
  ],
  [[], [3, 2]],
  [
    [1, 2, 1, 3],
    [2, 1, 4, 1],
  ],
  [
    [2, 0],
    [2, 1],
  ],
];

function binaryCase(
  name: string,
  [left, right]: readonly [CaseInput, CaseInput],
  build: (left: Tensor, right: Tensor) => Tensor,
  formula: (left: number, right: number) => number,
  dataType: DataType = left.dataType,
): OperatorCase {
  const shape = broadcastShapes(left.shape, right.shape, name);
  const [readLeft, readRight] = [reader(left), reader(right)];
  return {
    name: `${name} of ${left.dataType} [${left.shape.join(", ")}] and [${right.shape.join(", ")}]`,
    inputs: [left, right],
    build: ([a, b]) => build(a as Tensor, b as Tensor),
    shape,
    dataType,
    expected: positions(shape).map((position) => formula(readLeft(position), readRight(position))),
  };
}

function binaryCases(dataType: Float): OperatorCase[] {
  return pairs.flatMap(([left, right]) => [
    binaryCase("add", [floats(dataType, left), floats(dataType, right, 5)], add, (a, b) => a + b),
    binaryCase("subtract", [floats(dataType, left), floats(dataType, right, 5)], subtract, (a, b) => a - b),
    binaryCase("multiply", [floats(dataType, left), floats(dataType, right, 5)], multiply, (a, b) => a * b),
    binaryCase("divide", [floats(dataType, left), positives(dataType, right, 5)], divide, (a, b) => a / b),
    ...(left.join() === right.join()
      ? [binaryCase("siluGate", [floats(dataType, left), floats(dataType, right, 5)], siluGate, (a, b) => (a / (1 + Math.exp(-a))) * b)]
      : []),
  ]);
}

function comparisonCases(dataType: Float): OperatorCase[] {
  const left = given(dataType, [2, 3], [1, 2, 3, -1, 0, 4]);
  const right = given(dataType, [3], [1, 5, 3]);
  const choose = (operation: (a: Tensor, b: Tensor) => Tensor) => (a: Tensor, b: Tensor) => where(operation(a, b), a, b);
  return [
    binaryCase(
      "where equal",
      [left, right],
      (a, b) => where(equal(a, b), 7, a),
      (a, b) => (a === b ? 7 : a),
    ),
    binaryCase("where less", [left, right], choose(less), Math.min),
    binaryCase("where greaterOrEqual", [left, right], choose(greaterOrEqual), Math.max),
    binaryCase(
      "less as numbers",
      [left, right],
      (a, b) => cast(less(a, b), dataType),
      (a, b) => Number(a < b),
    ),
  ];
}

/** Comparisons whose outcome leaves as booleans. */
export function boolCases(): OperatorCase[] {
  const left = given("float32", [2, 3], [1, 2, 3, -1, 0, 4]);
  const right = given("float32", [3], [1, 5, 3]);
  return [
    binaryCase("equal", [left, right], equal, (a, b) => Number(a === b), "bool"),
    binaryCase("less", [left, right], less, (a, b) => Number(a < b), "bool"),
    binaryCase("greaterOrEqual", [left, right], greaterOrEqual, (a, b) => Number(a >= b), "bool"),
  ];
}

/** Arithmetic of one integer type, which is exact. */
export function integerCases(dataType: "int32" | "int64"): OperatorCase[] {
  const left = given(dataType, [2, 3], [1, -7, 3, 2_000_000_011, 0, 9]);
  const right = given(dataType, [3], [2, 3, -4]);
  return [
    binaryCase("add", [left, right], add, (a, b) => a + b),
    binaryCase("subtract", [left, right], subtract, (a, b) => a - b),
    binaryCase("multiply", [given(dataType, [2, 3], [1, -7, 3, 11, 0, 9]), right], multiply, (a, b) => a * b),
    {
      name: `cast of ${dataType} to float32`,
      inputs: [given(dataType, [4], [0, -3, 70_000, 5])],
      build: ([x]) => cast(x as Tensor, "float32"),
      shape: [4],
      dataType: "float32",
      expected: [0, -3, 70_000, 5],
    },
    {
      name: `cast of float32 to ${dataType} cuts towards zero`,
      inputs: [given("float32", [4], [1.9, -1.9, 0.2, 1000])],
      build: ([x]) => cast(x as Tensor, dataType),
      shape: [4],
      dataType,
      expected: [1, -1, 0, 1000],
    },
  ];
}
