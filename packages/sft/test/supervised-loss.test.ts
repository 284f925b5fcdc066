import { describe, expect, test } from "vitest";
import { supervisedLoss } from "../src/index.js";

const batch = {
  weights: [Float32Array.of(1, 2), Float32Array.of(0, 1)],
  labels: [Int32Array.of(0, 1), Int32Array.of(1, 0)],
  labelNames: ["plain", "reflection", "never"],
};
const rows = [{ logProbabilities: Float32Array.of(-1, -2) }, { logProbabilities: Float32Array.of(-4, -0.5) }];

describe("supervisedLoss", () => {
  test("by hand: Σ −w·log π / Σ w, its derivative, and each label's own mean", () => {
    const { loss, gradients, metrics } = supervisedLoss(batch).evaluate(rows);

    expect(loss).toBeCloseTo((1 + 4 + 0 + 0.5) / 4, 12);
    expect(gradients.map((row) => Array.from(row))).toEqual([
      [-0.25, -0.5],
      [-0, -0.25],
    ]);
    expect(metrics).toEqual({
      "log_probability/plain": -0.75,
      "perplexity/plain": expect.closeTo(Math.exp(0.75), 12),
      "log_probability/reflection": -3,
      "perplexity/reflection": expect.closeTo(Math.exp(3), 12),
    });
  });

  test("its derivative does not depend on the log-probabilities, and is that of finite differences", () => {
    const loss = supervisedLoss(batch);
    const { gradients } = loss.evaluate(rows);
    const shifted = rows.map(({ logProbabilities }, row) => ({
      logProbabilities: logProbabilities.map((value, token) => (row === 0 && token === 1 ? value + 0.25 : value)),
    }));

    expect(loss.derivative).toBe("constant");
    expect((loss.evaluate(shifted).loss - loss.evaluate(rows).loss) / 0.25).toBeCloseTo(gradients[0]?.[1] as number, 12);
  });

  test("refuses a batch without weight, and weights and labels that don't belong together", () => {
    expect(() => supervisedLoss({ ...batch, weights: [Float32Array.of(0, 0), Float32Array.of(0, 0)] })).toThrow("sum to 0");
    expect(() => supervisedLoss({ ...batch, labels: [Int32Array.of(0), Int32Array.of(1, 0)] })).toThrow("row 0 has 2 weights and 1 labels");
    expect(() => supervisedLoss({ ...batch, labels: batch.labels.slice(0, 1) })).toThrow("row 1 has 2 weights and no labels");
  });
});
