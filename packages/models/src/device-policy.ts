import {
  BridgeError,
  type DeviceMemory,
  type DeviceTensor,
  type ForwardBackwardOptions,
  type FrozenPolicy,
  type LogProbabilityOptions,
  type Loss,
  type LossRow,
  type OptimizerStepOptions,
  type Policy,
  type Runtime,
  type Sampler,
  type TrainingRow,
} from "@bridge-rl/spec";
import type { Graph } from "@bridge-rl/tensor";
import type { DecoderConfig } from "./decoder-config.js";
import { type DecoderParameter, decoderParameters } from "./decoder-parameters.js";
import { DevicePrograms } from "./internal/device/device-programs.js";
import { DeviceScorer } from "./internal/device/device-scorer.js";
import { adamWGraph, adamWScalars, addGraph, squaresGraph } from "./internal/device/optimizer-graphs.js";
import { SharedTensors } from "./internal/device/shared-tensors.js";
import { Dropout } from "./internal/policy/dropout.js";
import { type DifferentiateOptions, forwardBackward, type Passes, type ScoreOptions } from "./internal/policy/forward-backward.js";
import { ParameterSet } from "./internal/policy/parameter-set.js";
import { readPolicyState, writePolicyState } from "./internal/policy/policy-state.js";
import { initializeLora, type LoraConfig, type LoraOptions, loraParameters, mergeLora, resolveLora } from "./lora.js";

/** A device's weights, as its sampler reads them. */
export interface DeviceWeights {
  readonly config: DecoderConfig;
  readonly device: DeviceMemory<Graph>;
  /** Optimiser steps of the policy: what rollouts carry. */
  readonly version: number;
  /** Another number whenever the weights are others, by a step or by loading. */
  readonly revision: number;
  /** By Hugging Face name; a step replaces them. */
  readonly tensors: Readonly<Record<string, DeviceTensor>>;
  /** Present where adapters stand beside the projections. */
  readonly lora?: LoraConfig;
}

export interface DevicePolicyOptions {
  /** A runtime that keeps tensors on its device, as `createOnnxRuntime({ provider: "webgpu" })` does. */
  readonly runtime: Runtime<Graph>;
  /** Upper bound on the padded tokens of one run; a longer row runs alone. @defaultValue 4096 */
  readonly tokensPerRun?: number;
  /** Compiled programs kept, one per shape; the least recently used goes first. @defaultValue 96 */
  readonly programs?: number;
  /** Trains adapters beside the projections and freezes all else, as in `LocalPolicyOptions`. Masks of dropout cross with each run. @defaultValue no adapters */
  readonly lora?: LoraOptions & { readonly seed?: number | string; readonly weights?: ReadonlyMap<string, Float32Array> };
  /** Makes `policy.sampler` from a view of the current weights. @defaultValue a sampler that throws `unsupported` */
  readonly createSampler?: (weights: () => DeviceWeights) => Sampler;
}

/**
 * A decoder trained on a device: weights, gradients and AdamW moments stay there and the optimiser runs there; token ids, per-token weights and
 * log-probabilities cross. Made by `createDevicePolicy`, since the weights have to be brought to the device.
 */
export class DevicePolicy implements Policy, Passes {
  readonly sampler: Sampler;
  readonly config: DecoderConfig;
  /** What the adapters are, where there are any. */
  readonly lora: LoraConfig | undefined;
  readonly #device: DeviceMemory<Graph>;
  /** The parameters that are trained. */
  readonly #declarations: readonly DecoderParameter[];
  readonly #parameters: SharedTensors;
  readonly #gradient = new SharedTensors();
  /** Absent names are zeros. */
  readonly #first = new SharedTensors();
  readonly #second = new SharedTensors();
  readonly #directions = new Map<string, SharedTensors>();
  readonly #programs: DevicePrograms;
  readonly #scorer: DeviceScorer;
  readonly #seed: number | string;
  #version = 0;
  #revision = 0;
  /** Training passes since the last step, which decide what dropout drops. */
  #passes = 0;

  /** @internal */
  constructor(config: DecoderConfig, device: DeviceMemory<Graph>, parameters: SharedTensors, options: DevicePolicyOptions) {
    const { tokensPerRun = 4096, programs = 96, createSampler } = options;
    this.config = config;
    this.#device = device;
    this.lora = options.lora && resolveLora(options.lora);
    this.#seed = options.lora?.seed ?? 0;
    this.#declarations = this.lora ? loraParameters(config, this.lora) : decoderParameters(config);
    const trainable = new Set(this.#declarations.map(({ name }) => name));
    const parts = this.lora ? { lora: this.lora, trainable } : {};
    this.#parameters = parameters;
    this.#programs = new DevicePrograms(device, programs);
    this.#scorer = new DeviceScorer(config, this.#declarations, this.#programs, tokensPerRun, parts);
    this.sampler = createSampler ? createSampler(() => this.#weights) : { sample: refuseToSample };
  }

  get version(): number {
    return this.#version;
  }

  get #weights(): DeviceWeights {
    const { config } = this;
    const tensors = this.#parameters.feeds();
    return {
      config,
      device: this.#device,
      version: this.#version,
      revision: this.#revision,
      tensors,
      ...(this.lora && { lora: this.lora }),
    };
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
    return this.#scorer.score(this.#parameters, batch, { ...options, ...this.#dropout(places) });
  }

  /** The pass with gradient, for given derivatives of a loss. @internal */
  differentiate(
    batch: readonly TrainingRow[],
    weights: readonly Float32Array[],
    selected: readonly number[],
    { places, ...options }: DifferentiateOptions,
  ): Promise<LossRow[]> {
    const dropout = this.#dropout(places);
    this.#passes++;
    return this.#scorer.differentiate(this.#parameters, this.#gradient, batch, weights, selected, { ...options, ...dropout });
  }

  async optimizerStep(options: OptimizerStepOptions): Promise<{ gradientNorm: number }> {
    const { learningRate, beta1 = 0.9, beta2 = 0.999, epsilon = 1e-8, weightDecay = 0, maxGradientNorm = 1 } = options;
    await this.#completeGradient();
    const gradientNorm = await this.#gradientNorm();
    const gradientScale = maxGradientNorm > 0 ? Math.min(1, maxGradientNorm / (gradientNorm + 1e-6)) : 1;
    const step = this.#version + 1;
    for (const { name, shape } of this.#declarations) {
      const decay = shape.length >= 2 ? weightDecay : 0;
      const scalars = adamWScalars({ learningRate, gradientScale, beta1, beta2, epsilon, weightDecay: decay, step });
      const program = await this.#programs.get(
        `adamw ${shape.join()}`,
        () => adamWGraph(shape),
        () => true,
      );
      const { resident } = program.run({
        parameter: this.#parameters.get(name),
        gradient: this.#gradient.get(name),
        first: await this.#orZeros(this.#first, name, shape),
        second: await this.#orZeros(this.#second, name, shape),
        ...Object.fromEntries(Object.entries(scalars).map(([key, value]) => [key, { data: Float32Array.of(value), shape: [] }])),
      });
      this.#parameters.replace(name, resident["new parameter"] as DeviceTensor);
      this.#first.replace(name, resident["new first"] as DeviceTensor);
      this.#second.replace(name, resident["new second"] as DeviceTensor);
    }
    this.#gradient.clear();
    this.#version = step;
    this.#revision++;
    this.#passes = 0;
    return { gradientNorm };
  }

  async logProbabilities(batch: readonly TrainingRow[], options: LogProbabilityOptions = {}): Promise<LossRow[]> {
    const { direction, ...rest } = options;
    if (direction === undefined) return this.#scorer.score(this.#parameters, batch, rest);
    const shifted = await this.#shifted(direction);
    try {
      return await this.#scorer.score(shifted, batch, rest);
    } finally {
      shifted.clear();
    }
  }

  async storeGradient(name: string): Promise<{ norm: number }> {
    await this.#completeGradient();
    const norm = await this.#gradientNorm();
    this.#directions.get(name)?.clear();
    this.#directions.set(name, this.#gradient.copy());
    this.#gradient.clear();
    return { norm };
  }

  /** A copy of the current weights, by Hugging Face name, and of the adapters' factors. */
  async weights(): Promise<ReadonlyMap<string, Float32Array>> {
    const copies = new Map<string, Float32Array>();
    for (const name of this.#parameters.names) copies.set(name, await this.#download(this.#parameters, name));
    return copies;
  }

  /** The factors of the adapters; none where there are no adapters. */
  async adapters(): Promise<ReadonlyMap<string, Float32Array>> {
    return new Map([...(await this.weights())].filter(([name]) => this.#isAdapter(name)));
  }

  /** The weights as a model without adapters has them: those adapters are added in. */
  async mergedWeights(): Promise<Map<string, Float32Array>> {
    const every = [...(await this.weights())];
    const base = new Map(every.filter(([name]) => !this.#isAdapter(name)));
    return this.lora === undefined
      ? base
      : mergeLora(this.config, base, this.lora, new Map(every.filter(([name]) => this.#isAdapter(name))));
  }

  async save(directory: string): Promise<void> {
    const sets = {
      weights: await this.#hostSet(this.#parameters),
      first: await this.#hostSet(this.#first),
      second: await this.#hostSet(this.#second),
    };
    await writePolicyState(directory, { ...sets, version: this.#version });
  }

  async load(directory: string): Promise<void> {
    const make = (): ParameterSet => new ParameterSet(this.#declarations);
    const sets = { weights: make(), first: make(), second: make() };
    const { version } = await readPolicyState(directory, sets);
    for (const { name, shape } of this.#declarations) {
      const upload = (set: ParameterSet): Promise<DeviceTensor> => this.#device.upload({ data: set.view(name), shape });
      this.#parameters.replace(name, await upload(sets.weights));
      this.#first.replace(name, await upload(sets.first));
      this.#second.replace(name, await upload(sets.second));
    }
    this.#gradient.clear();
    for (const direction of this.#directions.values()) direction.clear();
    this.#directions.clear();
    this.#version = version;
    this.#revision++;
    this.#passes = 0;
  }

  async snapshot(): Promise<FrozenPolicy> {
    let frozen: SharedTensors | undefined = this.#parameters.copy();
    const scorer = this.#scorer;
    return {
      async logProbabilities(batch, options) {
        if (frozen === undefined) throw new BridgeError("invalid-input", "the snapshot was disposed; take another");
        return scorer.score(frozen, batch, options);
      },
      async dispose() {
        frozen?.clear();
        frozen = undefined;
      },
    };
  }

  async dispose(): Promise<void> {
    this.#programs.dispose();
    for (const each of [this.#parameters, this.#gradient, this.#first, this.#second, ...this.#directions.values()]) each.clear();
    this.#directions.clear();
  }

  /** A gradient that no pass has added to is zero. */
  async #completeGradient(): Promise<void> {
    for (const { name, shape } of this.#declarations) await this.#orZeros(this.#gradient, name, shape);
  }

  #dropout(places: readonly number[] | undefined): { dropout?: Dropout } {
    if (this.lora === undefined || this.lora.dropout === 0) return {};
    return { dropout: new Dropout(this.config, this.lora, this.#seed, `step ${this.#version}, pass ${this.#passes}`, places) };
  }

  #isAdapter(name: string): boolean {
    return this.lora !== undefined && this.#declarations.some((declaration) => declaration.name === name);
  }

  async #orZeros(set: SharedTensors, name: string, shape: readonly number[]): Promise<DeviceTensor> {
    if (!set.has(name)) set.replace(name, await this.#device.upload({ data: new Float32Array(elementCount(shape)), shape }));
    return set.get(name);
  }

  /** @throws BridgeError `non-finite` naming the first tensor that holds a NaN or an infinity */
  async #gradientNorm(): Promise<number> {
    const shapes = this.#declarations.map(({ shape }) => shape);
    const program = await this.#programs.get(
      "squares",
      () => squaresGraph(shapes),
      () => false,
    );
    const { values } = program.run(
      Object.fromEntries(this.#declarations.map(({ name }, index) => [String(index), this.#gradient.get(name)])),
    );
    let total = 0;
    for (const [index, { name }] of this.#declarations.entries()) {
      const squares = Number(values[`squares ${index}`]?.data[0]);
      if (!Number.isFinite(squares)) {
        throw new BridgeError(
          "non-finite",
          `the gradient of ${name} is not finite; lower the learning rate, or look at the batch before it`,
        );
      }
      total += squares;
    }
    return Math.sqrt(total);
  }

  async #shifted({ name, scale }: { readonly name: string; readonly scale: number }): Promise<SharedTensors> {
    const direction = this.#directions.get(name);
    if (direction === undefined) {
      const known = [...this.#directions.keys()].join(", ") || "none";
      throw new BridgeError("invalid-input", `no direction "${name}" was stored by storeGradient (stored: ${known})`);
    }
    const shifted = this.#parameters.copy();
    for (const { name: tensor, shape } of this.#declarations) {
      const program = await this.#programs.get(
        `add ${shape.join()}`,
        () => addGraph(shape),
        () => true,
      );
      const factor = { data: Float32Array.of(scale), shape: [] };
      const { resident } = program.run({ total: this.#parameters.get(tensor), addend: direction.get(tensor), scale: factor });
      shifted.replace(tensor, resident.sum as DeviceTensor);
    }
    return shifted;
  }

  async #hostSet(tensors: SharedTensors): Promise<ParameterSet> {
    const set = new ParameterSet(this.#declarations);
    for (const { name } of this.#declarations) if (tensors.has(name)) set.view(name).set(await this.#download(tensors, name));
    return set;
  }

  async #download(tensors: SharedTensors, name: string): Promise<Float32Array> {
    const { data } = await this.#device.download(tensors.get(name));
    if (!(data instanceof Float32Array)) throw new BridgeError("internal", `${name} is not float32 on the device`);
    return data;
  }
}

/**
 * Brings weights to a runtime's device and makes a policy of them.
 *
 * @param weights  by Hugging Face name
 * @throws BridgeError `invalid-input` or `shape-mismatch` where the weights don't fit the config; `unsupported` where the runtime keeps nothing
 *   on a device
 */
export async function createDevicePolicy(
  config: DecoderConfig,
  weights: ReadonlyMap<string, Float32Array>,
  options: DevicePolicyOptions,
): Promise<DevicePolicy> {
  const { runtime, tokensPerRun = 4096, programs = 96 } = options;
  for (const [name, value] of Object.entries({ tokensPerRun, programs })) {
    if (!Number.isInteger(value) || value < 1) throw new BridgeError("invalid-option", `${name} is ${value}; give a positive integer`);
  }
  const { device } = runtime;
  if (device === undefined) {
    throw new BridgeError(
      "unsupported",
      `the runtime ${runtime.name} keeps no tensors on a device; train with LocalPolicy, or take provider "webgpu"`,
    );
  }
  const base = decoderParameters(config);
  new ParameterSet(base).check(weights, "the weights");
  const lora = options.lora && resolveLora(options.lora);
  const adapters = lora ? loraParameters(config, lora) : [];
  const factors = lora ? (options.lora?.weights ?? initializeLora(config, lora, options.lora?.seed ?? 0)) : new Map<string, Float32Array>();
  new ParameterSet(adapters).check(factors, "the adapters");
  const parameters = new SharedTensors();
  for (const { name, shape } of [...base, ...adapters]) {
    const data = (weights.get(name) ?? factors.get(name)) as Float32Array;
    parameters.replace(name, await device.upload({ data, shape }));
  }
  return new DevicePolicy(config, device, parameters, options);
}

function elementCount(shape: readonly number[]): number {
  return shape.reduce((product, size) => product * size, 1);
}

async function refuseToSample(): Promise<never> {
  throw new BridgeError("unsupported", "this policy was made without a sampler; pass createSampler");
}
