import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { accuracyPosterior, expectedSignal, signalCoefficient, unbiasedRewardVariance, zeroSignalProbability } from "../src/index.js";
import { betaBinomialProbabilities, binomialProbabilities } from "../src/internal/binomial.js";
import { sum } from "../src/internal/vector.js";

const size = fc.integer({ min: 2, max: 96 });
const probability = fc.double({ min: 0, max: 1, noNaN: true });

describe("expectedSignal", () => {
  test("is below the coefficient, grows with the group and is symmetric", () => {
    fc.assert(
      fc.property(size, probability, (n, p) => {
        const signal = expectedSignal(n, p);
        expect(signal).toBeLessThanOrEqual(signalCoefficient(p) + 1e-12);
        expect(signal).toBeLessThanOrEqual(expectedSignal(n + 1, p) + 1e-12);
        expect(signal).toBeCloseTo(expectedSignal(n, 1 - p), 10);
      }),
      { numRuns: 2000 },
    );
  });

  test("is exactly 0 where every rollout is right or every one wrong", () => {
    expect([expectedSignal(8, 0), expectedSignal(8, 1), zeroSignalProbability(8, 0), zeroSignalProbability(8, 1)]).toEqual([0, 0, 1, 1]);
  });

  test("stays finite for large groups", () => {
    expect(expectedSignal(5000, 0.3)).toBeCloseTo(signalCoefficient(0.3), 3);
  });
});

describe("unbiasedRewardVariance", () => {
  test("is p(1−p) on average", () => {
    fc.assert(
      fc.property(size, probability, (n, p) => {
        const mean = sum(binomialProbabilities(n, p).map((weight, k) => weight * unbiasedRewardVariance(k, n)));
        expect(mean).toBeCloseTo(p * (1 - p), 11);
      }),
      { numRuns: 1000 },
    );
  });

  test("does not exist for one rollout", () => {
    expect(() => unbiasedRewardVariance(1, 1)).toThrow(/at least two/);
  });
});

describe("accuracyPosterior", () => {
  test.each([
    [0, 8],
    [3, 8],
    [8, 8],
    [5, 32],
  ])("agrees with numerical integration for %d of %d", (correct, n) => {
    const posterior = accuracyPosterior(correct, n);
    // Substituting p = sin² x takes the poles of Jeffreys' density away.
    const steps = 40_000;
    const grid = Array.from({ length: steps }, (_, i) => Math.sin(((i + 0.5) / steps) * (Math.PI / 2)) ** 2);
    const density = grid.map((p) => p ** correct * (1 - p) ** (n - correct));
    const total = sum(density);
    const average = (f: (p: number) => number): number => sum(grid.map((p, i) => (density[i] as number) * f(p))) / total;
    expect(posterior.accuracy.mean).toBeCloseTo(
      average((p) => p),
      8,
    );
    expect(posterior.coefficient.mean).toBeCloseTo(average(signalCoefficient), 8);
    expect(posterior.expectedSignal.mean).toBeCloseTo(
      average((p) => sum(binomialProbabilities(n, p).map((w, k) => w * signalCoefficient(k / n)))),
      8,
    );
    for (const { quantity, low, high } of [
      { quantity: (p: number) => p, ...posterior.accuracy },
      { quantity: signalCoefficient, ...posterior.coefficient },
    ]) {
      expect(average((p) => (quantity(p) < low ? 1 : 0))).toBeCloseTo(0.025, 3);
      expect(average((p) => (quantity(p) < high ? 1 : 0))).toBeCloseTo(0.975, 3);
    }
  });

  test("leaves a query that was never right a chance to teach something", () => {
    const { expectedSignal: signal, coefficient } = accuracyPosterior(0, 8);
    expect(signal.mean).toBeGreaterThan(0.05);
    expect(coefficient.mean).toBeGreaterThan(signal.mean);
    expect(accuracyPosterior(8, 8).expectedSignal.mean).toBeCloseTo(signal.mean, 12);
  });

  test("is narrower after more rollouts", () => {
    const [few, many] = [accuracyPosterior(4, 8).accuracy, accuracyPosterior(32, 64).accuracy];
    expect(many.high - many.low).toBeLessThan((few.high - few.low) / 2);
  });

  test("rests on probabilities that sum to 1", () => {
    fc.assert(
      fc.property(size, fc.double({ min: 0.5, max: 50, noNaN: true }), fc.double({ min: 0.5, max: 50, noNaN: true }), (n, a, b) => {
        expect(sum(betaBinomialProbabilities(n, a, b))).toBeCloseTo(1, 10);
      }),
    );
  });
});
