import { describe, expect, test } from "vitest";
import { evaluatePolicyLoss, samplerCorrections, truncatedImportanceSampling } from "../src/index.js";

const old = [
  [Math.log(0.5), Math.log(0.2), Math.log(0.9)],
  [Math.log(0.8), Math.log(0.1)],
];
const sampling = [
  [Math.log(0.25), Math.log(0.4), Math.log(0.1)],
  [Math.log(0.1), Math.log(0.1)],
];
const masks = [
  [1, 1, 0],
  [1, 1],
];
const rounded = (rows: readonly Float64Array[]) => rows.map((row) => Array.from(row, (value) => Number(value.toFixed(12))));

describe("samplerCorrections", () => {
  test("token level: each token's own ratio, those above the cap cut to it or dropped", () => {
    const level = "token";

    expect(rounded(samplerCorrections(old, sampling, masks, { level }).importanceRatios)).toEqual([
      [2, 0.5, 1],
      [0, 1],
    ]);
    expect(rounded(samplerCorrections(old, sampling, masks, { level, mode: "truncate", maximum: 1.5 }).importanceRatios)).toEqual([
      [1.5, 0.5, 1],
      [1.5, 1],
    ]);
    expect(rounded(samplerCorrections(old, sampling, masks, { level, mode: "truncate", minimum: 0.75 }).importanceRatios)).toEqual([
      [2, 0.75, 1],
      [3, 1],
    ]);
    expect(rounded(samplerCorrections(old, sampling, masks, { level, minimum: 0.75 }).importanceRatios)).toEqual([
      [2, 0, 1],
      [0, 1],
    ]);
  });

  test("sequence level: the product over counted tokens, the same for all of them", () => {
    expect(rounded(samplerCorrections(old, sampling, masks).importanceRatios)).toEqual([
      [1, 1, 1],
      [0, 0],
    ]);
    expect(rounded(samplerCorrections(old, sampling, masks, { mode: "truncate", maximum: 5 }).importanceRatios)).toEqual([
      [1, 1, 1],
      [5, 5],
    ]);
  });

  test("TRL's metrics", () => {
    const { metrics } = samplerCorrections(old, sampling, masks, { level: "token", mode: "truncate" });

    expect(metrics["sampling/sampling_logp_difference/mean"]).toBeCloseTo((Math.log(2) + Math.log(2) + Math.log(8) + 0) / 4, 12);
    expect(metrics["sampling/sampling_logp_difference/max"]).toBeCloseTo(Math.log(8), 12);
    expect(metrics["sampling/importance_sampling_ratio/min"]).toBeCloseTo(0.5, 12);
    expect(metrics["sampling/importance_sampling_ratio/mean"]).toBeCloseTo((2 + 0.5 + 3 + 1) / 4, 12);
    expect(metrics["sampling/importance_sampling_ratio/max"]).toBeCloseTo(3, 12);
  });

  test("our metrics: KL(sampler ‖ policy) by r − 1 − log r, the mean before anything is cut, and the share that is", () => {
    const ratios = [2, 0.5, 8, 1];
    const { metrics } = samplerCorrections(old, sampling, masks, { level: "token", mode: "truncate", minimum: 0.75 });

    const kl = ratios.reduce((sum, ratio) => sum + (ratio - 1 - Math.log(ratio)), 0) / 4;
    expect(metrics["sampling/kl"]).toBeCloseTo(kl, 12);
    expect(metrics["sampling/importance_sampling_ratio/uncut_mean"]).toBeCloseTo(11.5 / 4, 12);
    expect(metrics["sampling/importance_sampling_ratio/cut_share"]).toBe(2 / 4);
    const near = samplerCorrections([[-1, -1]], [[-0.5, -0.75]], [[1, 1]], { level: "token" }).metrics;
    expect(near["sampling/sampling_logp_difference/max"]).toBe(0.5);
    expect(near["sampling/importance_sampling_ratio/max"]).toBeCloseTo(Math.exp(-0.25), 12);
    expect(near["sampling/importance_sampling_ratio/cut_share"]).toBe(0);
  });

  test("a weight at a limit is not beyond it, and batches without a counted token have numbers for metrics", () => {
    const same = [[-1], [-1]];
    const ones = [[1], [1]];
    for (const limits of [{ maximum: 1, minimum: 0.5 }, { minimum: 1 }]) {
      const { importanceRatios, metrics } = samplerCorrections(same, same, ones, { level: "token", ...limits });
      expect(rounded(importanceRatios)).toEqual(ones);
      expect(metrics["sampling/importance_sampling_ratio/cut_share"]).toBe(0);
    }
    const { metrics } = samplerCorrections(same, same, [[0], [0]], { level: "token" });
    for (const name of ["sampling_logp_difference/mean", "kl", "importance_sampling_ratio/uncut_mean"])
      expect(metrics[`sampling/${name}`]).toBe(0);
    expect(truncatedImportanceSampling).toEqual({ level: "token", mode: "truncate", maximum: 2 });
  });

  test("without a cap the weighted gradient is that of the sampler's distribution re-weighted: E_q[p/q · f] = E_p[f]", () => {
    // Three outcomes; every one is a row, weighed by the sampler's probability of drawing it.
    const [p, q, reward] = [
      [0.2, 0.5, 0.3],
      [0.6, 0.3, 0.1],
      [1, -1, 0.5],
    ];
    const logs = (values: number[] | undefined) => (values ?? []).map((value) => [Math.log(value)]);
    const { importanceRatios } = samplerCorrections(logs(p), logs(q), [[1], [1], [1]], { level: "token", maximum: 1e9 });
    const { gradients } = evaluatePolicyLoss(logs(p), { advantages: reward ?? [], importanceRatios }, { lossType: "reinforce" });

    for (const [row, [gradient]] of gradients.entries()) {
      expect((gradient as number) * (q?.[row] as number) * 3).toBeCloseTo(-(p?.[row] as number) * (reward?.[row] as number), 12);
    }
  });

  test("refuses limits that nothing fits between, and rows of other lengths", () => {
    expect(() => samplerCorrections(old, sampling, masks, { minimum: 2, maximum: 2 })).toThrow("between 2 and 2");
    expect(() => samplerCorrections(old, sampling, masks, { minimum: -1 })).toThrow("between -1 and 3");
    expect(() => samplerCorrections(old, [[0], [0, 0]], masks)).toThrow("row 0 has 3 old log-probabilities, 1 of the sampler");
  });
});
