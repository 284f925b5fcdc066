import { BridgeError, type LossRow, type TensorValue, type TrainingRow } from "@bridge-rl/spec";
import type { DecoderConfig } from "../../decoder-config.js";
import type { Dropout } from "./dropout.js";
import type { DifferentiateOptions, ScoreOptions } from "./forward-backward.js";
import type { Garbage } from "./garbage.js";
import { LargeHead } from "./large-head.js";
import { layerBackwardGraph, layerForwardGraph } from "./layer-graphs.js";
import { checkRows, type MicroBatch, planMicroBatches } from "./micro-batches.js";
import type { ParameterSet } from "./parameter-set.js";
import { embeddingName, gradientName, type ModelParts, type ProgramCache } from "./programs.js";
import { addRows, breathe, checkTemperature, distribute, emptyRows, floats, gathered, lossRows } from "./run-values.js";
import type { Executor, ParameterSource } from "./scorer.js";

type Tensors = ReadonlyMap<string, TensorValue>;

/**
 * Runs one layer at a time, by programs that all layers share. Of the forward pass only each layer's input is kept; the backward pass computes
 * the layer again (activation checkpointing, arXiv 1604.06174). Memory doesn't grow with depth, and nothing is compiled per layer.
 */
export class LayerwiseScorer implements Executor {
  readonly #config: DecoderConfig;
  readonly #programs: ProgramCache;
  readonly #tokensPerRun: number;
  readonly #parts: ModelParts;
  readonly #garbage: Garbage;
  readonly #head: LargeHead;

  constructor(config: DecoderConfig, programs: ProgramCache, tokensPerRun: number, parts: ModelParts, garbage: Garbage) {
    this.#garbage = garbage;
    this.#head = new LargeHead(config, programs, garbage);
    this.#config = config;
    this.#programs = programs;
    this.#tokensPerRun = tokensPerRun;
    this.#parts = parts;
  }

  async score(parameters: ParameterSource, batch: readonly TrainingRow[], options: ScoreOptions = {}): Promise<LossRow[]> {
    const { temperature = 1, entropies = false, signal, dropout } = options;
    checkRows(batch, this.#config);
    checkTemperature(temperature);
    const tensors = parameters.tensors();
    const logProbabilities = emptyRows(batch);
    const perTokenEntropies = emptyRows(batch);
    for (const microBatch of this.#plan(batch, [...batch.keys()])) {
      const hidden = await this.#forward(tensors, microBatch, { dropout, signal, keep: false });
      const scored = await this.#head.score(tensors, this.#targets(microBatch, hidden.at(-1)), microBatch.targetIds, {
        temperature,
        entropies,
      });
      distribute(microBatch, scored.logProbabilities, logProbabilities);
      if (scored.entropies) distribute(microBatch, scored.entropies, perTokenEntropies);
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
    const { temperature = 1, signal, entropyWeights, dropout } = options;
    checkRows(batch, this.#config);
    checkTemperature(temperature);
    const tensors = parameters.tensors();
    const logProbabilities = emptyRows(batch);
    const entropies = entropyWeights && emptyRows(batch);
    const trained = new Set(gradient.declarations.map(({ name }) => name));
    for (const microBatch of this.#plan(batch, selected)) {
      const inputs = await this.#forward(tensors, microBatch, { dropout, signal, keep: true });
      const scored = await this.#head.score(tensors, this.#targets(microBatch, inputs.pop()), microBatch.targetIds, {
        ...{ temperature, entropies: entropies !== undefined },
      });
      distribute(microBatch, scored.logProbabilities, logProbabilities);
      if (entropies && scored.entropies) distribute(microBatch, scored.entropies, entropies);
      await breathe(signal);
      const spread = entropyWeights && gathered(microBatch, entropyWeights).data;
      const ofTargets = await this.#head.differentiate(tensors, gradient, scored, gathered(microBatch, weights).data, spread);
      const flowing = this.#scattered(microBatch, ofTargets);
      await this.#backward(tensors, gradient, microBatch, inputs, flowing, { dropout, signal, trained });
    }
    return lossRows(logProbabilities, entropies);
  }

  /** Adds a program's output to the gradient of a parameter, and lets go of it. */
  #take(gradient: ParameterSet, name: string, results: Record<string, TensorValue>, output: string): void {
    const values = floats(results, gradientName(output));
    delete results[gradientName(output)];
    if (!gradient.take(name, values)) this.#garbage.dropped(values.byteLength);
  }

  #plan(batch: readonly TrainingRow[], selected: readonly number[]): MicroBatch[] {
    return planMicroBatches(batch, selected, this.#config, this.#tokensPerRun);
  }

  /** The inputs of every layer and the output of the last one; the last alone where the others are not to be kept. */
  async #forward(
    tensors: Tensors,
    microBatch: MicroBatch,
    { dropout, signal, keep }: { dropout: Dropout | undefined; signal: AbortSignal | undefined; keep: boolean },
  ): Promise<Float32Array[]> {
    const { rows, tokens } = microBatch.shape;
    const program = await this.#programs.compiled(
      `layer ${rows} ${tokens} ${dropout !== undefined}`,
      () => layerForwardGraph(this.#config, { ...microBatch.shape, ...this.#lora(), dropout: dropout !== undefined }),
      { keepMemory: true },
    );
    const states = [this.#embed(tensors, microBatch.tokenIds)];
    for (let layer = 0; layer < this.#config.layers; layer++) {
      await breathe(signal);
      const feeds = this.#layerFeeds(tensors, layer, microBatch, states.at(-1), dropout);
      const output = floats(program.run(feeds), "output");
      if (!keep) states.pop();
      states.push(output);
    }
    return states;
  }

  async #backward(
    tensors: Tensors,
    gradient: ParameterSet,
    microBatch: MicroBatch,
    inputs: Float32Array[],
    last: Float32Array,
    { dropout, signal, trained }: { dropout: Dropout | undefined; signal: AbortSignal | undefined; trained: ReadonlySet<string> },
  ): Promise<void> {
    let flowing = last;
    const { shape } = microBatch;
    for (let layer = this.#config.layers - 1; layer >= 0; layer--) {
      const prefix = `model.layers.${layer}.`;
      const own = [...trained].filter((name) => name.startsWith(prefix)).map((name) => asFirstLayer(name, prefix));
      // below the lowest layer that is trained, no gradient is needed
      if (own.length === 0 && !trained.has(embeddingName) && !this.#trainsBelow(layer, trained)) return;
      await breathe(signal);
      const program = await this.#programs.compiled(
        `layer backward ${shape.rows} ${shape.tokens} ${dropout !== undefined} ${own.join()}`,
        () => layerBackwardGraph(this.#config, { ...shape, ...this.#lora(), dropout: dropout !== undefined }, own),
        { keepMemory: true },
      );
      const results = program.run({
        ...this.#layerFeeds(tensors, layer, microBatch, inputs.pop(), dropout),
        gradient: this.#states(shape.rows * shape.tokens, flowing),
      });
      for (const name of own) this.#take(gradient, prefix + name.slice(firstLayer.length), results, name);
      flowing = floats(results, gradientName("hidden"));
    }
    if (trained.has(embeddingName)) addRows(gradient.view(embeddingName), microBatch.tokenIds, flowing);
  }

  #trainsBelow(layer: number, trained: ReadonlySet<string>): boolean {
    return [...trained].some((name) => Number(/^model\.layers\.(\d+)\./.exec(name)?.[1] ?? layer) < layer);
  }

  #lora(): Pick<ModelParts, "lora"> {
    return this.#parts.lora === undefined ? {} : { lora: this.#parts.lora };
  }

  #embed(tensors: Tensors, tokenIds: Int32Array): Float32Array {
    const table = dataOf(tensors, embeddingName);
    const width = this.#config.hiddenSize;
    const states = new Float32Array(tokenIds.length * width);
    for (const [index, id] of tokenIds.entries()) states.set(table.subarray(id * width, (id + 1) * width), index * width);
    return states;
  }

  #layerFeeds(
    tensors: Tensors,
    layer: number,
    microBatch: MicroBatch,
    hidden: Float32Array | undefined,
    dropout: Dropout | undefined,
  ): Record<string, TensorValue> {
    const { rows, tokens } = microBatch.shape;
    const prefix = `model.layers.${layer}.`;
    const feeds: Record<string, TensorValue> = { hidden: this.#states(rows * tokens, hidden) };
    for (const [name, value] of tensors) if (name.startsWith(prefix)) feeds[asFirstLayer(name, prefix)] = value;
    const first = dropout?.masks.filter((mask) => mask.layer === 0) ?? [];
    const own = dropout?.masks.filter((mask) => mask.layer === layer) ?? [];
    for (const [index, mask] of own.entries()) feeds[first[index]?.name ?? ""] = (dropout as Dropout).feed(mask, microBatch);
    return feeds;
  }

  /** The states that predict each target. */
  #targets({ shape, sources }: MicroBatch, hidden: Float32Array | undefined): Float32Array {
    const width = this.#config.hiddenSize;
    const states = new Float32Array(shape.targets * width);
    for (const [index, source] of sources.entries())
      states.set(hidden?.subarray(source * width, (source + 1) * width) ?? [], index * width);
    return states;
  }

  /** Rows of targets back at the positions that predicted them. Padding has no weight, so it may add to any. */
  #scattered({ shape, sources, parts }: MicroBatch, gradient: Float32Array): Float32Array {
    const width = this.#config.hiddenSize;
    const states = new Float32Array(shape.rows * shape.tokens * width);
    const used = parts.reduce((total, { length }) => total + length, 0);
    for (let index = 0; index < used; index++) {
      states.set(gradient.subarray(index * width, (index + 1) * width), (sources[index] as number) * width);
    }
    return states;
  }

  #states(rows: number, data: Float32Array | undefined): TensorValue {
    if (data === undefined) throw new BridgeError("internal", "a layer's input was not kept");
    return { data, shape: [rows, this.#config.hiddenSize] };
  }
}

const firstLayer = "model.layers.0.";

/** The name that a layer's parameter has in the program that all layers share. */
function asFirstLayer(name: string, prefix: string): string {
  return firstLayer + name.slice(prefix.length);
}

function dataOf(tensors: Tensors, name: string): Float32Array {
  const data = tensors.get(name)?.data;
  if (!(data instanceof Float32Array)) throw new BridgeError("internal", `there is no float32 tensor ${name}`);
  return data;
}
