import { sum } from "../../src/internal/vector.js";
import type { EmbeddingTrace, LayerTrace } from "../../src/layer-contractions.js";

/** x_t = E[tok_t] + mean of earlier E; h = tanh(W1 x + b1); logits = Wo h + bo; position t predicts token t+1. */
export interface TinyParameters {
  readonly E: number[][];
  readonly W1: number[][];
  readonly b1: number[];
  readonly Wo: number[][];
  readonly bo: number[];
}

export type ParameterName = keyof TinyParameters;

/** Rounds after every operation; `Math.fround` makes the model a float32 one. */
export type Rounding = (value: number) => number;

interface Pass {
  readonly x: number[][];
  readonly h: number[][];
  /** log-softmax of every position. */
  readonly logProbabilities: number[][];
}

function forward(parameters: TinyParameters, sequence: readonly number[], round: Rounding): Pass {
  const { E, W1, b1, Wo, bo } = parameters;
  const rounded = (a: readonly number[], b: readonly number[]): number =>
    a.reduce((total, value, j) => round(total + round(value * (b[j] as number))), 0);
  const pass: Pass = { x: [], h: [], logProbabilities: [] };
  const earlier = (E[0] as number[]).map(() => 0);
  for (const [t, token] of sequence.slice(0, -1).entries()) {
    const own = E[token] as number[];
    const x = own.map((value, j) => (t === 0 ? value : round(value + round((earlier[j] as number) / t))));
    const h = W1.map((weights, i) => round(Math.tanh(round(rounded(weights, x) + (b1[i] as number)))));
    const logits = Wo.map((weights, i) => round(rounded(weights, h) + (bo[i] as number)));
    const top = Math.max(...logits);
    const total = logits.reduce((partial, logit) => round(partial + round(Math.exp(round(logit - top)))), 0);
    pass.x.push(x);
    pass.h.push(h);
    pass.logProbabilities.push(logits.map((logit) => round(round(logit - top) - round(Math.log(total)))));
    for (const [j, value] of own.entries()) earlier[j] = round((earlier[j] as number) + value);
  }
  return pass;
}

/** log π of every token after the first. */
export function tokenLogProbabilities(
  parameters: TinyParameters,
  sequence: readonly number[],
  round: Rounding = (value) => value,
): number[] {
  return forward(parameters, sequence, round).logProbabilities.map((row, t) => row[sequence[t + 1] as number] as number);
}

/** What a backward pass of Σ weights_t · log π_t leaves at every layer. */
export interface TinyTraces {
  readonly embedding: EmbeddingTrace;
  readonly hidden: LayerTrace;
  readonly output: LayerTrace;
}

export function traces(parameters: TinyParameters, sequence: readonly number[], weights: ArrayLike<number>): TinyTraces {
  const { W1, Wo } = parameters;
  const { x, h, logProbabilities } = forward(parameters, sequence, (value) => value);
  const output = logProbabilities.map((row, t) =>
    row.map((value, token) => (weights[t] as number) * ((token === sequence[t + 1] ? 1 : 0) - Math.exp(value))),
  );
  const hidden = output.map((gradient, t) =>
    (h[t] as number[]).map((value, i) => sum(gradient.map((g, row) => g * (Wo[row]?.[i] as number))) * (1 - value ** 2)),
  );
  const inputs = hidden.map((gradient) => (x[0] as number[]).map((_, j) => sum(gradient.map((g, row) => g * (W1[row]?.[j] as number)))));
  const embedding = inputs.map((own, u) =>
    own.map((value, j) => value + sum(inputs.slice(u + 1).map((later, offset) => (later[j] as number) / (u + 1 + offset)))),
  );
  return {
    embedding: { tokens: sequence.slice(0, -1), gradients: embedding },
    hidden: { inputs: x, outputGradients: hidden },
    output: { inputs: h, outputGradients: output },
  };
}

/** Gradients as matrices, formed from the traces. */
export function gradients(parameters: TinyParameters, sequence: readonly number[], weights: ArrayLike<number>): TinyParameters {
  const { embedding, hidden, output } = traces(parameters, sequence, weights);
  return {
    E: parameters.E.map((row, token) =>
      row.map((_, j) => sum(embedding.gradients.map((gradient, t) => (embedding.tokens[t] === token ? (gradient[j] as number) : 0)))),
    ),
    W1: outer(hidden),
    b1: columnSums(hidden),
    Wo: outer(output),
    bo: columnSums(output),
  };
}

function outer({ inputs, outputGradients }: LayerTrace): number[][] {
  const outputs = outputGradients[0]?.length ?? 0;
  const width = inputs[0]?.length ?? 0;
  return Array.from({ length: outputs }, (_, i) =>
    Array.from({ length: width }, (_, j) => sum(inputs.map((input, t) => (outputGradients[t]?.[i] as number) * (input[j] as number)))),
  );
}

function columnSums({ outputGradients }: LayerTrace): number[] {
  return (outputGradients[0] ?? []).map((_, i) => sum(outputGradients.map((gradient) => gradient[i] as number)));
}

export function flatten(parameters: TinyParameters, order: readonly ParameterName[]): number[] {
  return order.flatMap((name) => parameters[name].flat());
}

/** The inverse of `flatten`, with shapes as in `like`. */
export function unflatten(flat: ArrayLike<number>, like: TinyParameters, order: readonly ParameterName[]): TinyParameters {
  const result: Partial<Record<ParameterName, number[] | number[][]>> = {};
  let next = 0;
  for (const name of order) {
    const shape = like[name];
    result[name] = shape.map((row) => (typeof row === "number" ? (flat[next++] as number) : row.map(() => flat[next++] as number))) as
      | number[]
      | number[][];
  }
  return result as unknown as TinyParameters;
}

/** θ + rate · direction. */
export function shifted(
  parameters: TinyParameters,
  direction: ArrayLike<number>,
  rate: number,
  order: readonly ParameterName[],
  round: Rounding = (value) => value,
): TinyParameters {
  const flat = flatten(parameters, order).map((value, j) => round(round(value) + round(rate * round(direction[j] as number))));
  return unflatten(flat, parameters, order);
}
