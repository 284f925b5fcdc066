import type { PolicyLossBatch } from "../policy-loss-batch.js";
import type { ResolvedPolicyLossOptions } from "../policy-loss-options.js";
import type { FlatRows } from "./flat-rows.js";
import { sum } from "./flat-rows.js";

/**
 * Every way of averaging is a weighted sum over tokens; these are its weights. `[tokens]`
 *
 * @param lengths  counted tokens of each row
 */
export function tokenWeights(
  { lossType, maxCompletionLength }: ResolvedPolicyLossOptions,
  rows: FlatRows,
  masks: Float64Array,
  lengths: Float64Array,
  whole: NonNullable<PolicyLossBatch["whole"]>,
): Float64Array {
  const { accumulationSteps = 1 } = whole;
  const rowCount = (whole.rows ?? rows.count) * accumulationSteps;
  const batchTokens = Math.max(sum(lengths), 1) * accumulationSteps;
  const wholeTokens = Math.max(whole.tokens ?? sum(lengths), 1);
  const weights = new Float64Array(masks.length);
  for (let row = 0; row < rows.count; row++) {
    const divisor = divisorOf(row);
    for (let token = rows.starts[row] as number; token < (rows.starts[row + 1] as number); token++) {
      weights[token] = (masks[token] as number) / divisor;
    }
  }
  return weights;

  function divisorOf(row: number): number {
    switch (lossType) {
      case "grpo":
      case "sapo":
        return Math.max(lengths[row] as number, 1) * rowCount;
      case "bnpo":
        return batchTokens;
      case "dr_grpo":
        return rowCount * maxCompletionLength;
      case "luspo":
        return rowCount;
      default:
        return wholeTokens;
    }
  }
}
