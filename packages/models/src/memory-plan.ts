import { totalmem } from "node:os";
import { BridgeError } from "@bridge-rl/spec";
import type { DecoderConfig } from "./decoder-config.js";
import { decoderParameters } from "./decoder-parameters.js";
import { type LoraConfig, loraParameters } from "./lora.js";

export interface MemoryPlanOptions {
  /** Names of the parameters that are trained. @defaultValue all, and the adapters alone with `lora` */
  readonly trained?: ReadonlySet<string>;
  /** @defaultValue none */
  readonly lora?: LoraConfig;
  /** Padded tokens of one run at most. @defaultValue 1024 */
  readonly tokensPerRun?: number;
  /** Tokens of the longest row, which runs alone where it is longer than a run. @defaultValue `tokensPerRun` */
  readonly length?: number;
  /** @defaultValue above 50 million parameters */
  readonly activationCheckpointing?: boolean;
  /** Workers that train one policy together, each with all of this. @defaultValue 1 */
  readonly workers?: number;
}

/** One use of memory. */
export interface MemoryUse {
  readonly what: string;
  readonly bytes: number;
}

/** What training takes, as an estimate. */
export interface MemoryPlan {
  readonly parameters: number;
  readonly trainedParameters: number;
  readonly activationCheckpointing: boolean;
  readonly uses: readonly MemoryUse[];
  /** All uses together. */
  readonly peakBytes: number;
  /** Floating-point operations of a training pass, forward and backward, for each token. */
  readonly operationsPerToken: number;
}

/** Parameters from which activations are computed again instead of kept. */
const checkpointingFrom = 5e7;

/** Estimates the memory of training before anything is allocated. */
export function planMemory(config: DecoderConfig, options: MemoryPlanOptions = {}): MemoryPlan {
  const { lora, tokensPerRun = 1024, length = tokensPerRun, workers = 1 } = options;
  const sizes = [...decoderParameters(config), ...(lora ? loraParameters(config, lora) : [])].map(
    ({ name, shape }) => [name, shape.reduce((product, size) => product * size, 1)] as const,
  );
  const total = (wanted: (name: string) => boolean): number => sizes.reduce((sum, [name, size]) => sum + (wanted(name) ? size : 0), 0);
  const isTrained = (name: string): boolean => options.trained?.has(name) ?? (lora === undefined || name.includes(".lora_"));
  const parameters = total(() => true);
  const trained = total(isTrained);
  const activationCheckpointing = options.activationCheckpointing ?? parameters > checkpointingFrom;
  const tokens = Math.max(tokensPerRun, Math.min(length, config.maximumLength));
  const layer = layerActivations(config, tokens, Math.min(length, tokens));
  const logits = 4 * (activationCheckpointing ? Math.min(tokens * config.vocabularySize, 2 ** 24) : tokens * config.vocabularySize);
  const layerGradient = 4 * total((name) => name.startsWith("model.layers.0.") && isTrained(name));
  const states = 4 * tokens * config.hiddenSize;
  const uses: MemoryUse[] = [
    { what: "weights", bytes: 4 * parameters },
    { what: "gradients", bytes: 4 * trained },
    { what: "moments of AdamW", bytes: 8 * trained },
    activationCheckpointing
      ? { what: "inputs of the layers", bytes: states * (config.layers + 1) }
      : { what: "activations", bytes: layer * config.layers },
    // the head runs before the layers' backward passes, so the larger of the two counts; dropped arrays pile up before they are collected
    activationCheckpointing
      ? { what: "one layer, or a block of logits", bytes: Math.max(2 * layer + 2 * layerGradient, 6 * logits) + 2.5e8 }
      : { what: "logits and results on their way out", bytes: 3 * logits + 4 * trained },
    { what: "runtime and compiled programs", bytes: 2.5e8 },
  ].map(({ what, bytes }) => ({ what, bytes: workers * bytes }));
  return {
    parameters,
    trainedParameters: trained,
    activationCheckpointing,
    uses,
    peakBytes: uses.reduce((sum, { bytes }) => sum + bytes, 0),
    operationsPerToken: operationsPerToken(config, {
      length: Math.min(length, tokens),
      trainsAll: trained === parameters,
      activationCheckpointing,
    }),
  };
}

/** Bytes that one layer's forward pass leaves for its backward pass. */
function layerActivations(
  { hiddenSize, intermediateSize, heads, keyValueHeads, headDimension }: DecoderConfig,
  tokens: number,
  length: number,
): number {
  const projections =
    2 * hiddenSize + 3 * heads * headDimension + 4 * keyValueHeads * headDimension + 2 * hiddenSize + 4 * intermediateSize;
  // scores of blocks that see half of the square on average, before and after the softmax
  const attention = 2 * heads * (length / 2 + 32);
  return 4 * tokens * (projections + attention);
}

/** 2 per weight forward; backward as much for the inputs, and for the weights where they are trained; a layer that is recomputed once more. */
function operationsPerToken(
  config: DecoderConfig,
  { length, trainsAll, activationCheckpointing }: { length: number; trainsAll: boolean; activationCheckpointing: boolean },
): number {
  const matrices = decoderParameters(config).filter(({ shape }) => shape.length === 2);
  const count = (inLayer: boolean): number =>
    matrices
      .filter(({ name }) => name.startsWith("model.layers.") === inLayer && name !== "model.embed_tokens.weight")
      .reduce((sum, { shape: [rows = 0, columns = 0] }) => sum + rows * columns, 0);
  const head = config.vocabularySize * config.hiddenSize;
  const attention = 2 * length * config.heads * config.headDimension * config.layers;
  const passes = trainsAll ? 3 : 2;
  return (2 * count(true) + attention) * (passes + (activationCheckpointing ? 1 : 0)) + 2 * head * passes;
}

/** The memory that this process may use: of its container where it has a limit, else of the machine. */
export function availableMemory(): number {
  const constrained = process.constrainedMemory?.() ?? 0;
  const machine = totalmem();
  return constrained > 0 && constrained < machine ? constrained : machine;
}

/** Says what a plan comes to, as `bridge plan` and a refusal do. */
export function describePlan({ uses, peakBytes, parameters, trainedParameters, activationCheckpointing }: MemoryPlan): string {
  const gigabytes = (bytes: number): string => `${(bytes / 1e9).toFixed(2)} GB`;
  const parts = uses.map(({ what, bytes }) => `${what} ${gigabytes(bytes)}`).join(", ");
  return (
    `${(parameters / 1e6).toFixed(1)}M parameters, ${(trainedParameters / 1e6).toFixed(1)}M trained, activations ` +
    `${activationCheckpointing ? "computed again" : "kept"}: about ${gigabytes(peakBytes)} at the peak (${parts})`
  );
}

/** @throws BridgeError `unsupported` where the plan needs more than there is */
export function refuseBeyond(plan: MemoryPlan, limit: number = availableMemory()): void {
  if (plan.peakBytes <= limit) return;
  throw new BridgeError(
    "unsupported",
    `training doesn't fit into ${(limit / 1e9).toFixed(2)} GB: ${describePlan(plan)}. Train adapters (lora), freeze parameters, or take ` +
      "fewer tokens at once (tokensPerRun)",
  );
}
