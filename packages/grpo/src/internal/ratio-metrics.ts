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
    return { cispo_clip_ratio: share(flags((ratio, advantage) => ratio > options.clipHigh && advantage > 0)).mean };
  }
  const cap = options.delta ?? Number.POSITIVE_INFINITY;
  const low = share(flags((ratio, advantage) => Math.min(ratio, cap) < 1 - options.clipLow && advantage < 0));
  const high = share(flags((ratio, advantage) => Math.min(ratio, cap) > 1 + options.clipHigh && advantage > 0));
  return {
    "clip_ratio/low_mean": low.mean,
    "clip_ratio/high_mean": high.mean,
    "clip_ratio/region_mean": low.mean + high.mean,
    "clip_ratio/low_min": low.minimum,
    "clip_ratio/high_max": high.maximum,
  };

  function flags(test: (ratio: number, advantage: number) => boolean): Float64Array {
    const result = new Float64Array(ratios.values.length);
    for (let row = 0; row < rows.count; row++) {
      for (let token = rows.starts[row] as number; token < (rows.starts[row + 1] as number); token++) {
        result[token] = Number(test(ratios.values[token] as number, advantages[row] as number));
      }
    }
    return result;
  }

  function share(flagged: Float64Array): { mean: number; minimum: number; maximum: number } {
    const sums = maskedSums(rows, flagged, masks);
    const bySequence = ratios.level === "sequence";
    // A row without counted tokens has no share of its own; its sequence ratio is 1, which is never clipped.
    const shares = Array.from(sums, (total, row) =>
      (lengths[row] as number) > 0 ? total / (lengths[row] as number) : bySequence ? 0 : Number.NaN,
    );
    const known = shares.filter((value) => !Number.isNaN(value));
    return {
      mean: bySequence ? sum(Float64Array.from(shares)) / rows.count : sum(sums) / Math.max(sum(lengths), 1),
      minimum: known.length === 0 ? Number.NaN : Math.min(...known),
      maximum: known.length === 0 ? Number.NaN : Math.max(...known),
    };
  }
}
