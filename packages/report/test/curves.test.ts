import fc from "fast-check";
import { describe, expect, test } from "vitest";
import type { ArmRun } from "../src/index.js";
import { evenly, metricCurves, smooth, thin } from "../src/internal/curves.js";

const points = fc
  .array(fc.double({ min: -100, max: 100, noNaN: true }), { minLength: 1, maxLength: 900 })
  .map((values) => values.map((value, step) => [step, value] as const));

function arm(name: string, seed: number, values: readonly (readonly [number, number | null])[]): ArmRun {
  const events = values.map(([step, value]) => ({ phase: "grpo", step, metrics: { reward: value } }));
  return { name, seed, directory: `arms/${name}-seed${seed}`, events, evaluations: [], rollouts: {}, influence: {} };
}

describe("metricCurves", () => {
  test("averages seeds where all have a value, and keeps the order of the run", () => {
    const [vanilla, bridge] = metricCurves(
      [
        arm("vanilla", 1, [[1, 0.25]]),
        arm("bridge", 1, [
          [2, 0.5],
          [1, 0.2],
        ]),
        arm("bridge", 2, [
          [1, 0.4],
          [3, 0.9],
        ]),
      ],
      "grpo",
      "reward",
    );
    expect(vanilla?.mean).toEqual([[1, 0.25]]);
    expect(bridge?.index).toBe(1);
    expect(bridge?.mean.map(([step]) => step)).toEqual([1]);
    expect(bridge?.mean[0]?.[1]).toBeCloseTo(0.3, 12);
    expect(bridge?.seeds[0]?.points).toEqual([
      [1, 0.2],
      [2, 0.5],
    ]);
  });

  test("takes the later of two values of one step, and leaves out null", () => {
    const [curve] = metricCurves(
      [
        arm("bridge", 1, [
          [1, 0.2],
          [1, 0.3],
          [2, null],
        ]),
      ],
      "grpo",
      "reward",
    );
    expect(curve?.mean).toEqual([[1, 0.3]]);
  });
});

describe("smooth", () => {
  test("keeps a straight line, the number of points and the range", () => {
    const line = Array.from({ length: 50 }, (_, step) => [step, 3 * step + 1] as const);
    for (const [step, value] of smooth(line, 9)) expect(value).toBeCloseTo(3 * step + 1, 9);
    fc.assert(
      fc.property(points, fc.constantFrom(1, 3, 7, 15), (raw, window) => {
        const values = raw.map(([, value]) => value);
        const smoothed = smooth(raw, window).map(([, value]) => value);
        expect(smoothed).toHaveLength(values.length);
        expect(Math.max(...smoothed)).toBeLessThanOrEqual(Math.max(...values) + 1e-9);
        expect(Math.min(...smoothed)).toBeGreaterThanOrEqual(Math.min(...values) - 1e-9);
      }),
    );
  });
});

describe("thin", () => {
  test("leaves few points alone and never changes the mean of equal groups", () => {
    const few = [
      [1, 2],
      [2, 5],
    ] as const;
    expect(thin(few)).toEqual(few);
    const many = Array.from({ length: 960 }, (_, step) => [step, step % 7] as const);
    const thinned = thin(many);
    expect(thinned).toHaveLength(240);
    const mean = (rows: readonly (readonly [number, number])[]): number => rows.reduce((sum, [, value]) => sum + value, 0) / rows.length;
    expect(mean(thinned)).toBeCloseTo(mean(many), 9);
  });
});

test("evenly keeps both ends and never repeats", () => {
  fc.assert(
    fc.property(fc.integer({ min: 1, max: 500 }), (length) => {
      const picked = evenly(
        Array.from({ length }, (_, index) => index),
        21,
      );
      expect(picked).toHaveLength(Math.min(length, 21));
      expect(new Set(picked).size).toBe(picked.length);
      expect([picked[0], picked.at(-1)]).toEqual([0, length - 1]);
    }),
  );
});
