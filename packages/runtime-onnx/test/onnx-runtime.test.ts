import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { BridgeError, type TensorValue } from "@bridge-rl/spec";
import { add, Graph, matmul, max, multiply, reshape, slice, softmax, sum, transpose } from "@bridge-rl/tensor";
import { describe, expect, test } from "vitest";
import { createOnnxRuntime } from "../src/index.js";

function value(data: TensorValue["data"], ...shape: number[]): TensorValue {
  return { data, shape };
}

/** y = x·w + 1 */
function affine(): Graph {
  const graph = new Graph();
  const x = graph.input("x", [2, 2]);
  graph.output("y", add(matmul(x, graph.input("w", [2, 2])), 1));
  return graph;
}

const x = value(Float32Array.of(1, 2, 3, 4), 2, 2);
const w = value(Float32Array.of(1, 0, 0, 2), 2, 2);

describe("createOnnxRuntime", () => {
  test("runs a program, again and again, at once", async () => {
    const program = await createOnnxRuntime().compile(affine());
    for (let run = 0; run < 3; run++) {
      expect(program.run({ x, w })).toEqual({ y: { data: Float32Array.of(2, 5, 4, 9), shape: [2, 2] } });
    }
    program.dispose();
  });

  test("initializers stand in for inputs", async () => {
    const program = await createOnnxRuntime().compile(affine(), { initializers: { w } });
    expect(program.run({ x }).y?.data).toEqual(Float32Array.of(2, 5, 4, 9));
    expect(() => program.run({ x, w })).toThrow('the program has no input "w"; it has x');
    program.dispose();
  });

  test("one program takes inputs of several sizes along a variable axis, and says which sizes it takes", async () => {
    // the softmax of a row and of its last element alone, which counts from the end
    const graph = new Graph();
    const scores = graph.input("scores", [2, 8]);
    const shares = softmax(scores);
    graph.output("rest", sum(slice(shares, -1, 0, -1), -1));
    graph.output("last", slice(shares, -1, -1, 8));
    const program = await createOnnxRuntime().compile(graph, { variableAxes: { scores: { 1: "elements" } } });
    for (const size of [2, 8, 5]) {
      const data = Float32Array.from({ length: 2 * size }, (_, index) => Math.sin(index));
      const { rest, last } = program.run({ scores: value(data, 2, size) });
      for (const row of [0, 1]) {
        const exponentials = [...data.subarray(row * size, (row + 1) * size)].map(Math.exp);
        const share = (exponentials.at(-1) as number) / exponentials.reduce((total, each) => total + each, 0);
        expect(last?.data[row]).toBeCloseTo(share, 6);
        expect(rest?.data[row]).toBeCloseTo(1 - share, 6);
      }
      expect(last?.shape).toEqual([2, 1]);
    }
    for (const shape of [
      [2, 9],
      [2, 0],
      [1, 8],
    ]) {
      const data = new Float32Array(shape.reduce((product, each) => product * each, 1));
      expect(() => program.run({ scores: value(data, ...shape) })).toThrow(
        `input "scores" is [${shape.join(", ")}]; the program wants [2, 1 to 8]`,
      );
    }
    expect(() => program.run({ scores: value(new Float32Array(9), 2, 4) })).toThrow('input "scores" holds 9 elements; [2, 4] has 8');
    program.dispose();
  });

  test("axes of one name have one size in a run, and a reshape keeps a first axis that varies", async () => {
    const graph = new Graph();
    const rows = graph.input("rows", [6, 4]);
    const factors = graph.input("factors", [6, 1]);
    // heads apart and together again, as attention does
    const apart = transpose(reshape(multiply(rows, factors), [6, 2, 2]), [0, 2, 1]);
    graph.output("turned", reshape(apart, [6, 4]));
    for (const lowering of ["fused", "plain"] as const) {
      const program = await createOnnxRuntime({ lowering }).compile(graph, {
        variableAxes: { rows: { 0: "rows" }, factors: { 0: "rows" } },
      });
      for (const size of [1, 6, 3]) {
        const data = Float32Array.from({ length: 4 * size }, (_, index) => index);
        const factor = Float32Array.from({ length: size }, (_, index) => index + 1);
        const { turned } = program.run({ rows: value(data, size, 4), factors: value(factor, size, 1) });
        expect(turned?.shape).toEqual([size, 4]);
        expect(Array.from(turned?.data as Float32Array)).toEqual(
          Array.from({ length: size }, (_, row) => [0, 2, 1, 3].map((place) => (4 * row + place) * (row + 1))).flat(),
        );
      }
      expect(() => program.run({ rows: value(new Float32Array(8), 2, 4), factors: value(new Float32Array(3), 3, 1) })).toThrow(
        'input "rows" has 2 rows, input "factors" has 3; give both the same',
      );
      program.dispose();
    }
  });

  test("float64 runs on standard operators, and more threads give the same", async () => {
    const graph = new Graph();
    const double = graph.input("x", [2, 2], "float64");
    graph.output("y", matmul(double, double, { transposeRight: true, scale: 0.5 }));
    const program = await createOnnxRuntime({ threads: 2 }).compile(graph);
    expect(program.run({ x: value(Float64Array.of(1, 2, 3, 4), 2, 2) }).y?.data).toEqual(Float64Array.of(2.5, 5.5, 5.5, 12.5));
    program.dispose();
  });

  test.each([
    [{ x }, "invalid-input", 'input "w" is missing'],
    [{ x, w, v: w }, "invalid-input", 'no input "v"; it has x, w'],
    [{ x, w: value(w.data, 4) }, "shape-mismatch", 'input "w" is [4]; the program wants [2, 2]'],
    [{ x, w: value(new Float32Array(3), 2, 2) }, "shape-mismatch", 'input "w" holds 3 elements; [2, 2] has 4'],
    [{ x: value(new Float64Array(4), 2, 2), w }, "invalid-input", 'input "x" is a Float64Array; the program wants float32'],
  ] as const)("refuses feeds %#", async (feeds, code, message) => {
    const program = await createOnnxRuntime().compile(affine());
    const run = (): unknown => program.run(feeds);
    expect(run).toThrow(BridgeError);
    expect(run).toThrow(message);
    expect(run).toThrow(expect.objectContaining({ code }));
    program.dispose();
  });

  test("refuses to run what was disposed, bad options and bad initializers", async () => {
    const program = await createOnnxRuntime().compile(affine());
    program.dispose();
    program.dispose();
    expect(() => program.run({ x, w })).toThrow("the program was disposed");
    expect(() => createOnnxRuntime({ threads: 0 })).toThrow("threads is 0; give a whole number of at least 1");
    await expect(createOnnxRuntime().compile(affine(), { initializers: { w: value(new Float32Array(2), 2, 2) } })).rejects.toThrow(
      'initializer "w" has 2 elements',
    );
  });
});

/** What the rest of bridge-rl builds on and a new version of onnxruntime-node could change. */
describe("onnxruntime-node behaves as relied on", () => {
  test("is the pinned version", () => {
    const path = createRequire(import.meta.url).resolve("onnxruntime-node/package.json");
    expect((JSON.parse(readFileSync(path, "utf8")) as { version: string }).version).toBe("1.30.0");
  });

  test("reads inputs where they are: a run on 64 MB takes no copy of them", async () => {
    const graph = new Graph();
    const big = graph.input("big", [4096, 4096]);
    graph.output("first", sum(multiply(graph.input("small", [1]), 2)));
    graph.output("unused", max(graph.operation({ operator: "Shape", inputs: [big], outputs: [{ shape: [2], dataType: "int64" }] })));
    const program = await createOnnxRuntime().compile(graph);
    const feeds = { big: value(new Float32Array(4096 * 4096), 4096, 4096), small: value(Float32Array.of(3), 1) };
    program.run(feeds);
    const before = process.resourceUsage().minorPageFault;
    for (let run = 0; run < 20; run++) program.run(feeds);
    // a copy would touch 16,384 fresh pages in each run
    expect(process.resourceUsage().minorPageFault - before).toBeLessThan(16_384);
    program.dispose();
  });

  test("copies outputs: what one run returned is not touched by the next", async () => {
    const program = await createOnnxRuntime().compile(affine());
    const first = program.run({ x, w }).y?.data;
    program.run({ x: value(Float32Array.of(9, 9, 9, 9), 2, 2), w });
    expect(first).toEqual(Float32Array.of(2, 5, 4, 9));
    program.dispose();
  });

  test("never writes to an input, and an output that is an input is a copy", async () => {
    const graph = new Graph();
    const input = graph.input("x", [4]);
    graph.output("same", input);
    graph.output("doubled", multiply(input, 2));
    const program = await createOnnxRuntime().compile(graph);
    const data = Float32Array.of(1, 2, 3, 4);
    const { same } = program.run({ x: value(data, 4) });
    expect(data).toEqual(Float32Array.of(1, 2, 3, 4));
    data[0] = 100;
    expect(same?.data[0]).toBe(1);
    program.dispose();
  });

  test("sees an input change in place between two runs", async () => {
    const program = await createOnnxRuntime().compile(affine());
    const weights = Float32Array.of(1, 0, 0, 2);
    program.run({ x, w: value(weights, 2, 2) });
    weights.fill(0);
    expect(program.run({ x, w: value(weights, 2, 2) }).y?.data).toEqual(Float32Array.of(1, 1, 1, 1));
    program.dispose();
  });

  test("copies initializers: a change after compiling goes unseen", async () => {
    const weights = Float32Array.of(1, 0, 0, 2);
    const program = await createOnnxRuntime().compile(affine(), { initializers: { w: value(weights, 2, 2) } });
    weights.fill(0);
    expect(program.run({ x }).y?.data).toEqual(Float32Array.of(2, 5, 4, 9));
    program.dispose();
  });

  test("gives the same bits with the same threads", async () => {
    const graph = new Graph();
    const left = graph.input("left", [257, 263]);
    graph.output("y", matmul(left, left, { transposeRight: true }));
    const data = Float32Array.from({ length: 257 * 263 }, (_, index) => Math.sin(index));
    for (const threads of [1, 2]) {
      const program = await createOnnxRuntime({ threads }).compile(graph);
      const bytes = (): Uint8Array =>
        Uint8Array.from(new Uint8Array(program.run({ left: value(data, 257, 263) }).y?.data.buffer ?? new ArrayBuffer(0)));
      const first = bytes();
      for (let run = 0; run < 10; run++) expect(Buffer.compare(bytes(), first)).toBe(0);
      program.dispose();
    }
  });
});
