import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { studentQuantile } from "../src/index.js";
import { logGamma, regularizedIncompleteBeta } from "../src/internal/special-functions.js";

describe("studentQuantile", () => {
  // The first two are tan(0.475 π) and 0.95 √(2 / 0.0975); the others from printed tables with more digits.
  test.each([
    [0.975, 1, 12.706204736174698],
    [0.975, 2, 4.302652729749464],
    [0.975, 3, 3.182446305284263],
    [0.975, 5, 2.570581835636314],
    [0.975, 10, 2.2281388519649385],
    [0.975, 30, 2.042272456301238],
    [0.995, 3, 5.840909309733355],
    [0.95, 7, 1.894578605061305],
    [0.975, Number.POSITIVE_INFINITY, 1.959963984540054],
    [0.995, Number.POSITIVE_INFINITY, 2.5758293035489004],
  ])("at %d with %d degrees of freedom is %d", (probability, freedom, expected) => {
    expect(studentQuantile(probability, freedom)).toBeCloseTo(expected, 10);
  });

  test("has the closed forms of one, two and four degrees of freedom", () => {
    fc.assert(
      fc.property(fc.double({ min: 1e-6, max: 1 - 1e-6, noNaN: true }), (p) => {
        const spread = 4 * p * (1 - p);
        const q = Math.cos(Math.acos(Math.sqrt(spread)) / 3) / Math.sqrt(spread);
        const four = Math.sign(p - 0.5) * 2 * Math.sqrt(Math.max(0, q - 1));
        for (const [freedom, expected] of [
          [1, Math.tan(Math.PI * (p - 0.5))],
          [2, (2 * p - 1) * Math.sqrt(2 / spread)],
          [4, four],
        ] as const) {
          // The cube root of the closed form for 4 loses digits around ½.
          if (freedom === 4 && Math.abs(p - 0.5) < 1e-2) continue;
          expect(Math.abs(studentQuantile(p, freedom) - expected)).toBeLessThan(1e-8 * Math.max(1, Math.abs(expected)));
        }
      }),
      { numRuns: 500 },
    );
  });

  test("inverts the distribution at any number of degrees of freedom", () => {
    fc.assert(
      fc.property(fc.double({ min: 0.501, max: 0.9999, noNaN: true }), fc.double({ min: 0.3, max: 9000, noNaN: true }), (p, freedom) => {
        const t = studentQuantile(p, freedom);
        const tail = regularizedIncompleteBeta(freedom / (freedom + t * t), freedom / 2, 0.5, (t * t) / (freedom + t * t)) / 2;
        expect(Math.abs(1 - tail - p)).toBeLessThan(1e-11);
        expect(studentQuantile(1 - p, freedom)).toBeCloseTo(-t, 6 - Math.ceil(Math.log10(1 + t)));
      }),
      { numRuns: 500 },
    );
  });

  test("does not jump where the expansion takes over", () => {
    for (const probability of [0.9, 0.975, 0.9995]) {
      const [below, above] = [studentQuantile(probability, 10_000), studentQuantile(probability, 10_000.01)];
      expect(Math.abs(below - above)).toBeLessThan(1e-9);
      expect(below).toBeGreaterThan(above);
    }
  });

  test.each([
    [0, 3],
    [1, 3],
    [0.9, 0],
    [Number.NaN, 3],
  ])("refuses probability %d with %d degrees of freedom", (probability, freedom) => {
    expect(() => studentQuantile(probability, freedom)).toThrow(/no t quantile/);
  });
});

describe("special functions", () => {
  test("ln Γ gives factorials and the half", () => {
    let factorial = 1;
    for (let n = 1; n <= 170; n++) {
      factorial *= n;
      const exact = Math.log(factorial);
      expect(Math.abs(logGamma(n + 1) - exact)).toBeLessThan(1e-13 * Math.max(1, exact));
    }
    expect(logGamma(0.5)).toBeCloseTo(Math.log(Math.sqrt(Math.PI)), 14);
  });

  test("the incomplete beta function is a sum of binomial probabilities at whole numbers", () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 40 }),
        fc.integer({ min: 1, max: 40 }),
        fc.double({ min: 0, max: 1, noNaN: true }),
        (a, b, x) => {
          const trials = a + b - 1;
          let tail = 0;
          let count = 1;
          for (let k = 0; k <= trials; k++) {
            if (k >= a) tail += count * x ** k * (1 - x) ** (trials - k);
            count *= (trials - k) / (k + 1);
          }
          expect(Math.abs(regularizedIncompleteBeta(x, a, b) - tail)).toBeLessThan(1e-12);
        },
      ),
      { numRuns: 500 },
    );
  });
});
