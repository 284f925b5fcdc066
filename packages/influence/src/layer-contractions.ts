import { dot } from "./internal/vector.js";

/** `[positions][width]`. Every position where the weight is used, prompt included; padded ones as exact zeros or left out. */
export type PositionMatrix = readonly (readonly number[])[];

/** What one sequence's backward pass leaves at a linear layer y_t = W a_t + b. */
export interface LayerTrace {
  /** a_t, inputs of the layer. */
  readonly inputs: PositionMatrix;
  /** g_t = d log π / d y_t. */
  readonly outputGradients: PositionMatrix;
}

/**
 * ⟨G, G'⟩ of a linear layer's weight without forming G = Σ g_t a_tᵀ: Σ_{t,t'} (a_t·a'_t')(g_t·g'_t').
 *
 * Exact; T² work, so it pays for short sequences only (about T < 40).
 */
export function ghostWeightDot(a: LayerTrace, b: LayerTrace): number {
  return sumPairs(a.inputs.length, b.inputs.length, (t, u) => {
    return dot(row(a.inputs, t), row(b.inputs, u)) * dot(row(a.outputGradients, t), row(b.outputGradients, u));
  });
}

/** ⟨∇b, ∇b'⟩ = (Σ_t g_t)·(Σ_t' g'_t'). */
export function biasDot(a: PositionMatrix, b: PositionMatrix): number {
  return sumPairs(a.length, b.length, (t, u) => dot(row(a, t), row(b, u)));
}

/** ⟨∇γ, ∇γ'⟩ of a norm's gain: (Σ g_t ∘ x̂_t)·(Σ g'_t' ∘ x̂'_t'), `inputs` being the normalised x̂. */
export function gainDot(a: LayerTrace, b: LayerTrace): number {
  return biasDot(elementwise(a), elementwise(b));
}

/** What one sequence's backward pass leaves at an embedding. */
export interface EmbeddingTrace {
  readonly tokens: readonly number[];
  /** e_t, the gradient at the embedding's output. */
  readonly gradients: PositionMatrix;
}

/** ⟨∇E, ∇E'⟩: Σ over positions with equal tokens of e_t·e'_t'. */
export function embeddingDot(a: EmbeddingTrace, b: EmbeddingTrace): number {
  return sumPairs(a.tokens.length, b.tokens.length, (t, u) => {
    return a.tokens[t] === b.tokens[u] ? dot(row(a.gradients, t), row(b.gradients, u)) : 0;
  });
}

/**
 * ⟨∇E, ∇E'⟩ where one matrix is both embedding and output head: embedding·embedding + head·head + the two cross terms.
 *
 * Leaving the cross terms out gives a wrong number, not an approximate one.
 *
 * @param head  inputs h_t of the head and gradients of its logits, whose width is the vocabulary
 */
export function tiedEmbeddingDot(
  a: { readonly embedding: EmbeddingTrace; readonly head: LayerTrace },
  b: { readonly embedding: EmbeddingTrace; readonly head: LayerTrace },
): number {
  return (
    embeddingDot(a.embedding, b.embedding) + ghostWeightDot(a.head, b.head) + crossDot(a.head, b.embedding) + crossDot(b.head, a.embedding)
  );
}

/** Σ_{t,t'} (g_t)[token'_t'] (h_t·e'_t'): a head's gradient against an embedding's. */
function crossDot(head: LayerTrace, embedding: EmbeddingTrace): number {
  return sumPairs(head.inputs.length, embedding.tokens.length, (t, u) => {
    const atToken = row(head.outputGradients, t)[embedding.tokens[u] as number] as number;
    return atToken * dot(row(head.inputs, t), row(embedding.gradients, u));
  });
}

/**
 * g_tᵀ V a_t at each position: a rollout's score along V, split by where the weight is *used*.
 *
 * The sum is the layer's part of ⟨V, score⟩. The split is not credit for tokens: position t also carries gradient of later tokens' losses.
 *
 * @param direction  the layer's part of V, `[outputs][inputs]`
 */
export function contractPositions(trace: LayerTrace, direction: PositionMatrix): number[] {
  return trace.inputs.map((input, t) =>
    dot(
      row(trace.outputGradients, t),
      direction.map((weights) => dot(weights, input)),
    ),
  );
}

function row(matrix: PositionMatrix, index: number): readonly number[] {
  return matrix[index] as readonly number[];
}

function elementwise(trace: LayerTrace): PositionMatrix {
  return trace.inputs.map((input, t) => input.map((value, j) => value * (row(trace.outputGradients, t)[j] as number)));
}

function sumPairs(first: number, second: number, term: (t: number, u: number) => number): number {
  let total = 0;
  for (let t = 0; t < first; t++) for (let u = 0; u < second; u++) total += term(t, u);
  return total;
}
