import { BridgeError, createRandom } from "@bridge-rl/spec";
import type { DecoderConfig } from "./decoder-config.js";
import { type DecoderParameter, decoderParameters } from "./decoder-parameters.js";

/** A projection of a layer that an adapter can stand beside. */
export type LoraTarget = "q_proj" | "k_proj" | "v_proj" | "o_proj" | "gate_proj" | "up_proj" | "down_proj";

export const loraTargets: readonly LoraTarget[] = ["q_proj", "k_proj", "v_proj", "o_proj", "gate_proj", "up_proj", "down_proj"];

/** Low-rank adapters (LoRA, arXiv 2106.09685): y = x·Wᵀ + (alpha / rank) · dropout(x)·Aᵀ·Bᵀ, with W frozen. */
export interface LoraConfig {
  /** Columns of A and B. */
  readonly rank: number;
  /** The adapter's output is multiplied by alpha / rank. */
  readonly alpha: number;
  /** Chance that an element of the adapter's input is left out in training, the others being scaled up by 1 / (1 − dropout). */
  readonly dropout: number;
  /** The projections that have an adapter, in every layer. */
  readonly targets: readonly LoraTarget[];
}

export interface LoraOptions extends Partial<LoraConfig> {
  /** @defaultValue 16 */
  readonly rank?: number;
  /** @defaultValue twice the rank */
  readonly alpha?: number;
  /** @defaultValue 0 */
  readonly dropout?: number;
  /** @defaultValue all seven projections */
  readonly targets?: readonly LoraTarget[];
}

/** Fills in the defaults. @throws BridgeError `invalid-option` */
export function resolveLora(options: LoraOptions = {}): LoraConfig {
  const { rank = 16, alpha = 2 * rank, dropout = 0, targets = loraTargets } = options;
  if (!Number.isInteger(rank) || rank < 1) throw new BridgeError("invalid-option", `LoRA's rank is ${rank}; give a positive whole number`);
  if (!(alpha > 0 && Number.isFinite(alpha))) throw new BridgeError("invalid-option", `LoRA's alpha is ${alpha}; give a positive number`);
  if (!(dropout >= 0 && dropout < 1))
    throw new BridgeError("invalid-option", `LoRA's dropout is ${dropout}; give a number from 0 to below 1`);
  const unknown = targets.find((target) => !loraTargets.includes(target));
  if (unknown !== undefined || targets.length === 0) {
    throw new BridgeError("invalid-option", `LoRA's targets are [${targets.join(", ")}]; choose among ${loraTargets.join(", ")}`);
  }
  return { rank, alpha, dropout, targets: loraTargets.filter((target) => targets.includes(target)) };
}

/** Names of the two factors of a projection's adapter. */
export function loraNames(module: string): { readonly a: string; readonly b: string } {
  return { a: `${module}.lora_A.weight`, b: `${module}.lora_B.weight` };
}

/** A projection with an adapter: its weight is `[outputs, inputs]`. */
interface Adapted {
  readonly module: string;
  readonly inputs: number;
  readonly outputs: number;
}

function adaptedModules(config: DecoderConfig, { targets }: LoraConfig): Adapted[] {
  return decoderParameters(config).flatMap(({ name, shape: [outputs = 0, inputs = 0] }) => {
    const module = name.replace(/\.weight$/, "");
    return module !== name && targets.some((target) => module.endsWith(`.${target}`)) ? [{ module, inputs, outputs }] : [];
  });
}

/** The factors of every adapter: A `[rank, inputs]`, B `[outputs, rank]`. Named as in PEFT's files, without their prefix. */
export function loraParameters(config: DecoderConfig, lora: LoraConfig): DecoderParameter[] {
  return adaptedModules(config, lora).flatMap(({ module, inputs, outputs }) => [
    { name: loraNames(module).a, shape: [lora.rank, inputs] },
    { name: loraNames(module).b, shape: [outputs, lora.rank] },
  ]);
}

/** Adapters that change nothing yet: A uniform within ±1/√inputs (as PEFT draws it), B zero. Each tensor has a random stream of its own. */
export function initializeLora(config: DecoderConfig, lora: LoraConfig, seed: number | string): Map<string, Float32Array> {
  const random = createRandom(seed, "LoRA weights");
  return new Map(
    loraParameters(config, lora).map(({ name, shape: [rows = 0, columns = 0] }) => {
      const values = new Float32Array(rows * columns);
      if (name.endsWith("lora_B.weight")) return [name, values];
      const stream = random.fork(name);
      const bound = 1 / Math.sqrt(columns);
      return [name, values.map(() => bound * (2 * stream.next() - 1))];
    }),
  );
}

/**
 * Adds the adapters to the weights they stand beside: W + (alpha / rank) · B·A. Tensors without an adapter are shared, the others are new.
 *
 * @throws BridgeError `shape-mismatch` where weights or adapters don't fit the config
 */
export function mergeLora(
  config: DecoderConfig,
  weights: ReadonlyMap<string, Float32Array>,
  lora: LoraConfig,
  adapters: ReadonlyMap<string, Float32Array>,
): Map<string, Float32Array> {
  return combine(config, weights, lora, adapters, lora.alpha / lora.rank);
}

/** Takes the adapters out again: undoes `mergeLora` up to float32's rounding. @throws BridgeError as `mergeLora` */
export function unmergeLora(
  config: DecoderConfig,
  weights: ReadonlyMap<string, Float32Array>,
  lora: LoraConfig,
  adapters: ReadonlyMap<string, Float32Array>,
): Map<string, Float32Array> {
  return combine(config, weights, lora, adapters, -lora.alpha / lora.rank);
}

function combine(
  config: DecoderConfig,
  weights: ReadonlyMap<string, Float32Array>,
  lora: LoraConfig,
  adapters: ReadonlyMap<string, Float32Array>,
  scale: number,
): Map<string, Float32Array> {
  const result = new Map(weights);
  for (const { module, inputs, outputs } of adaptedModules(config, lora)) {
    const weight = sized(weights, `${module}.weight`, inputs * outputs);
    const a = sized(adapters, loraNames(module).a, lora.rank * inputs);
    const b = sized(adapters, loraNames(module).b, lora.rank * outputs);
    result.set(`${module}.weight`, added(weight, a, b, inputs, scale));
  }
  return result;
}

/** W + scale · B·A, each element summed in float64 and rounded once. */
function added(weight: Float32Array, a: Float32Array, b: Float32Array, inputs: number, scale: number): Float32Array {
  const rank = a.length / inputs;
  const result = new Float32Array(weight.length);
  const sums = new Float64Array(inputs);
  for (let row = 0; row < weight.length / inputs; row++) {
    sums.fill(0);
    for (let inner = 0; inner < rank; inner++) {
      const factor = scale * (b[row * rank + inner] as number);
      const start = inner * inputs;
      if (factor !== 0)
        for (let column = 0; column < inputs; column++) sums[column] = (sums[column] as number) + factor * (a[start + column] as number);
    }
    const start = row * inputs;
    for (let column = 0; column < inputs; column++) result[start + column] = (weight[start + column] as number) + (sums[column] as number);
  }
  return result;
}

function sized(tensors: ReadonlyMap<string, Float32Array>, name: string, length: number): Float32Array {
  const tensor = tensors.get(name);
  if (tensor?.length !== length) {
    throw new BridgeError("shape-mismatch", `${name} has ${tensor?.length ?? "no"} elements; the config wants ${length}`);
  }
  return tensor;
}
