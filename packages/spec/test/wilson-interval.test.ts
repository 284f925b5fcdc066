import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { wilsonInterval } from "../src/index.js";

describe("wilsonInterval", () => {
  // Newcombe (1998), Table I, method 3.
  test.each([
    [81, 263, 0.2553, 0.3662],
    [15, 148, 0.0624, 0.1605],
    [0, 20, 0, 0.1611],
    [1, 29, 0.0061, 0.1718],
  ])("%d of %d", (successes, count, low, high) => {
    const [from, to] = wilsonInterval(successes / count, count);
    expect(from).toBeCloseTo(low, 4);
    expect(to).toBeCloseTo(high, 4);
  });

  test("holds the share, within 0 and 1", () => {
    fc.assert(
      fc.property(fc.nat(500), fc.nat(500), (one, other) => {
        const share = one + other === 0 ? 0.5 : one / (one + other);
        const [low, high] = wilsonInterval(share, one + other);
        expect(low >= 0 && low <= share && share <= high && high <= 1).toBe(true);
      }),
    );
  });

  test("nothing tried, nothing known", () => {
    expect(wilsonInterval(0, 0)).toEqual([0, 1]);
    expect(() => wilsonInterval(1.2, 10)).toThrow("1.2 is no share");
  });
});
