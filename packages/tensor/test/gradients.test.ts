import { describe, expect, test } from "vitest";
import { exp, Graph, gradients, multiply, sum, type Tensor, writeOnnx } from "../src/index.js";
import { evaluate } from "./support/evaluate.js";

describe("gradients", () => {
  test("adds what several outputs contribute", async () => {
    const graph = new Graph();
    const x = graph.input("x", [2], "float64");
    const one = graph.constant(Float64Array.of(1, 1), [2], "float64");
    const seeds = [
      { output: multiply(x, x), gradient: one },
      { output: multiply(x, 5), gradient: multiply(one, 2) },
    ];
    graph.output("derivative", gradients(seeds, [x])[0] as Tensor);

    expect(await evaluate(graph, { x: Float64Array.of(3, -1) }, "derivative")).toEqual([16, 8]); // 2x + 10
  });

  test("gives zeros for a parameter that no output needs", async () => {
    const graph = new Graph();
    const x = graph.input("x", [2]);
    const y = graph.input("y", [3, 2]);
    graph.output("derivative", gradients([{ output: exp(x), gradient: x }], [x, y])[1] as Tensor);

    expect(await evaluate(graph, { x: Float32Array.of(1, 2), y: new Float32Array(6) }, "derivative")).toEqual([0, 0, 0, 0, 0, 0]);
  });

  test("differentiates a derivative", async () => {
    const graph = new Graph();
    const x = graph.input("x", [1], "float64");
    const one = graph.constant(Float64Array.of(1), [1], "float64");
    const cube = multiply(x, multiply(x, x));
    const [slope] = gradients([{ output: cube, gradient: one }], [x]) as [Tensor];
    graph.output("curvature", gradients([{ output: slope, gradient: one }], [x])[0] as Tensor);

    expect(await evaluate(graph, { x: Float64Array.of(5) }, "curvature")).toEqual([30]); // 6x
  });

  test("stops at a detached value", async () => {
    const graph = new Graph();
    const x = graph.input("x", [1], "float64");
    const one = graph.constant(Float64Array.of(1), [1], "float64");
    graph.output("derivative", gradients([{ output: multiply(x, graph.detach(x)), gradient: one }], [x])[0] as Tensor);

    expect(await evaluate(graph, { x: Float64Array.of(7) }, "derivative")).toEqual([7]);
  });

  test("refuses a seed of another shape", () => {
    const graph = new Graph();
    const x = graph.input("x", [2, 3]);

    expect(() => gradients([{ output: x, gradient: sum(x) }], [x])).toThrow("a seed of float32 [] doesn't fit an output of float32 [2, 3]");
  });

  test("neither it nor the writer recurses: a chain of 20,000 operations fits the stack", () => {
    const graph = new Graph();
    const x = graph.input("x", [1]);
    let result = x;
    for (let index = 0; index < 20_000; index++) result = exp(result);
    const [derivative] = gradients([{ output: result, gradient: x }], [x]) as [Tensor];
    graph.output("derivative", derivative);

    expect(writeOnnx(graph).length).toBeGreaterThan(40_000);
  });
});
