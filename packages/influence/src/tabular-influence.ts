import { at } from "./internal/at.js";

/** One query of a softmax table: the policy is free to choose every outcome's logit. */
export interface TabularQuery {
  /** π(o|q), summing to 1. */
  readonly probabilities: readonly number[];
  /** 1 for right outcomes, 0 for wrong ones. */
  readonly correct: readonly number[];
}

/** p = Σ over right outcomes of π. */
export function tabularAccuracy({ probabilities, correct }: TabularQuery): number {
  return probabilities.reduce((total, probability, outcome) => total + probability * at(correct, outcome), 0);
}

/** K between two outcomes of one query, δ(o, o') − π(o) − π(o') + Σ π²; across queries it is 0. */
export function tabularCoInfluence({ probabilities }: TabularQuery, outcome: number, other: number): number {
  const squares = probabilities.reduce((total, probability) => total + probability ** 2, 0);
  return (outcome === other ? 1 : 0) - at(probabilities, outcome) - at(probabilities, other) + squares;
}

/** ∇ 2 arcsin √p = ∇p / √(p(1−p)) by the logits, the gradient of GRPO with infinitely large groups. */
export function tabularPopulationGradient(query: TabularQuery): number[] {
  const accuracy = tabularAccuracy(query);
  const s = Math.sqrt(accuracy * (1 - accuracy));
  return query.probabilities.map((probability, outcome) => (probability * (at(query.correct, outcome) - accuracy)) / s);
}

/** The influence of a query on itself, Σ π² (c − p)² / (p(1−p)); on any other it is 0. */
export function tabularSelfInfluence(query: TabularQuery): number {
  return tabularPopulationGradient(query).reduce((total, value) => total + value ** 2, 0);
}
