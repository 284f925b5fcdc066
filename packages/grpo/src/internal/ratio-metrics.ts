import type { ResolvedPolicyLossOptions } from "../policy-loss-options.js";
import type { FlatRows } from "./flat-rows.js";
import { maskedSums, sum } from "./flat-rows.js";
import type { ImportanceRatios } from "./importance-ratio.js";

/**
 * How many ratios were clipped, by TRL's names. Token level: shares of the counted tokens; sequence level: shares of rows.
 *
 * TRL counts after the `delta` cap, which hides high clipping where delta < 1 + clipHigh; so do we, to give the same numbers.
 */
export function clipMetrics(
  options: ResolvedPolicyLossOptions,
  rows: FlatRows,
  ratios: ImportanceRatios,
  advantages: ArrayLike<number>,
  masks: Float64Array,
  lengths: Float64Array,
): Record<string, number> {
  if (options.lossType === "cispo") {
    return { cispo_clip_ratio: share((ratio, advantage) => ratio > options.clipHigh && advantage > 0).mean };
  }
  const cap = options.delta ?? Number.POSITIVE_INFINITY;
  const low = share((ratio, advantage) => Math.min(ratio, cap) < 1 - options.clipLow && advantage < 0);
  const high = share((ratio, advantage) => Math.min(ratio, cap) > 1 + options.clipHigh && advantage > 0);
  return {
    "clip_ratio/low_mean": low.mean,
    "clip_ratio/high_mean": high.mean,
    "clip_ratio/region_mean": low.mean + high.mean,
    "clip_ratio/low_min": low.minimum,
    "clip_ratio/high_max": high.maximum,
  };

  function share(test: Test): { mean: number; minimum: number; maximum: number } {
    if (ratios.level === "sequence") {
      const flagged = ratios.ofRows.map((ratio, row) => Number(test(ratio, advantages[row] as number)));
      return { mean: sum(flagged) / rows.count, minimum: least(flagged), maximum: most(flagged) };
    }
    const flagged = new Float64Array(ratios.values.length);
    for (let row = 0; row < rows.count; row++) {
      for (let token = rows.starts[row] as number; token < (rows.starts[row + 1] as number); token++) {
        flagged[token] = Number(test(ratios.values[token] as number, advantages[row] as number));
      }
    }
    const sums = maskedSums(rows, flagged, masks);
    // A row without counted tokens has no share of its own.
    const shares = sums.map((total, row) => total / (lengths[row] as number)).filter((value) => !Number.isNaN(value));
    return { mean: sum(sums) / Math.max(sum(lengths), 1), minimum: least(shares), maximum: most(shares) };
  }
}

type Test = (ratio: number, advantage: number) => boolean;

function least(values: Float64Array): number {
  return values.length === 0 ? Number.NaN : values.reduce((one, other) => Math.min(one, other));
}

function most(values: Float64Array): number {
  return values.length === 0 ? Number.NaN : values.reduce((one, other) => Math.max(one, other));
}
