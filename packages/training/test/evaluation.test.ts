import { describe, expect, test } from "vitest";
import { passAtK, wilsonInterval } from "../src/index.js";

describe("wilsonInterval", () => {
  test("published values", () => {
    // Newcombe 1998, table I, method 3: 81/263, 15/148, 0/20, 1/29
    const published = [
      [81, 263, 0.2553, 0.3662],
      [15, 148, 0.0624, 0.1605],
      [0, 20, 0, 0.1611],
      [1, 29, 0.0061, 0.1718],
    ] as const;
    for (const [hits, count, low, high] of published) {
      const interval = wilsonInterval(hits / count, count);
      expect(interval[0]).toBeCloseTo(low, 4);
      expect(interval[1]).toBeCloseTo(high, 4);
    }
  });

  test("nothing tried, nothing known", () => {
    expect(wilsonInterval(0, 0)).toEqual([0, 1]);
    expect(() => wilsonInterval(1.2, 10)).toThrow("1.2 is no share");
  });
});

describe("passAtK", () => {
  test("equals the share of k-subsets with a right one", () => {
    for (let samples = 1; samples <= 7; samples++) {
      for (let correct = 0; correct <= samples; correct++) {
        for (let k = 1; k <= samples; k++) {
          let [hits, all] = [0, 0];
          for (let subset = 0; subset < 2 ** samples; subset++) {
            const members = Array.from({ length: samples }, (_, index) => index).filter((index) => subset & (1 << index));
            if (members.length !== k) continue;
            all++;
            if (members.some((index) => index < correct)) hits++;
          }
          expect(passAtK(samples, correct, k)).toBeCloseTo(hits / all, 12);
        }
      }
    }
  });

  test("refuses more than was drawn", () => {
    expect(() => passAtK(4, 1, 5)).toThrow("pass@5");
  });
});
