/** How AdamW updates. */
export interface AdamWOptions {
  readonly learningRate: number;
  /** Multiplies every gradient: what clipping to a global norm comes down to. */
  readonly gradientScale: number;
  readonly beta1: number;
  readonly beta2: number;
  readonly epsilon: number;
  /** Decoupled weight decay. */
  readonly weightDecay: number;
  /** Steps taken, this one included. */
  readonly step: number;
}

/** What AdamW keeps for a tensor. */
export interface AdamWMoments {
  readonly first: Float32Array;
  readonly second: Float32Array;
}

/**
 * One step of AdamW (arXiv 1711.05101, Algorithm 2, with the decay scaled by the learning rate as in PyTorch), in place:
 * p ← p·(1 − η·λ) − η·m̂ / (√v̂ + ε).
 */
export function adamW(parameter: Float32Array, gradient: Float32Array, moments: AdamWMoments, options: AdamWOptions): void {
  const { learningRate, gradientScale, beta1, beta2, epsilon, weightDecay, step } = options;
  const { first, second } = moments;
  const keep = 1 - learningRate * weightDecay;
  const rate = learningRate / (1 - beta1 ** step);
  const correction = 1 / (1 - beta2 ** step);
  for (let index = 0; index < parameter.length; index++) {
    const value = (gradient[index] as number) * gradientScale;
    const mean = beta1 * (first[index] as number) + (1 - beta1) * value;
    const variance = beta2 * (second[index] as number) + (1 - beta2) * value * value;
    first[index] = mean;
    second[index] = variance;
    parameter[index] = (parameter[index] as number) * keep - (rate * mean) / (Math.sqrt(variance * correction) + epsilon);
  }
}
