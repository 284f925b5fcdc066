import { elementCount } from "../internal/shape.js";
import { argMax, max, mean, sum, topK } from "../reductions.js";
import { entropy, logSoftmax, softmax, tokenLogProbability } from "../softmax.js";
import type { Tensor } from "../tensor.js";
import { type CaseInput, floats, given, type OperatorCase, positions, reader, rounded } from "./operator-case.js";

type Float = "float32" | "float64";

const total = (values: readonly number[]): number => values.reduce((all, value) => all + value, 0);

const reductions = {
  sum: { operation: sum, formula: total },
  mean: { operation: mean, formula: (values: readonly number[]) => total(values) / values.length },
  max: { operation: max, formula: (values: readonly number[]) => Math.max(...values) },
};

/** Groups the elements that one element of the result is made of. */
function reduced(input: CaseInput, axes: readonly number[], formula: (values: readonly number[]) => number): number[] {
  const read = reader(input);
  const kept = input.shape.map((size, axis) => (axes.includes(axis) ? 1 : size));
  const inner = input.shape.map((size, axis) => (axes.includes(axis) ? size : 1));
  return positions(kept).map((position) =>
    formula(positions(inner).map((offset) => read(position.map((each, axis) => each + (offset[axis] as number))))),
  );
}

export function reductionCases(dataType: Float): OperatorCase[] {
  const box = floats(dataType, [2, 3, 4]);
  const every = Object.entries(reductions).flatMap(([name, { operation, formula }]) =>
    [[0], [-1], [0, 2], [0, 1, 2]].map((axes) => {
      const positive = axes.map((axis) => (axis + 3) % 3);
      return {
        name: `${name} of ${dataType} over [${axes.join(", ")}]`,
        inputs: [box],
        build: ([x]: readonly Tensor[]) => operation(x as Tensor, axes),
        shape: box.shape.filter((_, axis) => !positive.includes(axis)),
        dataType,
        expected: reduced(box, positive, formula),
      };
    }),
  );
  return [
    ...every,
    {
      name: `sum of ${dataType} over everything, axes kept`,
      inputs: [box],
      build: ([x]) => sum(x as Tensor, undefined, { keepAxes: true }),
      shape: [1, 1, 1],
      dataType,
      expected: [total(rounded(box))],
    },
    {
      name: `sum of no ${dataType}`,
      inputs: [given(dataType, [2, 0], [])],
      build: ([x]) => sum(x as Tensor, 1),
      shape: [2],
      dataType,
      expected: [0, 0],
    },
  ];
}

/** Positions of what is largest. */
export function orderCases(dataType: Float): OperatorCase[] {
  const rows = given(dataType, [2, 5], [3, 9, -1, 9, 0, 0, 0, 8, 7, -2]);
  return [
    {
      name: `argMax of ${dataType}, the first of equals`,
      inputs: [rows],
      build: ([x]) => argMax(x as Tensor),
      shape: [2],
      dataType: "int64",
      expected: [1, 2],
    },
    {
      name: `argMax of ${dataType} along the first axis`,
      inputs: [given(dataType, [3, 2], [1, 5, 4, 2, 3, 9])],
      build: ([x]) => argMax(x as Tensor, 0),
      shape: [2],
      dataType: "int64",
      expected: [1, 2],
    },
    {
      name: `topK values of ${dataType}`,
      inputs: [rows],
      build: ([x]) => topK(x as Tensor, 3).values,
      shape: [2, 3],
      dataType,
      expected: [9, 9, 3, 8, 7, 0],
    },
    {
      name: `topK positions of ${dataType}`,
      inputs: [given(dataType, [5], [3, 9, -1, 8, 0])],
      build: ([x]) => topK(x as Tensor, 3).indices,
      shape: [3],
      dataType: "int64",
      expected: [1, 3, 0],
    },
  ];
}

function distribution(logits: readonly number[]): number[] {
  const largest = Math.max(...logits);
  const powers = logits.map((logit) => Math.exp(logit - largest));
  const sumOfPowers = total(powers);
  return powers.map((power) => power / sumOfPowers);
}

function rowsOf(input: CaseInput): number[][] {
  const width = input.shape.at(-1) ?? 1;
  const values = rounded(input);
  return Array.from({ length: elementCount(input.shape) / width }, (_, row) => values.slice(row * width, (row + 1) * width));
}

export function distributionCases(dataType: Float): OperatorCase[] {
  const logits = given(
    dataType,
    [4, 5],
    floats(dataType, [4, 5]).values.map((value, index) => (index < 5 ? value : index < 10 ? 40 * value : index < 15 ? value + 500 : value)),
  );
  const rows = rowsOf(logits);
  const logOf = (row: readonly number[]): number[] => {
    const largest = Math.max(...row);
    const normalizer = Math.log(total(row.map((logit) => Math.exp(logit - largest))));
    return row.map((logit) => logit - largest - normalizer);
  };
  return [
    { name: "softmax", build: ([x]: readonly Tensor[]) => softmax(x as Tensor), shape: [4, 5], expected: rows.flatMap(distribution) },
    { name: "logSoftmax", build: ([x]: readonly Tensor[]) => logSoftmax(x as Tensor), shape: [4, 5], expected: rows.flatMap(logOf) },
    {
      name: "entropy",
      build: ([x]: readonly Tensor[]) => entropy(x as Tensor),
      shape: [4],
      expected: rows.map((row) => -total(distribution(row).map((p, index) => p * (logOf(row)[index] as number)))),
    },
    {
      name: "tokenLogProbability",
      build: ([x]: readonly Tensor[], graph: Tensor["graph"]) =>
        tokenLogProbability(x as Tensor, graph.constant(Int32Array.of(4, 0, 2, 2), [4], "int32")),
      shape: [4],
      expected: rows.map((row, index) => logOf(row)[[4, 0, 2, 2][index] as number] as number),
    },
  ].map((each) => ({ ...each, name: `${each.name} of ${dataType}`, inputs: [logits], dataType }));
}
