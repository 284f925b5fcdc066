import type { Provider, ProviderName } from "@bridge-rl/runtime-onnx";
import type { FrozenPolicy, LogProbabilityOptions, OptimizerStepOptions, Rollout, SamplingOptions, TrainingRow } from "@bridge-rl/spec";
import { BridgeError, type BridgeErrorCode, type LossRow } from "@bridge-rl/spec";
import type { DecoderConfig } from "../../decoder-config.js";
import type { LocalPolicyOptions } from "../../local-policy.js";
import type { TokenizerFiles } from "../../tokenizer.js";
import type { RequestPart } from "../sampler/sample-plan.js";
import type { DifferentiateOptions, ScoreOptions } from "./forward-backward.js";

/** What a worker makes its policy of. */
export interface WorkerSetup {
  readonly config: DecoderConfig;
  readonly weights: ReadonlyMap<string, Float32Array>;
  readonly threads: number;
  readonly provider: ProviderName | Provider;
  readonly tokensPerRun?: number;
  readonly programs?: number;
  /** What a policy in this process's memory takes besides. */
  readonly hostOptions: Pick<
    LocalPolicyOptions,
    "lora" | "frozen" | "activationCheckpointing" | "packRows" | "sharePrompts" | "memoryLimit"
  >;
  readonly tokenizer?: TokenizerFiles;
  /** Where several workers train one policy, the gradients of all of them, in shared memory, and which is this one's. */
  readonly replica?: { readonly gradients: readonly ReadonlyMap<string, Float32Array>[]; readonly index: number };
}

type Sendable<Options> = Omit<Options, "signal" | "onProgress">;

/** What can be asked of a policy in a worker. Functions and signals stay on the caller's side. */
export interface WorkerMethods {
  score(batch: readonly TrainingRow[], options: Sendable<ScoreOptions>): Promise<LossRow[]>;
  differentiate(
    batch: readonly TrainingRow[],
    weights: readonly Float32Array[],
    selected: readonly number[],
    options: Sendable<DifferentiateOptions>,
  ): Promise<LossRow[]>;
  logProbabilities(batch: readonly TrainingRow[], options: Sendable<LogProbabilityOptions>): Promise<LossRow[]>;
  /** Adds up this worker's part of all gradients, in every one of them. */
  sumGradients(): Promise<void>;
  optimizerStep(options: OptimizerStepOptions): Promise<{ gradientNorm: number }>;
  storeGradient(name: string): Promise<{ norm: number }>;
  save(directory: string): Promise<void>;
  load(directory: string): Promise<void>;
  /** Returns the number by which the copy is asked for. */
  snapshot(): Promise<number>;
  scoreSnapshot(
    snapshot: number,
    batch: readonly TrainingRow[],
    options: Sendable<Parameters<FrozenPolicy["logProbabilities"]>[1] & {}>,
  ): Promise<LossRow[]>;
  disposeSnapshot(snapshot: number): Promise<void>;
  sample(requests: readonly RequestPart[], options: Sendable<SamplingOptions>): Promise<Rollout[]>;
  /** A copy of every tensor. */
  weights(): Promise<ReadonlyMap<string, Float32Array>>;
  /** As of `LocalPolicy`, copied. */
  mergedWeights(): Promise<ReadonlyMap<string, Float32Array>>;
  /** As of `LocalPolicy`, copied. */
  adapters(): Promise<ReadonlyMap<string, Float32Array>>;
}

export type WorkerMethod = keyof WorkerMethods;

export type ToWorker =
  | { readonly kind: "call"; readonly id: number; readonly method: WorkerMethod; readonly parameters: readonly unknown[] }
  | { readonly kind: "cancel"; readonly id: number };

export type FromWorker =
  | { readonly kind: "ready" }
  | { readonly kind: "failed"; readonly error: SentError }
  | { readonly kind: "result"; readonly id: number; readonly version: number; readonly result: unknown }
  | { readonly kind: "error"; readonly id: number; readonly version: number; readonly error: SentError }
  | { readonly kind: "progress"; readonly id: number; readonly progress: { tokens: number; finished: number; total: number } };

/** An error as a message: structured clones lose the class and the code. */
export interface SentError {
  readonly code: BridgeErrorCode;
  readonly message: string;
  readonly stack?: string;
}

export function packError(error: unknown): SentError {
  const message = error instanceof Error ? error.message : String(error);
  const stack = error instanceof Error && error.stack !== undefined ? { stack: error.stack } : {};
  return { code: BridgeError.isInstance(error) ? error.code : "internal", message, ...stack };
}

/** The error as the caller catches it; what happened in the worker is its cause. */
export function unpackError({ code, message, stack }: SentError): BridgeError {
  return new BridgeError(code, message, { cause: stack });
}

/** The buffers of all arrays within a result, to be moved instead of copied. */
export function buffersOf(value: unknown, found: Set<ArrayBuffer> = new Set()): Set<ArrayBuffer> {
  if (ArrayBuffer.isView(value)) {
    if (value.buffer instanceof ArrayBuffer) found.add(value.buffer);
  } else if (value instanceof Map || Array.isArray(value)) {
    for (const each of value.values()) buffersOf(each, found);
  } else if (typeof value === "object" && value !== null) {
    for (const each of Object.values(value)) buffersOf(each, found);
  }
  return found;
}
