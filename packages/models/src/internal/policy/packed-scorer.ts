import type { LossRow, TensorValue, TrainingRow } from "@bridge-rl/spec";
import type { Graph } from "@bridge-rl/tensor";
import { decoderLayer } from "../../decoder.js";
import type { DecoderConfig } from "../../decoder-config.js";
import type { DifferentiateOptions, ScoreOptions } from "./forward-backward.js";
import { checkRows } from "./micro-batches.js";
import { declareLayout, packedAttention, packedFeeds } from "./packed-attention.js";
import { type PackedRun, type PackedShape, type PackingOptions, planPackedRuns } from "./packed-runs.js";
import type { ParameterSet } from "./parameter-set.js";
import {
  differentiated,
  embeddedGradient,
  embeddingName,
  gradientName,
  type LayersOfGraph,
  type ModelParts,
  type ProgramCache,
  type ProgramKind,
  policyGraph,
} from "./programs.js";
import { addRows, breathe, checkTemperature, distribute, emptyRows, floats, gathered, lossRows } from "./run-values.js";
import type { Executor, ParameterSource } from "./scorer.js";

export interface PackedScorerOptions extends PackingOptions {
  readonly programs: ProgramCache;
  readonly parts: ModelParts;
  /** Runs what belongs to training with dropout. */
  readonly others: Executor;
}

/**
 * Runs rows one behind the other without padding, and the prompt of a group once, forward and backward, for all of its completions: they
 * attend to the same keys and values of it, and what flows back into those is added up. The same numbers as row by row, to rounding.
 */
export class PackedScorer implements Executor {
  readonly #options: PackedScorerOptions;

  constructor(options: PackedScorerOptions) {
    this.#options = options;
  }

  async score(parameters: ParameterSource, batch: readonly TrainingRow[], options: ScoreOptions = {}): Promise<LossRow[]> {
    const { config, others } = this.#options;
    const { temperature = 1, entropies = false, signal, dropout } = options;
    checkRows(batch, config);
    checkTemperature(temperature);
    if (dropout !== undefined) return others.score(parameters, batch, options);
    const logProbabilities = emptyRows(batch);
    const perTokenEntropies = emptyRows(batch);
    for (const run of planPackedRuns(batch, [...batch.keys()], this.#options)) {
      await breathe(signal);
      const results = (await this.#program(entropies ? "score-with-entropy" : "score", run)).run(
        feeds(config, parameters, run, temperature),
      );
      distribute(run, floats(results, "logProbabilities"), logProbabilities);
      if (entropies) distribute(run, floats(results, "entropies"), perTokenEntropies);
    }
    return lossRows(logProbabilities, entropies ? perTokenEntropies : undefined);
  }

  async differentiate(
    parameters: ParameterSource,
    gradient: ParameterSet,
    batch: readonly TrainingRow[],
    weights: readonly Float32Array[],
    selected: readonly number[],
    options: DifferentiateOptions = {},
  ): Promise<LossRow[]> {
    const { config, others } = this.#options;
    const { temperature = 1, signal, entropyWeights, dropout } = options;
    if (dropout !== undefined) return others.differentiate(parameters, gradient, batch, weights, selected, options);
    const logProbabilities = emptyRows(batch);
    const entropies = entropyWeights && emptyRows(batch);
    const names = differentiated(
      config,
      gradient.declarations.map(({ name }) => name),
    );
    for (const run of planPackedRuns(batch, selected, this.#options)) {
      await breathe(signal);
      const program = await this.#program(entropyWeights ? "gradient-with-entropy" : "gradient", run);
      const results = program.run({
        ...feeds(config, parameters, run, temperature),
        targetOf: { data: run.targetOf, shape: [run.targetOf.length] },
        weights: gathered(run, weights),
        ...(entropyWeights && { entropyWeights: gathered(run, entropyWeights) }),
      });
      distribute(run, floats(results, "logProbabilities"), logProbabilities);
      if (entropies) distribute(run, floats(results, "entropies"), entropies);
      for (const name of names) gradient.add(name, floats(results, gradientName(name)));
      if (gradient.has(embeddingName)) addRows(gradient.view(embeddingName), run.tokenIds, floats(results, embeddedGradient));
    }
    return lossRows(logProbabilities, entropies);
  }

  #program(kind: ProgramKind, { shape, packed }: PackedRun): ReturnType<ProgramCache["compiled"]> {
    const { config, programs, parts } = this.#options;
    const key = `packed ${kind} ${shape.targets} ${Object.values(packed).join(" ")}`;
    return programs.compiled(key, (): Graph => policyGraph(config, kind, shape, "float32", { ...parts, layers: packedLayers(packed) }));
  }
}

function feeds(config: DecoderConfig, parameters: ParameterSource, run: PackedRun, temperature: number): Record<string, TensorValue> {
  const { shape, tokenIds, sources, targetIds, positions } = run;
  return {
    ...Object.fromEntries(parameters.tensors()),
    tokenIds: { data: tokenIds, shape: [shape.tokens] },
    sources: { data: sources, shape: [shape.targets] },
    targetIds: { data: targetIds, shape: [shape.targets] },
    inverseTemperature: { data: Float32Array.of(1 / temperature), shape: [] },
    positions: { data: positions, shape: [1, shape.tokens] },
    ...packedFeeds(config, run),
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
