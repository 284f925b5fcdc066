import { onnx } from "onnx-proto";
import { describe, expect, test } from "vitest";
import { add, concat, exp, expand, Graph, gradients, matmul, multiply, sum, type Tensor, transpose, writeOnnx } from "../src/index.js";
import { ProtobufWriter } from "../src/internal/protobuf.js";
import { evaluate } from "./support/evaluate.js";

describe("graphs that try to break the builder", () => {
  test("a derivative through a hundred doublings takes a hundred additions, not 2¹⁰⁰", async () => {
    const graph = new Graph();
    const x = graph.input("x", [1], "float64");
    let power = x;
    for (let index = 0; index < 100; index++) power = add(power, power);
    const seed = graph.constant(Float64Array.of(1), [1], "float64");
    graph.output("slope", gradients([{ output: power, gradient: seed }], [x])[0] as Tensor);

    expect(onnx.ModelProto.decode(writeOnnx(graph)).graph?.node?.length).toBeLessThan(320);
    expect(await evaluate(graph, { x: Float64Array.of(1) }, "slope")).toEqual([2 ** 100]);
  });

  test("one node joins five thousand, and its derivative takes them apart", async () => {
    const graph = new Graph();
    const x = graph.input("x", [1]);
    const parts = Array.from({ length: 5000 }, (_, index) => multiply(x, index));
    const joined = concat(parts, 0);
    graph.output("slope", gradients([{ output: sum(joined), gradient: graph.scalar(1, "float32") }], [x])[0] as Tensor);

    expect(await evaluate(graph, { x: Float32Array.of(1) }, "slope")).toEqual([(5000 * 4999) / 2]);
  });

  test("any text names an input and an output", async () => {
    const names = ["a b", "läufer/№1", "constructor", "__proto__x", "0", "'\";--", "x".repeat(5000), "\u{1f600}"];
    const graph = new Graph();
    for (const [index, name] of names.entries()) graph.output(`${name} out`, add(graph.input(name, [1]), index));
    const model = onnx.ModelProto.decode(writeOnnx(graph));

    expect(model.graph?.input?.map(({ name }) => name)).toEqual(names);
    const feeds = Object.fromEntries(names.map((name) => [name, Float32Array.of(1)]));
    for (const [index, name] of names.entries()) expect(await evaluate(graph, feeds, `${name} out`)).toEqual([1 + index]);
  });

  test("a name that a record of feeds can't hold is refused", () => {
    expect(() => new Graph().input("__proto__", [1])).toThrow('"__proto__" cannot name an input');
  });

  test("sizes that can't be counted are refused where they would arise", () => {
    const graph = new Graph();
    const x = graph.input("x", [1, 1]);
    expect(() => expand(x, [2 ** 40, 2 ** 40])).toThrow(
      "Expand cannot have shape [1099511627776, 1099511627776]; that is more elements than",
    );
    expect(() => matmul(graph.input("tall", [2 ** 30, 1]), graph.input("wide", [1, 2 ** 30]))).toThrow("more elements than can be counted");
    const wrong = { operator: "Own", inputs: [x], outputs: [{ shape: [Number.NaN], dataType: "float32" }] } as const;
    expect(() => graph.operation(wrong)).toThrow("Own cannot have shape [NaN]; sizes are whole numbers of at least 0");
  });

  test("a model beyond 2 GB is refused before it is written", () => {
    const huge = Object.assign(new Uint8Array(0), {});
    Object.defineProperty(huge, "length", { value: 2 ** 31 });
    expect(() => new ProtobufWriter().bytes(1, huge)).toThrow("a model holds at most 2 GB; let large constants be inputs");
  });

  test("an operand of another graph is refused wherever it hides", () => {
    const [one, other] = [new Graph(), new Graph()];
    const foreign = other.input("y", [2]);
    const x = one.input("x", [2]);
    expect(() => one.output("out", foreign)).toThrow('output "out" belongs to another graph');
    expect(() => concat([x, foreign], 0)).toThrow("Concat: an operand belongs to another graph");
    const [slope] = gradients([{ output: exp(x), gradient: x }], [foreign]) as [Tensor];
    expect(slope.graph).toBe(other);
  });

  test("nothing flows through what is empty", async () => {
    const graph = new Graph();
    const [a, b] = [graph.input("a", [2, 0]), graph.input("b", [0, 3])];
    const product = add(matmul(a, b), transpose(graph.input("c", [3, 2]), [1, 0]));
    const slopes = gradients([{ output: product, gradient: product }], [a, b, graph.inputs.get("c") as Tensor]);
    for (const [index, slope] of slopes.entries()) graph.output(`slope ${index}`, slope);
    const feeds = { a: new Float32Array(0), b: new Float32Array(0), c: Float32Array.of(1, 2, 3, 4, 5, 6) };

    expect(slopes.map(({ shape }) => shape)).toEqual([
      [2, 0],
      [0, 3],
      [3, 2],
    ]);
    expect(await evaluate(graph, feeds, "slope 0")).toEqual([]);
    expect(await evaluate(graph, feeds, "slope 2")).toEqual([1, 2, 3, 4, 5, 6]);
  });
});
