import { describe, expect, test } from "vitest";
import { passAtK } from "../src/index.js";

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
