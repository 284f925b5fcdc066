import { add, divide, Graph, multiply, sqrt, square, subtract, sum, type Tensor } from "@bridge-rl/tensor";
import type { AdamWOptions } from "../../adamw.js";

type Float = "float32" | "float64";

/** Scalars that steer a step of `adamWGraph`, each an input of shape `[]`. */
export interface AdamWScalars {
  /** Multiplies the gradient: what clipping comes down to. */
  readonly gradientScale: number;
  readonly beta1: number;
  readonly beta2: number;
  /** 1 − β₁ and 1 − β₂, taken outside, where they are not rounded twice. */
  readonly oneMinusBeta1: number;
  readonly oneMinusBeta2: number;
  readonly epsilon: number;
  /** 1 − learning rate · weight decay. */
  readonly keep: number;
  /** Learning rate / (1 − β₁ᵗ). */
  readonly rate: number;
  /** 1 / (1 − β₂ᵗ). */
  readonly correction: number;
}

export function adamWScalars({ learningRate, gradientScale, beta1, beta2, epsilon, weightDecay, step }: AdamWOptions): AdamWScalars {
  return {
    gradientScale,
    beta1,
    beta2,
    oneMinusBeta1: 1 - beta1,
    oneMinusBeta2: 1 - beta2,
    epsilon,
    keep: 1 - learningRate * weightDecay,
    rate: learningRate / (1 - beta1 ** step),
    correction: 1 / (1 - beta2 ** step),
  };
}

/**
 * One step of AdamW on one tensor, the formula of `adamW` as a graph.
 *
 * Inputs `parameter`, `gradient`, `first` and `second` of the tensor's shape, and the `AdamWScalars`; outputs `parameter`, `first` and `second`
 * with "new " before their names.
 */
export function adamWGraph(shape: readonly number[], dataType: Float = "float32"): Graph {
  const graph = new Graph();
  const [parameter, gradient, first, second] = ["parameter", "gradient", "first", "second"].map((name) =>
    graph.input(name, shape, dataType),
  ) as [Tensor, Tensor, Tensor, Tensor];
  const scalar = (name: keyof AdamWScalars): Tensor => graph.input(name, [], dataType);
  const value = multiply(gradient, scalar("gradientScale"));
  const mean = add(multiply(scalar("beta1"), first), multiply(scalar("oneMinusBeta1"), value));
  const variance = add(multiply(scalar("beta2"), second), multiply(scalar("oneMinusBeta2"), square(value)));
  const update = divide(multiply(scalar("rate"), mean), add(sqrt(multiply(variance, scalar("correction"))), scalar("epsilon")));
  graph.output("new first", mean);
  graph.output("new second", variance);
  graph.output("new parameter", subtract(multiply(parameter, scalar("keep")), update));
  return graph;
}

/**
 * Sums of squares: inputs `0`, `1`, …; outputs `squares 0`, …, one of each, so that the caller can name the tensor that is not finite.
 *
 * Rows are summed before their sums are, since a GPU gives each sum one thread.
 */
export function squaresGraph(shapes: readonly (readonly number[])[], dataType: Float = "float32"): Graph {
  const graph = new Graph();
  for (const [index, shape] of shapes.entries()) {
    const squares = square(graph.input(String(index), shape, dataType));
    graph.output(`squares ${index}`, shape.length > 1 ? sum(sum(squares, -1)) : sum(squares));
  }
  return graph;
}

/** `total` + `scale` · `addend`, all of one shape but the scalar; output `sum`. */
export function addGraph(shape: readonly number[], dataType: Float = "float32"): Graph {
  const graph = new Graph();
  const addend = multiply(graph.input("addend", shape, dataType), graph.input("scale", [], dataType));
  graph.output("sum", add(graph.input("total", shape, dataType), addend));
  return graph;
}
