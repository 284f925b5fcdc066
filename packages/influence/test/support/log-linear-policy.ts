import { dot, sum } from "../../src/internal/vector.js";

/** π(o|q) = softmax_o(features[q][o] · θ), in float64: everything about it has a closed form. */
export interface LogLinearPolicy {
  readonly features: readonly (readonly (readonly number[])[])[];
  /** 1 where an outcome is right. */
  readonly correct: readonly (readonly number[])[];
}

export type Objective = "surrogate" | "arcsin" | "accuracy";

export function probabilities({ features }: LogLinearPolicy, theta: ArrayLike<number>): number[][] {
  return features.map((outcomes) => {
    const logits = outcomes.map((feature) => dot(feature, theta));
    const top = Math.max(...logits);
    const weights = logits.map((logit) => Math.exp(logit - top));
    const total = sum(weights);
    return weights.map((weight) => weight / total);
  });
}

/** ∇ log π(o|q) = feature − E feature, `[queries][outcomes][width]`. */
export function scores(policy: LogLinearPolicy, theta: ArrayLike<number>): number[][][] {
  const pi = probabilities(policy, theta);
  return policy.features.map((outcomes, q) => {
    const centre = weightedSum(outcomes, pi[q] as number[]);
    return outcomes.map((feature) => feature.map((value, j) => value - (centre[j] as number)));
  });
}

export function accuracies(policy: LogLinearPolicy, theta: ArrayLike<number>): number[] {
  return probabilities(policy, theta).map((outcomes, q) => dot(outcomes, policy.correct[q] as number[]));
}

/** ∇p of every query. */
export function accuracyGradients(policy: LogLinearPolicy, theta: ArrayLike<number>): number[][] {
  const pi = probabilities(policy, theta);
  return scores(policy, theta).map((outcomes, q) =>
    weightedSum(
      outcomes,
      (pi[q] as number[]).map((probability, o) => probability * (policy.correct[q]?.[o] as number)),
    ),
  );
}

/** J over some queries at θ, where the surrogate's advantages are those of `old`. */
export function objective(
  policy: LogLinearPolicy,
  theta: ArrayLike<number>,
  old: ArrayLike<number>,
  queries: readonly number[],
): Record<Objective, number> {
  const now = accuracies(policy, theta);
  const before = accuracies(policy, old);
  const average = (value: (q: number) => number): number => sum(queries.map(value)) / queries.length;
  const at = (list: readonly number[], q: number): number => list[q] as number;
  return {
    surrogate: average((q) => (at(now, q) - at(before, q)) / Math.sqrt(at(before, q) * (1 - at(before, q)))),
    arcsin: average((q) => 2 * Math.asin(Math.sqrt(at(now, q)))),
    accuracy: average((q) => at(now, q)),
  };
}

/** d² surrogate / dη² along a direction, in closed form. */
export function surrogateCurvature(
  policy: LogLinearPolicy,
  theta: ArrayLike<number>,
  direction: ArrayLike<number>,
  queries: readonly number[],
): number {
  const pi = probabilities(policy, theta);
  const terms = queries.map((q) => {
    const weights = pi[q] as number[];
    const along = (policy.features[q] as number[][]).map((feature) => dot(feature, direction));
    const centre = dot(weights, along);
    const variance = sum(along.map((x, o) => (weights[o] as number) * (x - centre) ** 2));
    const p = dot(weights, policy.correct[q] as number[]);
    const second = sum(along.map((x, o) => (policy.correct[q]?.[o] as number) * (weights[o] as number) * ((x - centre) ** 2 - variance)));
    return second / Math.sqrt(p * (1 - p));
  });
  return sum(terms) / queries.length;
}

export function weightedSum(vectors: readonly (readonly number[])[], weights: ArrayLike<number>): number[] {
  const width = vectors[0]?.length ?? 0;
  return Array.from({ length: width }, (_, j) => sum(vectors.map((vector, i) => (weights[i] as number) * (vector[j] as number))));
}

export function moved(theta: ArrayLike<number>, direction: ArrayLike<number>, rate: number): number[] {
  return Array.from(theta, (value, j) => value + rate * (direction[j] as number));
}
