import type { LossRow, TensorValue, TrainingRow } from "@bridge-rl/spec";
import { add, attention, causalAttention, concat, expand, type Graph, reshape, slice, type Tensor, transpose } from "@bridge-rl/tensor";
import { type Decoder, decoderLayer, type Heads } from "../../decoder.js";
import type { DecoderConfig } from "../../decoder-config.js";
import type { DifferentiateOptions, ScoreOptions } from "./forward-backward.js";
import { checkRows } from "./micro-batches.js";
import type { ParameterSet } from "./parameter-set.js";
import {
  differentiated,
  embeddedGradient,
  embeddingName,
  gradientName,
  type ModelParts,
  type ProgramCache,
  type ProgramKind,
  policyGraph,
} from "./programs.js";
import { addRows, breathe, checkTemperature, distribute, emptyRows, floats, gathered } from "./run-values.js";
import type { Executor, ParameterSource } from "./scorer.js";
import { planSharedRuns, type SharedRun, type SharedShape } from "./shared-prompts.js";

export interface SharedPromptOptions {
  readonly config: DecoderConfig;
  readonly programs: ProgramCache;
  readonly parts: ModelParts;
  readonly tokensPerRun: number;
  /** Runs the rows that share no prompt. */
  readonly others: Executor;
}

/**
 * Runs the prompt of a group once, forward and backward, for all of its completions: they attend to the same keys and values of it,
 * and what flows back into those is added up. The same numbers as row by row, to rounding.
 */
export class SharedPromptScorer implements Executor {
  readonly #options: SharedPromptOptions;

  constructor(options: SharedPromptOptions) {
    this.#options = options;
  }

  async score(parameters: ParameterSource, batch: readonly TrainingRow[], options: ScoreOptions = {}): Promise<LossRow[]> {
    const { config, others, tokensPerRun } = this.#options;
    const { temperature = 1, entropies = false, signal, dropout } = options;
    checkRows(batch, config);
    checkTemperature(temperature);
    const { runs, rest } = planSharedRuns(batch, [...batch.keys()], tokensPerRun);
    if (dropout !== undefined || runs.length === 0) return others.score(parameters, batch, options);
    const logProbabilities = emptyRows(batch);
    const perTokenEntropies = emptyRows(batch);
    for (const run of runs) {
      await breathe(signal);
      const results = (await this.#program(entropies ? "score-with-entropy" : "score", run)).run(feeds(parameters, run, temperature));
      distribute(run, floats(results, "logProbabilities"), logProbabilities);
      if (entropies) distribute(run, floats(results, "entropies"), perTokenEntropies);
    }
    const plain = rest.map((row) => batch[row] as TrainingRow);
    for (const [index, row] of (plain.length === 0 ? [] : await others.score(parameters, plain, options)).entries()) {
      logProbabilities[rest[index] as number] = row.logProbabilities;
      if (row.entropies) perTokenEntropies[rest[index] as number] = row.entropies;
    }
    return logProbabilities.map((row, index) =>
      entropies ? { logProbabilities: row, entropies: perTokenEntropies[index] as Float32Array } : { logProbabilities: row },
    );
  }

  async differentiate(
    parameters: ParameterSource,
    gradient: ParameterSet,
    batch: readonly TrainingRow[],
    weights: readonly Float32Array[],
    selected: readonly number[],
    options: DifferentiateOptions = {},
  ): Promise<Float32Array[]> {
    const { config, others, tokensPerRun } = this.#options;
    const { temperature = 1, signal, entropyWeights, dropout } = options;
    const { runs, rest } = planSharedRuns(batch, selected, tokensPerRun);
    if (dropout !== undefined || runs.length === 0) return others.differentiate(parameters, gradient, batch, weights, selected, options);
    const logProbabilities = emptyRows(batch);
    const names = differentiated(
      config,
      gradient.declarations.map(({ name }) => name),
    );
    for (const run of runs) {
      await breathe(signal);
      const program = await this.#program(entropyWeights ? "gradient-with-entropy" : "gradient", run);
      const results = program.run({
        ...feeds(parameters, run, temperature),
        targetOf: { data: run.targetOf, shape: [run.targetOf.length] },
        weights: gathered(run, weights),
        ...(entropyWeights && { entropyWeights: gathered(run, entropyWeights) }),
      });
      distribute(run, floats(results, "logProbabilities"), logProbabilities);
      for (const name of names) gradient.add(name, floats(results, gradientName(name)));
      if (gradient.has(embeddingName)) addRows(gradient.view(embeddingName), run.tokenIds, floats(results, embeddedGradient));
    }
    if (rest.length > 0) {
      const plain = await others.differentiate(parameters, gradient, batch, weights, rest, options);
      for (const row of rest) logProbabilities[row] = plain[row] as Float32Array;
    }
    return logProbabilities;
  }

  #program(kind: ProgramKind, { shape, shared }: SharedRun): ReturnType<ProgramCache["compiled"]> {
    const { config, programs, parts } = this.#options;
    const key = `shared ${kind} ${shared.prefix} ${shared.completions} ${shared.tokens}`;
    return programs.compiled(key, (): Graph => policyGraph(config, kind, shape, "float32", { ...parts, layers: sharedLayers(shared) }));
  }
}

function feeds(parameters: ParameterSource, run: SharedRun, temperature: number): Record<string, TensorValue> {
  const { shape, tokenIds, sources, targetIds, positions, prefixMask } = run;
  return {
    ...Object.fromEntries(parameters.tensors()),
    tokenIds: { data: tokenIds, shape: [shape.tokens] },
    sources: { data: sources, shape: [shape.targets] },
    targetIds: { data: targetIds, shape: [shape.targets] },
    inverseTemperature: { data: Float32Array.of(1 / temperature), shape: [] },
    positions: { data: positions, shape: [1, shape.tokens] },
    prefixMask: { data: prefixMask, shape: [1, prefixMask.length] },
  };
}

/** Layers over one row that holds a prompt and its completions. */
function sharedLayers(shared: SharedShape): (decoder: Decoder, shape: { readonly tokens: number }, embedded: Tensor) => Tensor {
  return (decoder, { tokens }, embedded) => {
    const { graph, dataType, config } = decoder;
    const positions = graph.input("positions", [1, tokens], "int64");
    const prefixMask = graph.input("prefixMask", [1, shared.prefix + shared.tokens], dataType);
    let hidden = embedded;
    for (let layer = 0; layer < config.layers; layer++) {
      hidden = decoderLayer(decoder, layer, hidden, { positions, attend: (heads) => sharedAttention(decoder, heads, shared, prefixMask) });
    }
    return hidden;
  };
}

/** The prompt's tokens see the prompt; each completion's see the prompt and themselves. */
function sharedAttention(
  decoder: Decoder,
  { query, key, value }: Heads,
  { prefix, completions, tokens }: SharedShape,
  prefixMask: Tensor,
): Tensor {
  const [, heads = 0, all = 0, size = 0] = key.shape;
  const scale = 1 / Math.sqrt(decoder.config.headDimension);
  const grouped = reshape(query, [heads, -1, all, size]);
  const group = grouped.shape[1] ?? 0;
  const prompt = (states: Tensor): Tensor => slice(reshape(states, [heads, all, size]), 1, 0, prefix);
  const own = (states: Tensor): Tensor =>
    transpose(reshape(slice(reshape(states, [heads, all, size]), 1, prefix, all), [heads, completions, tokens, size]), [1, 0, 2, 3]);
  const seen = (states: Tensor): Tensor =>
    concat([expand(reshape(prompt(states), [1, heads, prefix, size]), [completions, heads, prefix, size]), own(states)], 2);

  const promptQuery = reshape(slice(grouped, 2, 0, prefix), [1, heads, group, prefix, size]);
  const promptContext = causalAttention(
    promptQuery,
    reshape(prompt(key), [1, heads, prefix, size]),
    reshape(prompt(value), [1, heads, prefix, size]),
    {
      scale,
    },
  );
  const apart = reshape(slice(grouped, 2, prefix, all), [heads, group, completions, tokens, size]);
  const ownQuery = reshape(transpose(apart, [2, 0, 1, 3, 4]), [completions, heads, group * tokens, size]);
  const mask = add(completionMask(decoder, prefix, tokens, group), prefixMask);
  const context = attention(ownQuery, seen(key), seen(value), { scale, mask });
  const ownContext = reshape(transpose(reshape(context, [completions, heads, group, tokens, size]), [1, 2, 0, 3, 4]), [
    heads,
    group,
    completions * tokens,
    size,
  ]);
  return reshape(concat([reshape(promptContext, [heads, group, prefix, size]), ownContext], 2), query.shape);
}

/** 0 where a completion's token sees a key and −10⁹ elsewhere, `[group · tokens, prefix + tokens]`. */
function completionMask({ graph, dataType }: Decoder, prefix: number, tokens: number, group: number): Tensor {
  const keys = prefix + tokens;
  const values = Array.from({ length: tokens * keys }, (_, index) => ((index % keys) - prefix > Math.floor(index / keys) ? -1e9 : 0));
  const mask =
    dataType === "float64"
      ? graph.constant(Float64Array.from(values), [1, tokens, keys], "float64")
      : graph.constant(Float32Array.from(values), [1, tokens, keys], "float32");
  return reshape(expand(mask, [group, tokens, keys]), [group * tokens, keys]);
}
