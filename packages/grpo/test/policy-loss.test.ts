import { createRandom } from "@bridge-rl/spec";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { evaluatePolicyLoss, type LossType, type PolicyLossBatch, type PolicyLossOptions, policyLoss } from "../src/index.js";

const types: readonly LossType[] = ["grpo", "bnpo", "dr_grpo", "dapo", "cispo", "sapo", "luspo", "vespo", "reinforce"];

interface Scene {
  readonly current: number[][];
  readonly batch: Required<
    Pick<PolicyLossBatch, "advantages" | "oldLogProbabilities" | "referenceLogProbabilities" | "masks" | "entropies">
  >;
}

/** Rows of unequal length, some tokens masked, ratios on both sides of the clip range. */
function scene(seed: number): Scene {
  const random = createRandom(seed, "scene");
  const lengths = Array.from({ length: random.integer(1, 5) }, () => random.integer(1, 6));
  const draw = (scale: number) => lengths.map((length) => Array.from({ length }, () => scale * random.normal()));
  const current = draw(0.5).map((row) => row.map((value) => value - 2));
  const near = (scale: number) => draw(scale).map((row, index) => row.map((value, token) => value + (current[index]?.[token] ?? 0)));
  return {
    current,
    batch: {
      advantages: lengths.map(() => random.normal()),
      oldLogProbabilities: near(0.3),
      referenceLogProbabilities: near(0.3),
      masks: lengths.map((length) => Array.from({ length }, () => Number(random.chance(0.8)))),
      entropies: draw(1),
    },
  };
}

/** Types whose ratio is a weight without gradient: moving old and new log-probabilities together keeps it as it is. */
function freezesRatio(options: PolicyLossOptions): boolean {
  return options.lossType === "cispo" || options.lossType === "vespo";
}

describe("gradients", () => {
  const variants: PolicyLossOptions[] = types.flatMap((lossType) =>
    (["token", "sequence"] as const).flatMap((ratioLevel) => [
      { lossType, ratioLevel, maxCompletionLength: 8 },
      { lossType, ratioLevel, maxCompletionLength: 8, beta: 0.3, klBiasCorrection: true },
      { lossType, ratioLevel, maxCompletionLength: 8, beta: 0.3, klEstimator: "k1" as const, delta: 1.5 },
      { lossType, ratioLevel, maxCompletionLength: 8, beta: 0.3, klEstimator: "k2" as const, topEntropyQuantile: 0.5 },
      { lossType, ratioLevel, maxCompletionLength: 8, beta: 0.3, klLimit: { difference: 0.2, value: 10 }, clipHigh: 0.4 },
      { lossType, ratioLevel, maxCompletionLength: 8, entropyCoefficient: 0.2, offPolicyThreshold: 0.05, clipLow: 0.1 },
    ]),
  );

  test.each(
    variants
      .filter((options) => !(freezesRatio(options) && options.klBiasCorrection))
      .map((options) => [JSON.stringify(options), options] as const),
  )("equal central differences: %s", (_, options) => {
    for (let seed = 0; seed < 20; seed++) {
      const { current, batch } = scene(seed);
      const { gradients } = evaluatePolicyLoss(current, batch, options);
      const step = 1e-6;
      for (const [row, values] of current.entries()) {
        for (const token of values.keys()) {
          const shifted = (rows: readonly ArrayLike<number>[], shift: number) =>
            rows.map((other, index) => Array.from(other, (value, place) => (index === row && place === token ? value + shift : value)));
          const at = (shift: number) => {
            const oldLogProbabilities = freezesRatio(options) ? shifted(batch.oldLogProbabilities, shift) : batch.oldLogProbabilities;
            return evaluatePolicyLoss(shifted(current, shift), { ...batch, oldLogProbabilities }, options).loss;
          };
          expect(gradients[row]?.[token]).toBeCloseTo((at(step) - at(-step)) / (2 * step), 6);
        }
      }
    }
  });

  test.each(["cispo", "vespo"] as const)("%s: −weight · advantage, the weight without gradient", (lossType) => {
    const { gradients, loss } = evaluatePolicyLoss([[-1]], { advantages: [2], oldLogProbabilities: [[-1.5]] }, { lossType, clipHigh: 5 });
    const ratio = Math.exp(0.5);
    const weight = lossType === "cispo" ? ratio : ratio ** 2 * Math.exp(3 * (1 - ratio));

    expect(gradients[0]?.[0]).toBeCloseTo(-weight * 2, 12);
    expect(loss).toBeCloseTo(weight * 2, 12);
  });
});

describe("the entropy bonus", () => {
  const { current, batch } = scene(5);
  const options: PolicyLossOptions = { entropyCoefficient: 0.3 };
  const counted = batch.masks.flatMap((row) => Array.from(row)).reduce((total, mask) => total + mask, 0);

  test("subtracts coefficient · the mean over counted tokens, with the derivative of that", () => {
    const plain = evaluatePolicyLoss(current, batch, {});
    const { loss, entropyGradients, gradients } = evaluatePolicyLoss(current, batch, options);

    expect(loss).toBeCloseTo(plain.loss - 0.3 * (plain.metrics.entropy as number), 12);
    expect(gradients).toEqual(plain.gradients);
    expect(plain.entropyGradients).toBeUndefined();
    expect(entropyGradients?.map((row) => Array.from(row))).toEqual(
      batch.masks.map((row) => Array.from(row, (mask) => (-0.3 / counted) * mask)),
    );
  });

  test("two parts with the whole's tokens add up", () => {
    const whole = { tokens: 40, rows: 9 };
    const alone = evaluatePolicyLoss(current, { ...batch, whole }, options);
    const without = evaluatePolicyLoss(current, { ...batch, whole }, {});

    expect(without.loss - alone.loss).toBeCloseTo(((alone.metrics.entropy as number) * counted * 0.3) / 40, 12);
  });

  test("with an entropy mask the mean is over the tokens that it leaves, however many the whole has", () => {
    const masked = { ...options, topEntropyQuantile: 0.5 };
    const alone = evaluatePolicyLoss(current, batch, masked).entropyGradients?.map((row) => Array.from(row));

    expect(
      evaluatePolicyLoss(current, { ...batch, whole: { tokens: 40, rows: 9 } }, masked).entropyGradients?.map((row) => Array.from(row)),
    ).toEqual(alone);
    expect(alone?.flat().reduce((total, value) => total + value, 0)).toBeCloseTo(-0.3, 12);
  });

  test("asks the policy for entropies, and hands their derivative on", () => {
    const { entropies, ...rest } = batch;
    const loss = policyLoss(rest, options);
    const rows = current.map((row, index) => ({
      logProbabilities: Float32Array.from(row),
      entropies: Float32Array.from(entropies[index] as ArrayLike<number>),
    }));

    expect(loss.usesEntropies).toBe(true);
    expect(policyLoss(rest, {}).usesEntropies).toBe(false);
    expect(policyLoss(rest, { topEntropyQuantile: 0.5 }).usesEntropies).toBe(true);
    expect(policyLoss(batch, options).usesEntropies).toBe(false);
    expect(loss.evaluate(rows).entropyGradients?.[0]).toBeInstanceOf(Float32Array);
    expect(() => loss.evaluate(rows.map(({ logProbabilities }) => ({ logProbabilities })))).toThrow(
      "entropyCoefficient 0.3 needs entropies",
    );
  });
});

describe("laws", () => {
  test("on policy, every token-mean type has the gradient −A / tokens", () => {
    for (const lossType of types) {
      if (lossType === "grpo" || lossType === "sapo" || lossType === "dr_grpo" || lossType === "luspo") continue;
      const { gradients } = evaluatePolicyLoss([[-1, -2], [-3]], { advantages: [1, -2] }, { lossType });

      expect(gradients.map((row) => Array.from(row))).toEqual([[-1 / 3, -1 / 3], [2 / 3]]);
    }
  });

  test("the order of rows changes nothing but the order of gradients", () => {
    fc.assert(
      fc.property(fc.integer(), fc.constantFrom(...types), fc.constantFrom("token", "sequence"), (seed, lossType, ratioLevel) => {
        const { current, batch } = scene(seed);
        const options: PolicyLossOptions = {
          lossType,
          ratioLevel: ratioLevel === "token" ? "token" : "sequence",
          maxCompletionLength: 8,
          beta: 0.1,
        };
        const order = createRandom(seed, "order").shuffle([...current.keys()]);
        const turn = <T>(rows: ArrayLike<T>) => order.map((index) => rows[index] as T);
        const one = evaluatePolicyLoss(current, batch, options);
        const other = evaluatePolicyLoss(
          turn(current),
          {
            advantages: turn(batch.advantages),
            oldLogProbabilities: turn(batch.oldLogProbabilities),
            referenceLogProbabilities: turn(batch.referenceLogProbabilities),
            masks: turn(batch.masks),
          },
          options,
        );

        expect(other.loss).toBeCloseTo(one.loss, 10);
        for (const [place, index] of order.entries())
          expect(Array.from(other.gradients[place] ?? [])).toEqual(Array.from(one.gradients[index] ?? []));
      }),
      { numRuns: 1000 },
    );
  });

  test("two parts with the whole's totals add up to the whole", () => {
    fc.assert(
      fc.property(fc.integer(), fc.constantFrom(...types.filter((type) => type !== "bnpo")), (seed, lossType) => {
        const { current, batch } = scene(seed);
        const tokens = batch.masks.reduce((total, row) => total + Array.from(row).reduce((sum, value) => sum + value, 0), 0);
        const options: PolicyLossOptions = { lossType, maxCompletionLength: 8, beta: 0.1 };
        const cut = Math.floor(current.length / 2);
        const part = (from: number, to: number) =>
          evaluatePolicyLoss(
            current.slice(from, to),
            {
              advantages: Array.from(batch.advantages).slice(from, to),
              oldLogProbabilities: batch.oldLogProbabilities.slice(from, to),
              referenceLogProbabilities: batch.referenceLogProbabilities.slice(from, to),
              masks: batch.masks.slice(from, to),
              whole: { tokens, rows: current.length },
            },
            options,
          );
        const whole = evaluatePolicyLoss(current, batch, options);
        const parts = [part(0, cut), part(cut, current.length)];

        expect(parts.reduce((total, { loss }) => total + loss, 0)).toBeCloseTo(whole.loss, 10);
        expect(parts.flatMap(({ gradients }) => gradients.map((row) => Array.from(row)))).toEqual(
          whole.gradients.map((row) => Array.from(row)),
        );
      }),
      { numRuns: 1000 },
    );
  });

  test("a row without counted tokens gives no gradient, and what its mask hides may be NaN", () => {
    for (const lossType of types) {
      const { loss, gradients } = evaluatePolicyLoss(
        [[Number.NaN, -1], [-1]],
        { advantages: [1, 1], masks: [[0, 0], [1]], oldLogProbabilities: [[0, 0], [-1]] },
        { lossType, maxCompletionLength: 4 },
      );

      expect(Number.isFinite(loss)).toBe(true);
      expect(Array.from(gradients[0] ?? [])).toEqual([0, 0]);
    }
  });

  test("with a negative advantage, delta is verl's dual clip: the loss stops rising at −A · delta", () => {
    const { loss, gradients } = evaluatePolicyLoss([[0]], { advantages: [-1], oldLogProbabilities: [[-3]] }, { delta: 3 });

    expect(loss).toBeCloseTo(3, 12);
    expect(gradients[0]?.[0]).toBe(0);
  });

  test("luspo at token level sums each row, whatever the padding would have been", () => {
    const { loss } = evaluatePolicyLoss([[-1, -1, -1], [-1]], { advantages: [1, 1] }, { lossType: "luspo" });

    expect(loss).toBeCloseTo(-(3 + 1) / 2, 12);
  });
});

describe("policyLoss", () => {
  test("hands the policy float32 gradients of the float64 loss", () => {
    const { current, batch } = scene(3);
    const rows = current.map((row) => ({ logProbabilities: Float32Array.from(row) }));
    const loss = policyLoss(batch, { beta: 0.1 });
    const exact = evaluatePolicyLoss(
      rows.map((row) => row.logProbabilities),
      batch,
      { beta: 0.1 },
    );

    expect(loss.evaluate(rows).loss).toBe(exact.loss);
    expect(loss.evaluate(rows).gradients).toEqual(exact.gradients.map((row) => Float32Array.from(row)));
  });

  test.each([
    [{ lossType: "dr_grpo" }, "maxCompletionLength"],
    [{ lossType: "dr_grpo", maxCompletionLength: 0 }, "maxCompletionLength"],
    [{ clipLow: 1.5 }, "clipLow 1.5"],
    [{ beta: -1 }, "beta -1"],
    [{ topEntropyQuantile: 0 }, "topEntropyQuantile 0"],
    [{ topEntropyQuantile: 1.1 }, "topEntropyQuantile 1.1"],
    [{ clipHigh: -1 }, "clipHigh -1"],
    [{ delta: 0 }, "delta 0"],
    [{ entropyCoefficient: Number.NaN }, "entropyCoefficient NaN"],
  ] as const)("refuses %j", (options, message) => {
    expect(() => policyLoss({ advantages: [] }, options)).toThrow(message);
  });

  test("names the row, the token and whose log-probability is not finite, unless a mask hides it", () => {
    const rows = [{ logProbabilities: Float32Array.of(-1, -2) }, { logProbabilities: Float32Array.of(-1, Number.NaN) }];

    expect(() => policyLoss({ advantages: [1, 1] }).evaluate(rows)).toThrow(
      "row 1: the policy's log-probability of completion token 1 is NaN",
    );
    expect(() => policyLoss({ advantages: [1], oldLogProbabilities: [[-1, Number.NEGATIVE_INFINITY]] }).evaluate(rows.slice(0, 1))).toThrow(
      "row 0: the old log-probability of completion token 1 is -Infinity",
    );
    const masks = [
      [1, 1],
      [1, 0],
    ];
    for (const ratioLevel of ["token", "sequence"] as const)
      expect(policyLoss({ advantages: [1, 1], masks }, { ratioLevel }).evaluate(rows).loss).toBeLessThan(0);
  });

  test("names the first token of the first row too, and a row whose ratio is too large for a derivative", () => {
    const rows = [{ logProbabilities: Float32Array.of(Number.NaN, -2) }];
    expect(() => policyLoss({ advantages: [1] }).evaluate(rows)).toThrow(
      "row 0: the policy's log-probability of completion token 0 is NaN",
    );
    const far = { advantages: [-1], oldLogProbabilities: [[-900, -1]], names: ["rollout 3"] };
    expect(() => policyLoss(far).evaluate([{ logProbabilities: Float32Array.of(-1, -1) }])).toThrow(
      "rollout 3: the loss has no finite derivative",
    );
  });

  test("names what is missing or has the wrong shape", () => {
    expect(() => evaluatePolicyLoss([[0]], { advantages: [1] }, { beta: 0.1 })).toThrow("referenceLogProbabilities");
    expect(() => evaluatePolicyLoss([[0]], { advantages: [1] }, { topEntropyQuantile: 0.5 })).toThrow("entropies");
    expect(() => evaluatePolicyLoss([[0]], { advantages: [1, 2] })).toThrow("2 advantages for 1 rows");
    expect(() => evaluatePolicyLoss([[0, 1]], { advantages: [1], masks: [[1]] })).toThrow("masks[0] has 1 tokens, the row 2");
  });
});
