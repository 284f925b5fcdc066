import { expect, test } from "vitest";
import { duration, fixed, listed, points, significant, whole } from "../src/internal/format.js";

test.each([
  [0, "0"],
  [0.0099999, "0.0100"],
  [0.01234, "0.0123"],
  [1234.5, "1235"],
  [99.96, "100"],
  [-0.5, "−0.500"],
  [0.0004, "4.00·10⁻⁴"],
  [-123456, "−1.23·10⁵"],
])("%d in three significant digits is %s", (value, text) => {
  expect(significant(value)).toBe(text);
});

test("there is no negative zero, and a gain of nothing has no sign", () => {
  expect(fixed(-0.0004, 2)).toBe("0.00");
  expect(points(-0.0001)).toBe("0.0");
  expect(points(0.0001)).toBe("0.0");
  expect(points(0.125)).toBe("+12.5");
});

test("times, counts and lists read as a person writes them", () => {
  expect([3.14, 59.6, 443.2, 7384].map(duration)).toEqual([
    "3.1\u00a0s",
    "1\u00a0min 0\u00a0s",
    "7\u00a0min 23\u00a0s",
    "2\u00a0h 3\u00a0min",
  ]);
  expect(whole(1234567)).toBe("1\u202f234\u202f567");
  expect(listed(["a", "b", "c"])).toBe("a, b and c");
});
