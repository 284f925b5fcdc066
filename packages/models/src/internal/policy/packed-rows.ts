import { decoderLayer } from "../../decoder.js";
import { declareLayout, packedAttention, packedFeeds } from "./packed-attention.js";
import { type PackedShape, type PackingOptions, planPackedRuns } from "./packed-runs.js";
import { type LayersOfGraph, type ModelParts, type ProgramCache, policyGraph } from "./programs.js";
import type { RowLayout } from "./scorer.js";

export interface PackedRowsOptions extends PackingOptions {
  readonly programs: ProgramCache;
  readonly parts: ModelParts;
  /** Places rows where there is dropout, whose masks belong to places. */
  readonly others: RowLayout;
}

/**
 * Rows one behind the other without padding, and the prompt of a group once, forward and backward, for all of its completions: they attend to
 * the same keys and values of it, and what flows back into those is added up. The same numbers as row by row, to rounding.
 */
export function packedRows(options: PackedRowsOptions): RowLayout {
  const { config, programs, parts, others } = options;
  return (batch, selected, dropout) => {
    if (dropout !== undefined) return others(batch, selected, dropout);
    return planPackedRuns(batch, selected, options).map((run) => {
      const { shape, packed, positions } = run;
      return {
        microBatch: run,
        program: (kind) =>
          programs.compiled(`packed ${kind} ${shape.targets} ${Object.values(packed).join(" ")}`, () =>
            policyGraph(config, kind, shape, "float32", { ...parts, layers: packedLayers(packed) }),
          ),
        feeds: () => ({ positions: { data: positions, shape: [1, shape.tokens] }, ...packedFeeds(config, run) }),
      };
    });
  };
}

/** Layers over one row of tokens that holds all rows of a run. */
function packedLayers(packed: PackedShape): LayersOfGraph {
  return (decoder, { tokens }, embedded) => {
    const positions = decoder.graph.input("positions", [1, tokens], "int64");
    const layout = declareLayout(decoder, packed);
    let hidden = embedded;
    for (let layer = 0; layer < decoder.config.layers; layer++) {
      hidden = decoderLayer(decoder, layer, hidden, { positions, attend: (heads) => packedAttention(decoder, heads, packed, layout) });
    }
    return hidden;
  };
}
