import { Graph, matmul, sum } from "@bridge-rl/tensor";
import { runtimeLaws } from "@bridge-rl/tensor/testing";
import { describe, expect, test } from "vitest";
import { createReferenceRuntime } from "../src/index.js";

describe("the reference runtime keeps the laws of runtimes, float32 within its last digit", () => {
  test.each(runtimeLaws({ tolerance: { float32: 1e-7, float64: 1e-15 } }))("$name", ({ check }) => check(createReferenceRuntime()));
});

describe("createReferenceRuntime", () => {
  test("sums float32 without rounding in between", async () => {
    const graph = new Graph();
    graph.output("sum", sum(graph.input("x", [10_001])));
    const program = await createReferenceRuntime().compile(graph);
    const data = new Float32Array(10_001).fill(2 ** -24);
    data[0] = 1;
    expect(program.run({ x: { data, shape: [10_001] } }).sum?.data[0]).toBe(Math.fround(1 + 10_000 * 2 ** -24));
  });

  test("names an operator that it doesn't have", async () => {
    const graph = new Graph();
    const x = graph.input("x", [1]);
    graph.output(
      "y",
      graph.operation({ operator: "Gelu", domain: "com.microsoft", inputs: [x], outputs: [{ shape: [1], dataType: "float32" }] }),
    );
    await expect(createReferenceRuntime().compile(graph)).rejects.toThrow("no operator com.microsoft.Gelu");
  });

  test("keeps tensors on its device until they are disposed", async () => {
    const { device } = createReferenceRuntime();
    const graph = new Graph();
    const x = graph.input("x", [2, 2]);
    const square = matmul(x, x);
    graph.output("square", square);
    graph.output("trace", sum(square));
    const program = await device.compile(graph, { resident: ["square"] });
    const first = await device.upload({ data: Float32Array.of(1, 1, 0, 1), shape: [2, 2] });
    const { values, resident } = program.run({ x: first });
    expect(values).toEqual({ trace: { data: Float32Array.of(4), shape: [] } });
    const again = program.run({ x: resident.square as NonNullable<typeof resident.square> });
    expect((await device.download(again.resident.square as typeof first)).data).toEqual(Float32Array.of(1, 4, 0, 1));
    first.dispose();
    expect(() => program.run({ x: first })).toThrow("the tensor was disposed");
    await expect(device.compile(graph, { resident: ["cube"] })).rejects.toThrow('no output "cube"');
  });
});
