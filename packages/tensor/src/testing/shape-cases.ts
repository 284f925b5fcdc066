import type { DataType } from "../data-type.js";
import { gatherAlong, gatherRows, oneHot, scatterAdd, scatterAddRows } from "../indexing.js";
import { elementCount } from "../internal/shape.js";
import { concat, expand, pad, reshape, slice, transpose } from "../shape-operations.js";
import type { Tensor } from "../tensor.js";
import { type CaseInput, given, type OperatorCase, positions, reader } from "./operator-case.js";

function counted(dataType: DataType, shape: readonly number[], from = 1): CaseInput {
  const count = elementCount(shape);
  const modulus = dataType === "bool" ? 2 : 100;
  return given(
    dataType,
    shape,
    Array.from({ length: count }, (_, index) => (index + from) % modulus),
  );
}

/** Operators that move elements of any type. */
export function movementCases(dataType: DataType): OperatorCase[] {
  const make = (
    name: string,
    inputs: readonly CaseInput[],
    build: OperatorCase["build"],
    shape: readonly number[],
    formula: (position: readonly number[], readers: readonly ((position: readonly number[]) => number)[]) => number,
  ): OperatorCase => ({
    name: `${name} of ${dataType}`,
    inputs,
    build,
    shape,
    dataType,
    expected: positions(shape).map((position) => formula(position, inputs.map(reader))),
  });
  const box = counted(dataType, [2, 3, 4]);
  const at = (value: number | undefined): number => value as number;
  return [
    make(
      "transpose",
      [box],
      ([x]) => transpose(x as Tensor, [2, 0, 1]),
      [4, 2, 3],
      ([i, j, k], [read]) => read?.([at(j), at(k), at(i)]) ?? 0,
    ),
    make(
      "reshape",
      [box],
      ([x]) => reshape(x as Tensor, [-1, 6]),
      [4, 6],
      ([i, j], [read]) => {
        const flat = at(i) * 6 + at(j);
        return read?.([Math.floor(flat / 12), Math.floor(flat / 4) % 3, flat % 4]) ?? 0;
      },
    ),
    make(
      "expand",
      [counted(dataType, [3, 1])],
      ([x]) => expand(x as Tensor, [2, 3, 4]),
      [2, 3, 4],
      ([, j], [read]) => read?.([at(j), 0]) ?? 0,
    ),
    make(
      "slice",
      [box],
      ([x]) => slice(x as Tensor, 1, 1, 3),
      [2, 2, 4],
      ([i, j, k], [read]) => read?.([at(i), at(j) + 1, at(k)]) ?? 0,
    ),
    make(
      "slice from the end",
      [box],
      ([x]) => slice(x as Tensor, 1, -2, -1),
      [2, 1, 4],
      ([i, , k], [read]) => read?.([at(i), 1, at(k)]) ?? 0,
    ),
    make(
      "pad",
      [box],
      ([x]) => pad(x as Tensor, 1, 1, 2),
      [2, 6, 4],
      ([i, j, k], [read]) => (at(j) < 1 || at(j) > 3 ? 0 : (read?.([at(i), at(j) - 1, at(k)]) ?? 0)),
    ),
    make(
      "concat",
      [box, counted(dataType, [2, 2, 4], 40)],
      ([x, y]) => concat([x as Tensor, y as Tensor], 1),
      [2, 5, 4],
      ([i, j, k], [left, right]) => (at(j) < 3 ? left?.([at(i), at(j), at(k)]) : right?.([at(i), at(j) - 3, at(k)])) ?? 0,
    ),
  ];
}

/** Tensors without elements are tensors. */
export function emptyCases(dataType: DataType): OperatorCase[] {
  const none = given(dataType, [2, 0, 3], []);
  return [
    {
      name: "transpose",
      inputs: [none],
      build: ([x]: readonly Tensor[]) => transpose(x as Tensor, [2, 1, 0]),
      shape: [3, 0, 2],
      dataType,
      expected: [],
    },
    {
      name: "reshape",
      inputs: [none],
      build: ([x]: readonly Tensor[]) => reshape(x as Tensor, [0, 7]),
      shape: [0, 7],
      dataType,
      expected: [],
    },
    {
      name: "slice",
      inputs: [counted(dataType, [4])],
      build: ([x]: readonly Tensor[]) => slice(x as Tensor, 0, 2, 2),
      shape: [0],
      dataType,
      expected: [],
    },
    {
      name: "concat with something",
      inputs: [given(dataType, [0, 2], []), counted(dataType, [1, 2])],
      build: ([x, y]: readonly Tensor[]) => concat([x as Tensor, y as Tensor], 0),
      shape: [1, 2],
      dataType,
      expected: [1, dataType === "bool" ? 0 : 2],
    },
    {
      name: "pad to something",
      inputs: [given(dataType, [0], [])],
      build: ([x]: readonly Tensor[]) => pad(x as Tensor, 0, 1, 1),
      shape: [2],
      dataType,
      expected: [0, 0],
    },
  ].map((each) => ({ ...each, name: `${each.name} of ${dataType} without elements` }));
}

/** Lookups and their adjoints. */
export function lookupCases(dataType: "float32" | "float64", indexType: "int32" | "int64"): OperatorCase[] {
  const table = given(dataType, [4, 2], [0, 1, 10, 11, 20, 21, 30, 31]);
  const rows = given(indexType, [2, 2], [3, 0, 3, 1]);
  return [
    {
      name: "gatherRows",
      inputs: [table, rows],
      build: ([x, at]: readonly Tensor[]) => gatherRows(x as Tensor, at as Tensor),
      shape: [2, 2, 2],
      expected: [30, 31, 0, 1, 30, 31, 10, 11],
    },
    {
      name: "scatterAddRows, a row named twice",
      inputs: [table, rows, given(dataType, [2, 2, 2], [1, 2, 3, 4, 5, 6, 7, 8])],
      build: ([x, at, updates]: readonly Tensor[]) => scatterAddRows(x as Tensor, at as Tensor, updates as Tensor),
      shape: [4, 2],
      expected: [3, 5, 17, 19, 20, 21, 36, 39],
    },
    {
      name: "gatherAlong the last axis",
      inputs: [table, given(indexType, [4, 3], [1, 0, 1, 0, 0, 1, 1, 1, 1, 0, 1, 0])],
      build: ([x, at]: readonly Tensor[]) => gatherAlong(x as Tensor, at as Tensor),
      shape: [4, 3],
      expected: [1, 0, 1, 10, 10, 11, 21, 21, 21, 30, 31, 30],
    },
    {
      name: "gatherAlong the first axis",
      inputs: [table, given(indexType, [1, 2], [2, 3])],
      build: ([x, at]: readonly Tensor[]) => gatherAlong(x as Tensor, at as Tensor, 0),
      shape: [1, 2],
      expected: [20, 31],
    },
    {
      name: "scatterAdd, an element named twice",
      inputs: [table, given(indexType, [4, 2], [1, 1, 0, 1, 0, 0, 1, 0]), given(dataType, [4, 2], [1, 2, 3, 4, 5, 6, 7, 8])],
      build: ([x, at, updates]: readonly Tensor[]) => scatterAdd(x as Tensor, at as Tensor, updates as Tensor),
      shape: [4, 2],
      expected: [0, 4, 13, 15, 31, 21, 38, 38],
    },
    {
      name: "oneHot",
      inputs: [given(indexType, [3], [2, 0, 1])],
      build: ([at]: readonly Tensor[]) => oneHot(at as Tensor, 3, dataType),
      shape: [3, 3],
      expected: [0, 0, 1, 1, 0, 0, 0, 1, 0],
    },
  ].map((each) => ({ ...each, name: `${each.name}, ${dataType} by ${indexType}`, dataType }));
}
