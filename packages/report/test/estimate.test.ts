import { BridgeError } from "@bridge-rl/spec";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { difference, estimateOf, meanWithInterval, wilsonInterval } from "../src/index.js";

const share = fc
  .integer({ min: 1, max: 5000 })
  .chain((count) => fc.record({ count: fc.constant(count), correct: fc.integer({ min: 0, max: count }) }));

describe("wilsonInterval", () => {
  // Newcombe, Statistics in Medicine 17 (1998) 857–872, table I, method 3.
  test.each([
    [81, 263, 0.2553, 0.3662],
    [15, 148, 0.0624, 0.1605],
    [0, 20, 0, 0.1611],
    [1, 29, 0.0061, 0.1718],
  ])("of %i in %i is the published one", (correct, count, low, high) => {
    const interval = wilsonInterval(correct, count);
    expect(interval.low).toBeCloseTo(low, 4);
    expect(interval.high).toBeCloseTo(high, 4);
  });

  test("ends where the score test has z = 1.96, mirrors, and holds its estimate", () => {
    fc.assert(
      fc.property(share, ({ correct, count }) => {
        const { accuracy, low, high } = wilsonInterval(correct, count);
        expect(low).toBeLessThanOrEqual(accuracy);
        expect(high).toBeGreaterThanOrEqual(accuracy);
        for (const end of [low, high].filter((value) => value > 0 && value < 1)) {
          expect(Math.abs(accuracy - end) / Math.sqrt((end * (1 - end)) / count)).toBeCloseTo(1.959964, 5);
        }
        const mirrored = wilsonInterval(count - correct, count);
        expect(mirrored.low).toBeCloseTo(1 - high, 12);
      }),
      { numRuns: 2000 },
    );
  });

  test.each([
    [1, 0],
    [3, 2],
    [-1, 5],
    [0.5, 5],
  ])("refuses %d of %d", (correct, count) => {
    expect(() => wilsonInterval(correct, count)).toThrow(BridgeError);
  });
});

describe("difference", () => {
  // Newcombe, Statistics in Medicine 17 (1998) 873–890, table II, method 10.
  test.each([
    [56, 70, 48, 80, 0.0524, 0.3339],
    [9, 10, 3, 10, 0.1705, 0.809],
    [6, 7, 2, 7, 0.0582, 0.8062],
    [5, 56, 0, 29, -0.0381, 0.1926],
    [0, 10, 0, 20, -0.1611, 0.2775],
    [10, 10, 0, 20, 0.6791, 1],
  ])("of %i/%i and %i/%i is the published one", (left, leftCount, right, rightCount, low, high) => {
    const gap = difference(estimateOf(wilsonInterval(left, leftCount)), estimateOf(wilsonInterval(right, rightCount)));
    expect(gap.value).toBeCloseTo(left / leftCount - right / rightCount, 12);
    expect(gap.low).toBeCloseTo(low, 4);
    expect(gap.high).toBeCloseTo(high, 4);
  });

  test("changes its sign when its sides are swapped", () => {
    fc.assert(
      fc.property(share, share, (first, second) => {
        const left = estimateOf(wilsonInterval(first.correct, first.count));
        const right = estimateOf(wilsonInterval(second.correct, second.count));
        expect(difference(left, right).low).toBeCloseTo(-difference(right, left).high, 12);
      }),
    );
  });
});

describe("meanWithInterval", () => {
  test.each([
    [1, 12.7062],
    [2, 4.3027],
    [5, 2.5706],
    [10, 2.2281],
    [30, 2.0423],
    [119, 1.9801],
  ])("reaches by the tabulated quantile of %i degrees of freedom", (degrees, quantile) => {
    const values = Array.from({ length: degrees + 1 }, (_, index) => index);
    const mean = degrees / 2;
    const variance = values.reduce((sum, value) => sum + (value - mean) ** 2, 0) / degrees;
    const estimate = meanWithInterval(values);
    expect(((estimate?.high ?? 0) - mean) / Math.sqrt(variance / (degrees + 1))).toBeCloseTo(quantile, 4);
  });

  test("of 1, 2, 3 is 2 ± 4.3027/√3", () => {
    const estimate = meanWithInterval([1, 2, 3]);
    expect(estimate?.value).toBe(2);
    expect(estimate?.high).toBeCloseTo(2 + 4.302653 / Math.sqrt(3), 5);
  });

  test("is undefined for one value", () => {
    expect(meanWithInterval([1])).toBeUndefined();
  });
});
