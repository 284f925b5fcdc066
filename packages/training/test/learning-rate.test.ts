import fc from "fast-check";
import { expect, test } from "vitest";
import { type LearningRateSchedule, learningRateAt } from "../src/index.js";

const rates = (steps: number, schedule: LearningRateSchedule) =>
  Array.from({ length: steps }, (_, step) => learningRateAt(step, steps, schedule));

test("by hand", () => {
  expect(rates(3, { kind: "constant", peak: 2 })).toEqual([2, 2, 2]);
  expect(rates(4, { kind: "constant", peak: 2, warmupSteps: 2 })).toEqual([1, 2, 2, 2]);
  expect(rates(4, { kind: "linear", peak: 8 })).toEqual([8, 6, 4, 2]);
  expect(rates(6, { kind: "linear", peak: 8, warmupSteps: 2, minimumShare: 0.5 })).toEqual([4, 8, 8, 7, 6, 5]);
  const cosine = rates(4, { kind: "cosine", peak: 2 });
  expect(cosine[0]).toBe(2);
  expect(cosine[2]).toBeCloseTo(1, 12);
  expect(cosine[3]).toBeCloseTo(1 - Math.SQRT1_2, 12);
});

test("rises through warm-up, never rises after it, and stays between the lowest rate and the peak", () => {
  fc.assert(
    fc.property(
      fc.constantFrom("constant", "linear", "cosine"),
      fc.integer({ min: 1, max: 60 }),
      fc.integer({ min: 0, max: 60 }),
      fc.double({ min: 0, max: 1, noNaN: true }),
      (kind, steps, warmup, minimumShare) => {
        const warmupSteps = Math.min(warmup, steps);
        const all = rates(steps, { kind, peak: 3, warmupSteps, minimumShare });
        for (let step = 1; step < steps; step++) {
          const [before, after] = [all[step - 1] as number, all[step] as number];
          if (step < warmupSteps) expect(after).toBeGreaterThan(before);
          if (step > warmupSteps) expect(after).toBeLessThanOrEqual(before);
        }
        for (const rate of all) expect(rate > 0 && rate <= 3 + 1e-12).toBe(true);
      },
    ),
    { numRuns: 2000 },
  );
});

test("refuses what is no schedule", () => {
  const constant: LearningRateSchedule = { kind: "constant", peak: 1 };
  expect(() => learningRateAt(5, 5, constant)).toThrow("step 5 is not one of the 5 steps");
  expect(() => learningRateAt(0, 5, { ...constant, peak: -1 })).toThrow("peak of -1");
  expect(() => learningRateAt(0, 5, { ...constant, warmupSteps: 6 })).toThrow("a warm-up of 6 steps");
});
