import { onnx } from "onnx-proto";
import { describe, expect, test } from "vitest";
import { add, argMax, Graph, matmul, multiply, rmsNorm, topK, type WriteOnnxOptions, writeOnnx } from "../src/index.js";
import { compile } from "./support/evaluate.js";

function decode(graph: Graph, options?: WriteOnnxOptions): onnx.ModelProto {
  return onnx.ModelProto.decode(writeOnnx(graph, options));
}

function operators(graph: Graph, options?: WriteOnnxOptions): (string | null | undefined)[] {
  return decode(graph, options).graph?.node?.map((node) => node.opType) ?? [];
}

describe("writeOnnx", () => {
  test("writes what another decoder reads", () => {
    const graph = new Graph();
    const x = graph.input("x", [2, 3]);
    const w = graph.input("w", [4, 3]);
    graph.output("y", multiply(matmul(x, w, { transposeRight: true, scale: 0.5 }), -2));
    const model = decode(graph);

    expect(Number(model.irVersion)).toBe(10);
    expect(model.opsetImport?.map(({ domain, version }) => [domain, Number(version)])).toEqual([
      ["", 21],
      ["com.microsoft", 1],
    ]);
    expect(model.graph?.input?.map(({ name }) => name)).toEqual(["x", "w"]);
    expect(model.graph?.output?.map(({ name }) => name)).toEqual(["y"]);
    expect(model.graph?.input?.[1]?.type?.tensorType?.shape?.dim?.map(({ dimValue }) => Number(dimValue))).toEqual([4, 3]);
    const gemm = model.graph?.node?.find(({ opType }) => opType === "Gemm");
    expect(gemm?.attribute?.map(({ name, i, f, type }) => [name, type === 2 ? Number(i) : f])).toEqual([
      ["transA", 0],
      ["transB", 1],
      ["alpha", 0.5],
    ]);
    const [constant] = model.graph?.initializer ?? [];
    expect(new Float32Array(Uint8Array.from(constant?.rawData ?? []).buffer)).toEqual(Float32Array.of(-2));
  });

  test("writes only what the outputs need, and equal subexpressions once", () => {
    const graph = new Graph();
    const x = graph.input("x", [2]);
    multiply(x, 100);
    graph.output("y", add(multiply(x, 3), multiply(graph.detach(x), 3)));

    expect(operators(graph)).toEqual(["Mul", "Add", "Identity"]);
  });

  test("plain lowering has standard operators alone, fused one where a provider has it", () => {
    const graph = new Graph();
    const x = graph.input("x", [2, 3, 4]);
    const w = graph.input("w", [4]);
    graph.output("y", matmul(rmsNorm(x, w, 1e-5), x, { transposeRight: true }));

    expect(operators(graph)).toEqual(["SimplifiedLayerNormalization", "FusedMatMul", "Identity"]);
    const plain = operators(graph, { lowering: "plain" });
    expect(plain).toContain("Transpose");
    expect(plain).not.toContain("FusedMatMul");
    expect(plain).not.toContain("SimplifiedLayerNormalization");
  });

  test("refers to initializers as external data", () => {
    const graph = new Graph();
    graph.output("y", add(graph.input("x", [2]), graph.input("weight", [2])));
    const model = decode(graph, { initializers: ["weight"] });

    expect(model.graph?.input?.map(({ name }) => name)).toEqual(["x"]);
    const [weight] = model.graph?.initializer ?? [];
    expect(weight?.name).toBe("weight");
    expect(weight?.externalData?.map(({ key, value }) => [key, value])).toEqual([["location", "weight"]]);
    expect(() => writeOnnx(graph, { initializers: ["wieght"] })).toThrow('no input "wieght"');
  });

  test("operators with several outputs and integers", async () => {
    const graph = new Graph();
    const x = graph.input("x", [2, 4]);
    const { values, indices } = topK(x, 2);
    graph.output("values", values);
    graph.output("indices", indices);
    graph.output("largest", argMax(x));
    const program = await compile(graph);
    const results = await program.run({ x: Float32Array.of(3, 9, -1, 5, 0, 0, 8, 7) });
    await program.release();

    expect(results.values?.data).toEqual(Float32Array.of(9, 5, 8, 7));
    expect(results.indices?.data).toEqual(BigInt64Array.of(1n, 3n, 2n, 3n));
    expect(results.largest?.data).toEqual(BigInt64Array.of(1n, 2n));
  });
});
