import type { DecoderConfig } from "../../decoder-config.js";
import { planMicroBatches } from "./micro-batches.js";
import type { ProgramCache } from "./programs.js";
import type { RowLayout } from "./scorer.js";

/** Rows of similar length side by side, padded to the longest. */
export function paddedRows(config: DecoderConfig, programs: ProgramCache, tokensPerRun: number): RowLayout {
  return (batch, selected, dropout) =>
    planMicroBatches(batch, selected, config, tokensPerRun).map((microBatch) => ({
      microBatch,
      program: (kind) => programs.get(kind, microBatch.shape, dropout !== undefined),
      feeds: () => dropout?.feeds(microBatch) ?? {},
    }));
}
