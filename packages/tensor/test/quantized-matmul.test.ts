import { describe, expect, test } from "vitest";
import { Graph, quantizedMatmul, quantizeRows } from "../src/index.js";
import { evaluate } from "./support/evaluate.js";

describe("quantizedMatmul", () => {
  const [rows, inner, columns] = [5, 48, 7];
  const weight = Float32Array.from({ length: columns * inner }, (_, index) => Math.sin(7.3 * index) * (1 + (index % 5)));
  const input = Float32Array.from({ length: rows * inner }, (_, index) => Math.cos(3.1 * index) * (1 + Math.floor(index / inner)));
  const { data, scales } = quantizeRows(weight, columns);

  function product(): Graph {
    const graph = new Graph();
    const right = graph.constant(data, [inner, columns], "int8");
    graph.output("y", quantizedMatmul(graph.input("x", [1, rows, inner]), right, graph.constant(scales, [columns], "float32")));
    return graph;
  }

  test("rows are rounded to half a step, and transposed", () => {
    for (let row = 0; row < columns; row++) {
      for (let column = 0; column < inner; column++) {
        const stands = Number(data[column * columns + row]) * Number(scales[row]);
        expect(Math.abs(stands - Number(weight[row * inner + column]))).toBeLessThanOrEqual(Number(scales[row]) * 0.5001);
      }
    }
    expect(quantizeRows(new Float32Array(4), 2)).toEqual({ data: new Int8Array(4), scales: Float32Array.of(1, 1) });
    expect(quantizeRows(Float32Array.of(1, Number.NaN, 1, 1, Number.POSITIVE_INFINITY, 0), 3).scales).toEqual(
      Float32Array.of(Number.NaN, 1 / 127, Number.NaN),
    );
    expect(() => quantizeRows(new Float32Array(5), 2)).toThrow("5 elements are no 2 rows");
  });

  test("as standard operators it is exact, on integer units off by the rounding of the rows", async () => {
    const expected = Array.from({ length: rows * columns }, (_, index) => {
      const [row, column] = [Math.floor(index / columns), index % columns];
      return Array.from({ length: inner }, (_, at) => Number(input[row * inner + at]) * Number(data[at * columns + column])).reduce(
        (total, value) => total + value * Number(scales[column]),
        0,
      );
    });
    const plain = await evaluate(product(), { x: input }, "y", { lowering: "plain" });
    const fused = await evaluate(product(), { x: input }, "y");
    for (const [index, value] of expected.entries()) {
      // each row is rounded to 127 steps either way of its own largest element, and is off by half a step
      const start = Math.floor(index / columns) * inner;
      const step = Math.max(...input.subarray(start, start + inner).map(Math.abs)) / 127;
      const column = index % columns;
      const weights = Array.from({ length: inner }, (_, at) => Math.abs(Number(data[at * columns + column]) * Number(scales[column])));
      expect(Math.abs(Number(plain[index]) - value)).toBeLessThan(1e-4);
      expect(Math.abs(Number(fused[index]) - value)).toBeLessThan((step / 2) * weights.reduce((total, each) => total + each, 0) + 1e-4);
    }
    expect(fused).not.toEqual(plain);
  });

  test("what a row gives does not depend on the other rows, and a row of zeros gives zeros", async () => {
    const alone = await evaluate(product(), { x: input }, "y");
    const loud = input.map((value, index) => (index < inner ? value : index < 2 * inner ? 0 : 1000 * value));
    const among = await evaluate(product(), { x: loud }, "y");
    expect(among.slice(0, columns)).toEqual(alone.slice(0, columns));
    expect([...among.slice(columns, 2 * columns)].map(Math.abs)).toEqual(new Array(columns).fill(0));
  });

  test("no gradient flows through it", () => {
    const graph = new Graph();
    const x = graph.input("x", [2, 3]);
    const y = quantizedMatmul(x, graph.input("w", [3, 5], "int8"), graph.input("s", [5]));
    expect(y.derivative).toBeUndefined();
  });

  test("refuses what doesn't fit", () => {
    const graph = new Graph();
    const x = graph.input("x", [2, 3]);
    expect(() => quantizedMatmul(x, graph.input("w", [4, 5], "int8"), graph.input("s", [5]))).toThrow(
      "quantizedMatmul: float32 [2, 3], int8 [4, 5] and scales float32 [5] are not float32 […, k], int8 [k, n] and float32 [n]",
    );
  });
});
