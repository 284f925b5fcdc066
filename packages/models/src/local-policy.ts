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
import { type DifferentiateOptions, forwardBackward, type Passes, type ScoreOptions } from "./internal/policy/forward-backward.js";
import { ParameterSet } from "./internal/policy/parameter-set.js";
import { readPolicyState, writePolicyState } from "./internal/policy/policy-state.js";
import { ProgramCache } from "./internal/policy/programs.js";
import { Scorer } from "./internal/policy/scorer.js";

/** A policy's current weights, as its sampler reads them. */
export interface PolicyWeights {
  readonly config: DecoderConfig;
  /** Optimiser steps of the policy: what rollouts carry. */
  readonly version: number;
  /** Another number whenever the weights are others, by a step or by loading. */
  readonly revision: number;
  /** By Hugging Face name, sharing memory with the policy: they change in place with the next step. */
  readonly tensors: ReadonlyMap<string, TensorValue>;
}

export interface LocalPolicyOptions {
  /** @defaultValue onnxruntime's CPU provider with one thread */
  readonly runtime?: Runtime<Graph>;
  /** Upper bound on the padded tokens of one run; a longer row runs alone. Memory grows with it; more than the default gains no speed on one thread. @defaultValue 1024 */
  readonly tokensPerRun?: number;
  /** Compiled programs kept, one per shape; the least recently used goes first. @defaultValue 96 */
  readonly programs?: number;
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
  readonly #parameters: ParameterSet;
  readonly #gradient: ParameterSet;
  readonly #first: ParameterSet;
  readonly #second: ParameterSet;
  readonly #directions = new Map<string, ParameterSet>();
  readonly #programs: ProgramCache;
  readonly #scorer: Scorer;
  #version = 0;
  #revision = 0;

  /**
   * @param weights  by Hugging Face name, copied
   * @throws BridgeError `invalid-input` or `shape-mismatch` where the weights don't fit the config
   */
  constructor(config: DecoderConfig, weights: ReadonlyMap<string, Float32Array>, options: LocalPolicyOptions = {}) {
    const { runtime = createOnnxRuntime(), tokensPerRun = 1024, programs = 96, createSampler } = options;
    for (const [name, value] of Object.entries({ tokensPerRun, programs })) {
      if (!Number.isInteger(value) || value < 1) throw new BridgeError("invalid-option", `${name} is ${value}; give a positive integer`);
    }
    const declarations = decoderParameters(config);
    this.config = config;
    this.#parameters = new ParameterSet(declarations);
    this.#parameters.assign(weights, "the weights");
    this.#gradient = new ParameterSet(declarations);
    this.#first = new ParameterSet(declarations);
    this.#second = new ParameterSet(declarations);
    this.#programs = new ProgramCache(runtime, config, programs);
    this.#scorer = new Scorer(config, this.#programs, tokensPerRun);
    this.sampler = createSampler ? createSampler(() => this.weights) : { sample: refuseToSample };
  }

  get version(): number {
    return this.#version;
  }

  /** The current weights, sharing memory with the policy. */
  get weights(): PolicyWeights {
    return { config: this.config, version: this.#version, revision: this.#revision, tensors: this.#parameters.tensors() };
  }

  /** The gradient accumulated so far, sharing memory with the policy. */
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
  score(batch: readonly TrainingRow[], options: ScoreOptions): Promise<LossRow[]> {
    return this.#scorer.score(this.#parameters, batch, options);
  }

  /** The pass with gradient, for given derivatives of a loss. @internal */
  differentiate(
    batch: readonly TrainingRow[],
    weights: readonly Float32Array[],
    selected: readonly number[],
    options: DifferentiateOptions,
  ): Promise<Float32Array[]> {
    return this.#scorer.differentiate(this.#parameters, this.#gradient, batch, weights, selected, options);
  }

  async optimizerStep(options: OptimizerStepOptions): Promise<{ gradientNorm: number }> {
    const { learningRate, beta1 = 0.9, beta2 = 0.999, epsilon = 1e-8, weightDecay = 0, maxGradientNorm = 1 } = options;
    const gradientNorm = this.#gradient.norm("gradient");
    const gradientScale = maxGradientNorm > 0 ? Math.min(1, maxGradientNorm / (gradientNorm + 1e-6)) : 1;
    const step = this.#version + 1;
    for (const { name, shape } of this.#parameters.declarations) {
      const decay = shape.length >= 2 ? weightDecay : 0;
      adamW(
        this.#parameters.view(name),
        this.#gradient.view(name),
        { first: this.#first.view(name), second: this.#second.view(name) },
        { learningRate, gradientScale, beta1, beta2, epsilon, weightDecay: decay, step },
      );
    }
    this.#gradient.data.fill(0);
    this.#version = step;
    this.#revision++;
    return { gradientNorm };
  }

  async logProbabilities(batch: readonly TrainingRow[], options: LogProbabilityOptions = {}): Promise<LossRow[]> {
    const { direction, ...rest } = options;
    return this.#scorer.score(direction ? this.#shifted(direction) : this.#parameters, batch, rest);
  }

  async storeGradient(name: string): Promise<{ norm: number }> {
    const norm = this.#gradient.norm("gradient");
    this.#directions.set(name, this.#gradient.copy());
    this.#gradient.data.fill(0);
    return { norm };
  }

  async save(directory: string): Promise<void> {
    await writePolicyState(directory, { weights: this.#parameters, first: this.#first, second: this.#second, version: this.#version });
  }

  async load(directory: string): Promise<void> {
    const { version } = await readPolicyState(directory, { weights: this.#parameters, first: this.#first, second: this.#second });
    this.#gradient.data.fill(0);
    this.#directions.clear();
    this.#version = version;
    this.#revision++;
  }

  async snapshot(): Promise<FrozenPolicy> {
    let frozen: ParameterSet | undefined = this.#parameters.copy();
    const scorer = this.#scorer;
    return {
      async logProbabilities(batch, options) {
        if (frozen === undefined) throw new BridgeError("invalid-input", "the snapshot was disposed; take another");
        return scorer.score(frozen, batch, options);
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
    const shifted = this.#parameters.copy();
    for (let index = 0; index < shifted.data.length; index++) {
      shifted.data[index] = (shifted.data[index] as number) + scale * (direction.data[index] as number);
    }
    return shifted;
  }
}

async function refuseToSample(): Promise<never> {
  throw new BridgeError("unsupported", "this policy was made without a sampler; pass createSampler");
}
