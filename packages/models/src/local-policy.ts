import { createOnnxRuntime } from "@bridge-rl/runtime-onnx";
import {
  BridgeError,
  type ForwardBackwardOptions,
  type FrozenPolicy,
  type LogProbabilityOptions,
  type Loss,
  type LossRow,
  type OptimizerStepOptions,
  type Policy,
  type Runtime,
  type Sampler,
  type TensorValue,
  type TrainingRow,
} from "@bridge-rl/spec";
import type { Graph } from "@bridge-rl/tensor";
import { adamW } from "./adamw.js";
import type { DecoderConfig } from "./decoder-config.js";
import { decoderParameters } from "./decoder-parameters.js";
import { Dropout } from "./internal/policy/dropout.js";
import { type DifferentiateOptions, forwardBackward, type Passes, type ScoreOptions } from "./internal/policy/forward-backward.js";
import { Garbage } from "./internal/policy/garbage.js";
import { LayerwiseScorer } from "./internal/policy/layerwise-scorer.js";
import { packedRows } from "./internal/policy/packed-rows.js";
import { paddedRows } from "./internal/policy/padded-rows.js";
import { ParameterSet } from "./internal/policy/parameter-set.js";
import { readPolicyState, writePolicyState } from "./internal/policy/policy-state.js";
import { ProgramCache } from "./internal/policy/programs.js";
import { withResidentWeights } from "./internal/policy/resident-weights.js";
import { type Executor, Scorer } from "./internal/policy/scorer.js";
import { trainedNames } from "./internal/policy/trained-names.js";
import { initializeLora, type LoraConfig, type LoraOptions, loraParameters, mergeLora, resolveLora } from "./lora.js";
import { planMemory, refuseBeyond } from "./memory-plan.js";

/** A policy's current weights, as its sampler reads them. */
export interface PolicyWeights {
  readonly config: DecoderConfig;
  /** Optimiser steps of the policy: what rollouts carry. */
  readonly version: number;
  /** Another number whenever the weights are others, by a step or by loading. */
  readonly revision: number;
  /** By Hugging Face name, sharing memory with the policy: they change in place with the next step. With adapters, their factors too. */
  readonly tensors: ReadonlyMap<string, TensorValue>;
  /** Present where adapters stand beside the projections. */
  readonly lora?: LoraConfig;
  /** Only adapters change: all other tensors stay as they are for the policy's life. @defaultValue false */
  readonly onlyLora?: boolean;
}

export interface LocalPolicyOptions {
  /** @defaultValue onnxruntime's CPU provider with one thread */
  readonly runtime?: Runtime<Graph>;
  /** Upper bound on the padded tokens of one run; a longer row runs alone. Memory grows with it; more than the default gains no speed on one thread. @defaultValue 1024 */
  readonly tokensPerRun?: number;
  /**
   * Compiled programs kept, one per shape; the least recently used goes first. @defaultValue 96; 4 on a runtime whose programs each hold the
   * weights that are not trained (`residency` "initializers")
   */
  readonly programs?: number;
  /** Runs rows one behind the other instead of padding them to the longest: the same numbers, to rounding. @defaultValue true */
  readonly packRows?: boolean;
  /** With `packRows`: runs a prompt that several rows have in common once for all of them, where that is less work: the same numbers, to rounding. @defaultValue true */
  readonly sharePrompts?: boolean;
  /**
   * Trains adapters beside the projections and freezes all else. `weights` are the factors to begin with, by the names of `loraParameters`;
   * `seed` draws them where there are none, and the masks of dropout. @defaultValue no adapters
   */
  readonly lora?: LoraOptions & { readonly seed?: number | string; readonly weights?: ReadonlyMap<string, Float32Array> };
  /**
   * Parameters that stay as they are: names, or their beginnings followed by `*`, as in `model.layers.0.*`. They take neither gradients nor
   * moments. @defaultValue none, and all but the adapters with `lora`
   */
  readonly frozen?: readonly string[];
  /**
   * Runs layer by layer and computes each again in the backward pass instead of keeping all activations: memory that doesn't grow with
   * depth, for a third more work. @defaultValue above 50 million parameters
   */
  readonly activationCheckpointing?: boolean;
  /** Uses the arrays of `weights` themselves, which then change with training, instead of copies. @defaultValue false */
  readonly adoptWeights?: boolean;
  /** Arrays of zeros that the gradient is kept in, by name: in shared memory, other threads can read it. @defaultValue arrays of its own */
  readonly gradient?: ReadonlyMap<string, Float32Array>;
  /** Refuses, with the numbers of `planMemory`, where its estimate is above this many bytes. @defaultValue the memory of this machine or container */
  readonly memoryLimit?: number;
  /** Makes `policy.sampler` from a view of the current weights. @defaultValue a sampler that throws `unsupported` */
  readonly createSampler?: (weights: () => PolicyWeights) => Sampler;
}

/**
 * A decoder trained in this thread: weights and AdamW moments are arrays of this process, passes run on a runtime.
 *
 * The same calls on the same machine with the same number of threads give the same bits.
 */
export class LocalPolicy implements Policy, Passes {
  readonly sampler: Sampler;
  readonly config: DecoderConfig;
  /** What the adapters are, where there are any. */
  readonly lora: LoraConfig | undefined;
  readonly #parameters: ParameterSet;
  /** The parameters that are trained, sharing memory with all of them. */
  readonly #trained: ParameterSet;
  readonly #gradient: ParameterSet;
  readonly #first: ParameterSet;
  readonly #second: ParameterSet;
  readonly #directions = new Map<string, ParameterSet>();
  readonly #programs: ProgramCache;
  readonly #executor: Executor;
  /** A large model's gradient gives its memory back after each step. */
  readonly #dropsGradient: boolean;
  /** A quarter of a gigabyte of dropped arrays is worth a collection, which takes milliseconds. */
  readonly #garbage = new Garbage(2.5e8);
  readonly #seed: number | string;
  #version = 0;
  #revision = 0;
  /** Training passes since the last step, which decide what dropout drops. */
  #passes = 0;

  /**
   * @param weights  by Hugging Face name, copied unless `adoptWeights`
   * @throws BridgeError `invalid-input` or `shape-mismatch` where the weights don't fit the config; `unsupported` where training would not
   *   fit into memory
   */
  constructor(config: DecoderConfig, weights: ReadonlyMap<string, Float32Array>, options: LocalPolicyOptions = {}) {
    const { runtime = createOnnxRuntime(), tokensPerRun = 1024, createSampler, frozen, memoryLimit } = options;
    const { programs = runtime.residency === "initializers" ? 4 : 96 } = options;
    for (const [name, value] of Object.entries({ tokensPerRun, programs })) {
      if (!Number.isInteger(value) || value < 1) throw new BridgeError("invalid-option", `${name} is ${value}; give a positive integer`);
    }
    const lora = options.lora === undefined ? undefined : resolveLora(options.lora);
    const base = decoderParameters(config);
    const adapters = lora === undefined ? [] : loraParameters(config, lora);
    const trainable = trainedNames(config, lora, frozen);
    const plan = planMemory(config, { tokensPerRun, trained: trainable, ...(lora && { lora }), ...checkpointingOf(options) });
    refuseBeyond(plan, memoryLimit);
    this.config = config;
    this.lora = lora;
    this.#seed = options.lora?.seed ?? 0;
    const given = new ParameterSet(base);
    given.check(weights, "the weights");
    const factors = lora === undefined ? new Map() : (options.lora?.weights ?? initializeLora(config, lora, this.#seed));
    new ParameterSet(adapters).check(factors, "the adapters");
    const own = [...weights].map(([name, data]) => [name, options.adoptWeights ? data : data.slice()] as const);
    const ownFactors = [...factors].map(([name, data]) => [name, data.slice()] as const);
    this.#parameters = new ParameterSet([...base, ...adapters], { values: new Map([...own, ...ownFactors]) });
    this.#trained = this.#parameters.select((name) => trainable.has(name));
    const declarations = this.#trained.declarations;
    this.#gradient = new ParameterSet(declarations, options.gradient && { values: options.gradient });
    if (options.gradient) this.#gradient.check(options.gradient, "the gradient");
    this.#first = new ParameterSet(declarations);
    this.#second = new ParameterSet(declarations);
    const all = trainable.size === base.length && lora === undefined;
    const parts = { ...(lora && { lora }), ...(all ? {} : { trainable }) };
    const { activationCheckpointing } = plan;
    this.#dropsGradient = activationCheckpointing && options.gradient === undefined;
    // layer by layer, one program runs all layers' weights, so none of them can be part of it
    const keepsFrozen = runtime.residency === "initializers" && !all && !activationCheckpointing;
    const fixed = this.#parameters.select((name) => !trainable.has(name)).tensors();
    this.#programs = new ProgramCache(keepsFrozen ? withResidentWeights(runtime, fixed) : runtime, config, programs, parts);
    const { packRows = true, sharePrompts = true } = options;
    const padded = paddedRows(config, this.#programs, tokensPerRun);
    this.#executor = activationCheckpointing
      ? new LayerwiseScorer(config, this.#programs, tokensPerRun, parts, this.#garbage)
      : new Scorer(
          config,
          packRows ? packedRows({ config, programs: this.#programs, parts, tokensPerRun, sharePrompts, others: padded }) : padded,
        );
    this.sampler = createSampler ? createSampler(() => this.weights) : { sample: refuseToSample };
  }

  get version(): number {
    return this.#version;
  }

  /** The current weights, sharing memory with the policy. */
  get weights(): PolicyWeights {
    return {
      config: this.config,
      version: this.#version,
      revision: this.#revision,
      tensors: this.#parameters.tensors(),
      ...(this.lora && { lora: this.lora, onlyLora: this.#trained.declarations.every(({ name }) => isLoraName(name)) }),
    };
  }

  /** The weights as a model without adapters has them: those adapters are added in, in new arrays; all else is shared with the policy. */
  mergedWeights(): Map<string, Float32Array> {
    const { base, adapters } = this.#split();
    return this.lora === undefined ? base : mergeLora(this.config, base, this.lora, adapters);
  }

  /** The factors of the adapters, sharing memory with the policy; none where there are no adapters. */
  adapters(): ReadonlyMap<string, Float32Array> {
    return this.#split().adapters;
  }

  /** The gradient of the trained parameters accumulated so far, sharing memory with the policy. */
  get gradient(): ReadonlyMap<string, TensorValue> {
    return this.#gradient.tensors();
  }

  async forwardBackward(
    batch: readonly TrainingRow[],
    loss: Loss,
    options: ForwardBackwardOptions = {},
  ): Promise<{ loss: number; metrics: Record<string, number> }> {
    return forwardBackward(this, batch, loss, options);
  }

  /** The pass without gradient. @internal */
  score(batch: readonly TrainingRow[], { places, ...options }: ScoreOptions): Promise<LossRow[]> {
    return this.#executor.score(this.#parameters, batch, { ...options, ...this.#dropout(places) });
  }

  /** The pass with gradient, for given derivatives of a loss. @internal */
  async differentiate(
    batch: readonly TrainingRow[],
    weights: readonly Float32Array[],
    selected: readonly number[],
    { places, ...options }: DifferentiateOptions,
  ): Promise<LossRow[]> {
    const dropout = this.#dropout(places);
    this.#passes++;
    return this.#executor.differentiate(this.#parameters, this.#gradient, batch, weights, selected, { ...options, ...dropout });
  }

  async optimizerStep(options: OptimizerStepOptions): Promise<{ gradientNorm: number }> {
    const { learningRate, beta1 = 0.9, beta2 = 0.999, epsilon = 1e-8, weightDecay = 0, maxGradientNorm = 1 } = options;
    const gradientNorm = this.#gradient.norm("gradient");
    const gradientScale = maxGradientNorm > 0 ? Math.min(1, maxGradientNorm / (gradientNorm + 1e-6)) : 1;
    const step = this.#version + 1;
    for (const { name, shape } of this.#trained.declarations) {
      const decay = shape.length >= 2 ? weightDecay : 0;
      adamW(
        this.#trained.view(name),
        this.#gradient.view(name),
        { first: this.#first.view(name), second: this.#second.view(name) },
        { learningRate, gradientScale, beta1, beta2, epsilon, weightDecay: decay, step },
      );
    }
    this.#forgetGradient();
    this.#version = step;
    this.#revision++;
    this.#passes = 0;
    return { gradientNorm };
  }

  async logProbabilities(batch: readonly TrainingRow[], options: LogProbabilityOptions = {}): Promise<LossRow[]> {
    const { direction, ...rest } = options;
    return this.#executor.score(direction ? this.#shifted(direction) : this.#parameters, batch, rest);
  }

  async storeGradient(name: string): Promise<{ norm: number }> {
    const norm = this.#gradient.norm("gradient");
    this.#directions.set(name, this.#gradient.copy());
    this.#forgetGradient();
    return { norm };
  }

  /** As `Policy.save`; parameters that are frozen are not in it. */
  async save(directory: string): Promise<void> {
    await writePolicyState(directory, { weights: this.#trained, first: this.#first, second: this.#second, version: this.#version });
  }

  async load(directory: string): Promise<void> {
    const { version } = await readPolicyState(directory, { weights: this.#trained, first: this.#first, second: this.#second });
    this.#forgetGradient();
    this.#passes = 0;
    this.#directions.clear();
    this.#version = version;
    this.#revision++;
  }

  async snapshot(): Promise<FrozenPolicy> {
    let frozen: ParameterSet | undefined = this.#parameters.copy((name) => this.#trained.has(name));
    const executor = this.#executor;
    return {
      async logProbabilities(batch, options) {
        if (frozen === undefined) throw new BridgeError("invalid-input", "the snapshot was disposed; take another");
        return executor.score(frozen, batch, options);
      },
      async dispose() {
        frozen = undefined;
      },
    };
  }

  async dispose(): Promise<void> {
    this.#programs.dispose();
    this.#directions.clear();
  }

  #shifted({ name, scale }: { readonly name: string; readonly scale: number }): ParameterSet {
    const direction = this.#directions.get(name);
    if (direction === undefined) {
      const known = [...this.#directions.keys()].join(", ") || "none";
      throw new BridgeError("invalid-input", `no direction "${name}" was stored by storeGradient (stored: ${known})`);
    }
    const shifted = this.#parameters.copy((parameter) => this.#trained.has(parameter));
    for (const { name: parameter } of direction.declarations) {
      const values = shifted.view(parameter);
      const step = direction.view(parameter);
      for (let index = 0; index < values.length; index++) values[index] = (values[index] as number) + scale * (step[index] as number);
    }
    return shifted;
  }

  /** Sets the gradient to zero. Where memory was given back, the arrays of the next pass are taken as they come. */
  #forgetGradient(): void {
    if (this.#dropsGradient) this.#garbage.dropped(this.#gradient.drop());
    else this.#gradient.clear();
  }

  #dropout(places: readonly number[] | undefined): { dropout?: Dropout } {
    if (this.lora === undefined || this.lora.dropout === 0) return {};
    return { dropout: new Dropout(this.config, this.lora, this.#seed, `step ${this.#version}, pass ${this.#passes}`, places) };
  }

  #split(): { base: Map<string, Float32Array>; adapters: Map<string, Float32Array> } {
    const base = new Map<string, Float32Array>();
    const adapters = new Map<string, Float32Array>();
    for (const { name } of this.#parameters.declarations) (isLoraName(name) ? adapters : base).set(name, this.#parameters.view(name));
    return { base, adapters };
  }
}

function isLoraName(name: string): boolean {
  return name.endsWith(".lora_A.weight") || name.endsWith(".lora_B.weight");
}

function checkpointingOf({ activationCheckpointing }: LocalPolicyOptions): { activationCheckpointing?: boolean } {
  return activationCheckpointing === undefined ? {} : { activationCheckpointing };
}

async function refuseToSample(): Promise<never> {
  throw new BridgeError("unsupported", "this policy was made without a sampler; pass createSampler");
}
