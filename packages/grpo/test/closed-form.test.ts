import { describe, expect, test } from "vitest";
import { evaluatePolicyLoss, type PolicyLossBatch, type PolicyLossOptions } from "../src/index.js";
import { quantile } from "../src/internal/quantile.js";

// One token of one row, so that every formula stands alone: log π = ln 0.3, log π_old = ln 0.2, ρ = 1.5, A = ±2.
const [current, old] = [Math.log(0.3), Math.log(0.2)];

function one(
  options: PolicyLossOptions,
  batch: Partial<PolicyLossBatch> = {},
): { loss: number; gradient: number; metrics: Readonly<Record<string, number>> } {
  const { loss, gradients, metrics } = evaluatePolicyLoss(
    [[current]],
    { advantages: [2], oldLogProbabilities: [[old]], ...batch },
    options,
  );
  return { loss, gradient: gradients[0]?.[0] as number, metrics };
}

describe("one token by hand", () => {
  test("the clipped surrogate: A > 0 above the range is cut and has no gradient, A < 0 is not", () => {
    expect(one({ clipHigh: 0.6 }).loss).toBeCloseTo(-3, 12);
    expect(one({ clipHigh: 0.6 }).gradient).toBeCloseTo(-3, 12);
    expect(one({ clipHigh: 0.3 })).toMatchObject({ loss: expect.closeTo(-2.6, 12), gradient: 0 });
    expect(one({}).loss).toBeCloseTo(-2.4, 12);
    expect(one({}, { advantages: [-2] }).loss).toBeCloseTo(3, 12);
    expect(one({}, { advantages: [-2] }).gradient).toBeCloseTo(3, 12);
    const below = { oldLogProbabilities: [[Math.log(0.6)]] };
    expect(one({ clipLow: 0.3 }, { ...below, advantages: [-2] })).toMatchObject({ loss: expect.closeTo(1.4, 12), gradient: 0 });
    expect(one({ clipLow: 0.3 }, below).loss).toBeCloseTo(-1, 12);
  });

  test("delta caps the ratio on both sides of the minimum", () => {
    expect(one({ clipHigh: 1, delta: 1.25 })).toMatchObject({ loss: expect.closeTo(-2.5, 12), gradient: 0 });
    expect(one({ delta: 1.25 }, { advantages: [-2] })).toMatchObject({ loss: expect.closeTo(2.5, 12), gradient: 0 });
    expect(one({ delta: 1.75 }, { advantages: [-2] }).loss).toBeCloseTo(3, 12);
  });

  test("cispo, sapo, reinforce", () => {
    expect(one({ lossType: "cispo", clipHigh: 1.2 }).loss).toBeCloseTo(-1.2 * 2 * current, 12);
    expect(one({ lossType: "cispo", clipHigh: 1.2 }).gradient).toBeCloseTo(-2.4, 12);
    expect(one({ lossType: "cispo" }).gradient).toBeCloseTo(-3, 12);
    expect(one({ lossType: "cispo" }, { oldLogProbabilities: [[current - Math.log(10)]] }).gradient).toBeCloseTo(-10, 12);
    expect(one({ lossType: "reinforce" })).toMatchObject({ loss: expect.closeTo(-2 * current, 12), gradient: -2 });
    const gate = (tau: number) => 1 / (1 + Math.exp(-tau * 0.5));
    expect(one({ lossType: "sapo" }).loss).toBeCloseTo(-4 * gate(1) * 2, 12);
    expect(one({ lossType: "sapo" }, { advantages: [-2] }).loss).toBeCloseTo((4 / 1.05) * gate(1.05) * 2, 12);
    expect(one({ lossType: "sapo", sapoTemperature: { positive: 3, negative: 1 } }).gradient).toBeCloseTo(
      -4 * gate(3) * (1 - gate(3)) * 1.5 * 2,
      12,
    );
    // a ratio too large for a number
    expect(one({ lossType: "sapo" }, { oldLogProbabilities: [[current - 800]] })).toMatchObject({ loss: -8, gradient: 0 });
  });

  test("vespo: φ(w) = w^k·e^(λ(1 − w)), by the sign of A, with the sampler's correction in w", () => {
    const phi = (w: number, k: number, lambda: number) => w ** k * Math.exp(lambda * (1 - w));

    expect(one({ lossType: "vespo" }).gradient).toBeCloseTo(-2 * phi(1.5, 2, 3), 12);
    expect(one({ lossType: "vespo" }, { advantages: [-2] }).gradient).toBeCloseTo(2 * phi(1.5, 3, 2), 12);
    expect(one({ lossType: "vespo" }, { importanceRatios: [[0.5]] }).gradient).toBeCloseTo(-2 * phi(0.75, 2, 3), 12);
    const own = { positive: { k: 1, lambda: 0.5 }, negative: { k: 1, lambda: 1 } };
    expect(one({ lossType: "vespo", vespo: own }).metrics["vespo/phi_seq_mean"]).toBeCloseTo(phi(1.5, 1, 0.5), 12);
    // Ratios of a whole row are limited to e²⁰ above and 1e-8 below, those of the correction at 1e-8 too.
    const straight: PolicyLossOptions = { lossType: "vespo", vespo: { ...own, positive: { k: 1, lambda: 0 } } };
    expect(one(straight, { oldLogProbabilities: [[-90]] }).gradient / Math.exp(20)).toBeCloseTo(-2, 9);
    expect(one(straight, { importanceRatios: [[0]] }).gradient / 1e-8).toBeCloseTo(-3, 6);
    expect(one(straight, { importanceRatios: [[0]], oldLogProbabilities: [[0]] }).gradient / 1e-8).toBeCloseTo(-2, 6);
  });

  test("k1, k2 and k3 from d = log π_ref − log π, and their limits", () => {
    const d = Math.log(0.5) - current;
    const kl = (options: PolicyLossOptions) => {
      const reference = { referenceLogProbabilities: [[Math.log(0.5)]], advantages: [0] };
      const { loss, gradient, metrics } = one({ beta: 0.5, ...options }, reference);
      return { value: loss / 0.5, gradient: gradient / 0.5, metric: metrics.kl };
    };

    expect(kl({ klEstimator: "k1" })).toMatchObject({ value: expect.closeTo(-d, 12), gradient: 1, metric: expect.closeTo(-d, 12) });
    expect(kl({ klEstimator: "k2" })).toMatchObject({ value: expect.closeTo(d ** 2 / 2, 12), gradient: expect.closeTo(-d, 12) });
    expect(kl({})).toMatchObject({ value: expect.closeTo(5 / 3 - d - 1, 12), gradient: expect.closeTo(1 - 5 / 3, 12) });
    expect(kl({ klBiasCorrection: true }).value).toBeCloseTo(1.5 * (5 / 3 - d - 1), 12);
    expect(kl({ klBiasCorrection: true }).gradient).toBeCloseTo(1.5 * (1 - 5 / 3) + 1.5 * (5 / 3 - d - 1), 12);
    expect(kl({ klLimit: { difference: 0.1, value: 9 } })).toMatchObject({ value: expect.closeTo(Math.exp(0.1) - 1.1, 12), gradient: 0 });
    expect(kl({ klLimit: { difference: 9, value: 0.1 } })).toMatchObject({ value: expect.closeTo(0.1, 12), gradient: 0 });
    expect(kl({ klEstimator: "k1", klLimit: { difference: 9, value: 0.1 } })).toMatchObject({
      value: expect.closeTo(-0.1, 12),
      gradient: 0,
    });
    expect(kl({ klEstimator: "k1", klLimit: { difference: 9, value: 9 } }).gradient).toBe(1);
  });

  test("the off-policy mask drops A < 0 whose mean old − new exceeds the threshold, and nothing else", () => {
    const far = { oldLogProbabilities: [[current + 0.5]] };
    const loss = (advantage: number, offPolicyThreshold: number, more: Partial<PolicyLossBatch> = {}) =>
      one({ clipLow: 1, offPolicyThreshold }, { ...far, advantages: [advantage], ...more }).loss;

    expect(loss(-2, 0.4)).toBe(0);
    expect(loss(-2, 0.6)).toBeCloseTo(2 * Math.exp(-0.5), 12);
    expect(loss(2, 0.4)).toBeCloseTo(-2 * Math.exp(-0.5), 12);
    expect(loss(-2, 0.4, { samplingLogProbabilities: [[current + 0.1]] })).toBeGreaterThan(0);
  });

  test("the off-policy mask goes by the mean over a row's counted tokens", () => {
    const loss = (offPolicyThreshold: number) =>
      evaluatePolicyLoss(
        [[-1, -1, -1]],
        { advantages: [-2], oldLogProbabilities: [[-0.7, -0.5, 5]], masks: [[1, 1, 0]] },
        { clipLow: 1, offPolicyThreshold },
      ).loss;

    const at = evaluatePolicyLoss([[-1]], { advantages: [-2], oldLogProbabilities: [[-0.5]] }, { clipLow: 1, offPolicyThreshold: 0.5 });
    expect(at.loss).toBeCloseTo(2 * Math.exp(-0.5), 12);
    expect(loss(0.39)).toBe(0);
    expect(loss(0.41)).toBeCloseTo(Math.exp(-0.3) + Math.exp(-0.5), 12);
  });

  test("vespo limits the log-ratio of each token to ±20 before it adds them up", () => {
    const { gradients } = evaluatePolicyLoss(
      [[-1, -1]],
      { advantages: [1], oldLogProbabilities: [[-31, 12]] },
      { lossType: "vespo", vespo: { positive: { k: 1, lambda: 0 }, negative: { k: 1, lambda: 1 } } },
    );

    expect((gradients[0]?.[0] as number) / Math.exp(20 - 13)).toBeCloseTo(-1 / 2, 9);
  });

  test("vespo limits the correction of each token and the row's sum to e²⁰, and each token's log-ratio to −20", () => {
    const straight: PolicyLossOptions = { lossType: "vespo", vespo: { positive: { k: 1, lambda: 0 }, negative: { k: 1, lambda: 1 } } };
    const phi = (tokens: readonly { difference: number; correction?: number }[]) => {
      const { metrics } = evaluatePolicyLoss(
        [tokens.map(() => -40)],
        {
          advantages: [1],
          oldLogProbabilities: [tokens.map(({ difference }) => -40 - difference)],
          importanceRatios: [tokens.map(({ correction = 0 }) => Math.exp(correction))],
        },
        straight,
      );
      return Math.log(metrics["vespo/phi_seq_mean"] as number);
    };

    expect(phi([{ difference: -10, correction: 25 }])).toBeCloseTo(10, 9);
    expect(phi([{ difference: -30, correction: 15 }])).toBeCloseTo(-5, 9);
    expect(phi([{ difference: 15 }, { difference: 15 }])).toBeCloseTo(20, 9);
  });

  test("a KL term at its limit is not beyond it, nor a ratio at the edge of its range", () => {
    const kl = evaluatePolicyLoss(
      [[-1]],
      { advantages: [0], referenceLogProbabilities: [[-1.5]] },
      { beta: 1, klEstimator: "k1", klLimit: { difference: 9, value: 0.5 } },
    );
    expect(kl.gradients[0]?.[0]).toBe(1);
    const onPolicy = (options: PolicyLossOptions) => evaluatePolicyLoss([[-1]], { advantages: [1] }, options).metrics;
    expect(onPolicy({ clipHigh: 0 })["clip_ratio/high_mean"]).toBe(0);
    expect(onPolicy({ lossType: "cispo", clipHigh: 1 }).cispo_clip_ratio).toBe(0);
  });

  test("a batch without a counted token has no loss, and an entropy of 0", () => {
    const none = { advantages: [1], masks: [[0, 0]], entropies: [[2, 3]] };
    const { loss, gradients, entropyGradients, metrics } = evaluatePolicyLoss([[-1, -2]], none, { entropyCoefficient: 0.5 });

    expect(loss).toBeCloseTo(0, 12);
    expect(Array.from(gradients[0] ?? [], Math.abs)).toEqual([0, 0]);
    expect(Array.from(entropyGradients?.[0] ?? [], Math.abs)).toEqual([0, 0]);
    expect(metrics.entropy).toBe(0);
  });

  test("quantiles as torch and numpy have them, ends included", () => {
    const values = Float64Array.of(4, 1, 3, 2);

    expect([0, 1 / 3, 0.5, 0.9, 1].map((q) => quantile(values, q))).toEqual([1, 2, 2.5, expect.closeTo(3.7, 12), 4]);
    expect(quantile(new Float64Array(0), 0.5)).toBeNaN();
  });

  test("the correction of the sampler multiplies loss and gradient, but not KL", () => {
    const plain = one({ clipHigh: 1, beta: 0.5 }, { referenceLogProbabilities: [[current - 0.2]] });
    const half = one({ clipHigh: 1, beta: 0.5 }, { referenceLogProbabilities: [[current - 0.2]], importanceRatios: [[0.5]] });
    const kl = 0.5 * (Math.exp(-0.2) + 0.2 - 1);

    expect(half.loss - kl).toBeCloseTo((plain.loss - kl) / 2, 12);
  });
});

describe("averages by hand: rows of 3 and 1 tokens, on policy, A = 1 and −1, a whole of 10 tokens and 4 rows", () => {
  const gradientsOf = (lossType: PolicyLossOptions["lossType"], whole: PolicyLossBatch["whole"] = {}) =>
    evaluatePolicyLoss(
      [[-1, -1, -1], [-1]],
      { advantages: [1, -1], whole },
      { lossType: lossType ?? "dapo", maxCompletionLength: 5 },
    ).gradients.map((row) => -(row[0] as number));

  test.each([
    ["grpo", [1 / 6, -1 / 2], [1 / 12, -1 / 4], [1 / 12, -1 / 4]],
    ["sapo", [1 / 6, -1 / 2], [1 / 12, -1 / 4], [1 / 12, -1 / 4]],
    ["bnpo", [1 / 4, -1 / 4], [1 / 4, -1 / 4], [1 / 8, -1 / 8]],
    ["dr_grpo", [1 / 10, -1 / 10], [1 / 20, -1 / 20], [1 / 20, -1 / 20]],
    ["luspo", [1 / 2, -1 / 2], [1 / 4, -1 / 4], [1 / 4, -1 / 4]],
    ["dapo", [1 / 4, -1 / 4], [1 / 10, -1 / 10], [1 / 4, -1 / 4]],
    ["reinforce", [1 / 4, -1 / 4], [1 / 10, -1 / 10], [1 / 4, -1 / 4]],
  ] as const)("%s", (lossType, alone, withWhole, accumulated) => {
    const close = (values: readonly number[]) => values.map((value) => expect.closeTo(value, 6));

    expect(gradientsOf(lossType)).toEqual(close(alone));
    expect(gradientsOf(lossType, { tokens: 10, rows: 4 })).toEqual(close(withWhole));
    expect(gradientsOf(lossType, { accumulationSteps: 2 })).toEqual(close(accumulated));
  });
});

describe("where TRL's own code goes wrong (commit f2cd5771)", () => {
  test("dapo: steps of several optimiser batches divide by the batch being trained, so each has the token mean's gradient", () => {
    // TRL divides by the tokens of the whole generation batch and not by those of the part that this optimiser step sees.
    const generation = [
      [-1, -1, -1, -1],
      [-1, -1],
    ];
    const part = evaluatePolicyLoss(generation.slice(0, 1), { advantages: [1] }, { lossType: "dapo" });

    expect(Array.from(part.gradients[0] ?? [])).toEqual([-1 / 4, -1 / 4, -1 / 4, -1 / 4]);
    const theirs = evaluatePolicyLoss(generation.slice(0, 1), { advantages: [1], whole: { tokens: 6 } }, { lossType: "dapo" });
    expect(theirs.gradients[0]?.[0]).toBeCloseTo(-1 / 6, 12);
  });

  test("luspo with KL: padding has no part in the mean", () => {
    const kl = (d: number) => Math.exp(d) - d - 1;
    const { loss } = evaluatePolicyLoss(
      [[-1, -1, -1], [-1]],
      { advantages: [0, 0], referenceLogProbabilities: [[-0.5, -1, -1], [-2]] },
      { lossType: "luspo", beta: 1 },
    );

    expect(loss).toBeCloseTo((kl(0.5) + kl(-1)) / 2, 12);
  });
});
