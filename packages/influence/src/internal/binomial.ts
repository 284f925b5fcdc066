import { logBeta, logGamma } from "./special-functions.js";

/** P(n) for n = 0 … size of Bin(size, probability). */
export function binomialProbabilities(size: number, probability: number): number[] {
  const odds: number[] = new Array(size + 1).fill(0);
  if (probability === 0 || probability === 1) {
    odds[probability === 0 ? 0 : size] = 1;
    return odds;
  }
  // In logarithms, so that large groups don't underflow.
  const top = Math.log(probability);
  const rest = Math.log1p(-probability);
  let logCount = 0;
  for (let correct = 0; correct <= size; correct++) {
    odds[correct] = Math.exp(logCount + correct * top + (size - correct) * rest);
    logCount += Math.log((size - correct) / (correct + 1));
  }
  return odds;
}

/** P(n) for n = 0 … size where p ~ Beta(a, b) and n ~ Bin(size, p). */
export function betaBinomialProbabilities(size: number, a: number, b: number): number[] {
  const base = logGamma(size + 1) - logBeta(a, b);
  return Array.from({ length: size + 1 }, (_, n) =>
    Math.exp(base - logGamma(n + 1) - logGamma(size - n + 1) + logBeta(n + a, size - n + b)),
  );
}
