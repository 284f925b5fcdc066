import { expect } from "vitest";
import { Graph, gradients, multiply, sum, type Tensor } from "../../src/index.js";
import { compile, floats } from "./evaluate.js";

/** An operand of random elements that derivatives are taken with respect to. */
export interface Operand {
  readonly shape: readonly number[];
  /** Elements are drawn from here. @defaultValue −2 … 2 */
  readonly range?: readonly [number, number];
}

type Build = (operands: Tensor[], graph: Graph) => Tensor;

/** mulberry32: small, seeded, good enough for test data. */
function testRandom(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

/**
 * Compares the derivative of Σ c ⊙ f(x) for a random c with central differences in float64, every element of every operand; then runs
 * the fused float32 graph and compares its value and derivative with the float64 ones.
 */
export async function checkDerivative(operands: readonly Operand[], build: Build, seed: number): Promise<void> {
  const random = testRandom(seed);
  const points = operands.map(({ shape, range: [low, high] = [-2, 2] }) =>
    Array.from({ length: shape.reduce((product, size) => product * size, 1) }, () => low + (high - low) * random()),
  );
  const exact = objective(operands, build, "float64", seed);
  const program = await compile(exact);
  const feeds = (at: readonly number[][], type: "float32" | "float64"): Record<string, Float32Array | Float64Array> =>
    Object.fromEntries(at.map((values, index) => [`x${index}`, floats(values, type)]));
  const analytic = await program.run(feeds(points, "float64"));
  const value = async (at: readonly number[][]): Promise<number> => Number((await program.run(feeds(at, "float64"))).value?.data[0]);
  const step = 1e-5;
  for (const [operand, point] of points.entries()) {
    const derivative = analytic[`dx${operand}`];
    expect(derivative?.shape).toEqual(operands[operand]?.shape);
    for (const element of point.keys()) {
      const shifted = (by: number): number[][] =>
        points.map((values, index) => (index === operand ? values.map((each, at) => (at === element ? each + by : each)) : values));
      const numeric = ((await value(shifted(step))) - (await value(shifted(-step)))) / (2 * step);
      const difference = Math.abs(numeric - Number(derivative?.data[element]));
      expect(difference, `element ${element} of operand ${operand}`).toBeLessThan(1e-6 * Math.max(1, Math.abs(numeric)));
    }
  }
  await program.release();

  const single = await compile(objective(operands, build, "float32", seed));
  const rounded = await single.run(feeds(points, "float32"));
  await single.release();
  for (const [name, { data }] of Object.entries(analytic)) {
    const scale = Math.max(1, ...Array.from(data as Float64Array, Math.abs));
    Array.from(data as Float64Array).forEach((expected, index) => {
      expect(Math.abs(Number(rounded[name]?.data[index]) - expected), `float32 ${name}[${index}]`).toBeLessThan(1e-5 * scale);
    });
  }
}

function objective(operands: readonly Operand[], build: Build, dataType: "float32" | "float64", seed: number): Graph {
  const graph = new Graph();
  const inputs = operands.map(({ shape }, index) => graph.input(`x${index}`, shape, dataType));
  const result = build(inputs, graph);
  const random = testRandom(seed + 1);
  const count = result.shape.reduce((product, size) => product * size, 1);
  const weights = floats(
    Array.from({ length: count }, () => random() - 0.5),
    dataType,
  );
  const cotangent =
    weights instanceof Float64Array ? graph.constant(weights, result.shape, "float64") : graph.constant(weights, result.shape, "float32");
  graph.output("value", sum(multiply(result, cotangent)));
  graph.output("result", result);
  const derivatives = gradients([{ output: result, gradient: cotangent }], inputs);
  for (const [index, derivative] of derivatives.entries()) graph.output(`dx${index}`, derivative);
  return graph;
}
