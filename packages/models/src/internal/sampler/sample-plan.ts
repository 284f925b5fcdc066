import { BridgeError, createRandom, type Random, type SampleRequest, type SamplingOptions } from "@bridge-rl/spec";
import type { DecoderConfig } from "../../decoder-config.js";

/** Some of a request's samples. */
export interface RequestPart extends SampleRequest {
  /** Number of the first one. @defaultValue 0 */
  readonly firstSample?: number;
}

/** Sampling options with their defaults, checked. */
export interface ResolvedSampling {
  readonly maxTokens: number;
  readonly temperature: number;
  readonly topK: number;
  readonly topP: number;
  readonly minP: number;
  readonly precision: "float32" | "int8";
  readonly promptLogProbabilities: boolean;
  readonly stop: readonly string[];
}

/** One rollout in the making. */
export interface Sample {
  /** Place in the result. */
  readonly index: number;
  /** Among the samples of its request. */
  readonly number: number;
  readonly promptIds: Int32Array;
  /** The request it belongs to: samples of one share a prefill. */
  readonly request: number;
  /** One draw for each token. */
  readonly random: Random;
  /** Tokens it may have, given the model's length. */
  readonly limit: number;
  readonly completion: number[];
  readonly logProbabilities: number[];
}

/** @throws BridgeError `invalid-option` */
export function resolveSampling(options: SamplingOptions): ResolvedSampling {
  const { maxTokens = 256, temperature = 1, topK = 0, topP = 1, minP = 0, promptLogProbabilities = false, stop = [] } = options;
  const { precision = "float32" } = options;
  const refuse = (name: string, value: number, expected: string): never => {
    throw new BridgeError("invalid-option", `${name} is ${value}; give ${expected}`);
  };
  if (!Number.isInteger(maxTokens) || maxTokens < 1) refuse("maxTokens", maxTokens, "a whole number of at least 1");
  if (!(temperature >= 0 && Number.isFinite(temperature))) refuse("temperature", temperature, "0 for greedy, or a positive number");
  if (!Number.isInteger(topK) || topK < 0) refuse("topK", topK, "0 for all tokens, or a positive whole number");
  if (!(topP > 0 && topP <= 1)) refuse("topP", topP, "a number above 0 and at most 1");
  if (!(minP >= 0 && minP <= 1)) refuse("minP", minP, "a number from 0 to 1");
  if (precision !== "float32" && precision !== "int8") {
    throw new BridgeError("invalid-option", `precision is ${JSON.stringify(precision)}; there are "float32" and "int8"`);
  }
  if (stop.includes("")) throw new BridgeError("invalid-option", "a stop text is empty; it would end every completion at once");
  return { maxTokens, temperature, topK, topP, minP, precision, promptLogProbabilities, stop };
}

/**
 * Lays out the samples of all requests, one request after the other. A sample's random stream is that of its request's seed and its own number.
 *
 * @throws BridgeError `invalid-input` naming the request
 */
export function planSamples(requests: readonly SampleRequest[], config: DecoderConfig, maxTokens: number): Sample[] {
  const samples: Sample[] = [];
  for (const [number, request] of requests.entries()) samples.push(...planRequest(request, number, samples.length, config, maxTokens));
  return samples;
}

/**
 * The samples of one request.
 *
 * @param request  its number
 * @param index    the place of its first sample in the result
 * @throws BridgeError `invalid-input`
 */
export function planRequest(
  { promptIds, count, seed, firstSample = 0 }: RequestPart,
  request: number,
  index: number,
  config: DecoderConfig,
  maxTokens: number,
): Sample[] {
  checkRequest(request, promptIds, count, config);
  const stream = createRandom(seed, "sampling");
  const limit = Math.min(maxTokens, config.maximumLength - promptIds.length);
  return Array.from({ length: count }, (_, place) => {
    const number = firstSample + place;
    const random = stream.fork("sample", number);
    return { index: index + place, number, promptIds, request, random, limit, completion: [], logProbabilities: [] };
  });
}

function checkRequest(request: number, promptIds: Int32Array, count: number, config: DecoderConfig): void {
  const refuse = (reason: string): never => {
    throw new BridgeError("invalid-input", `request ${request} ${reason}`);
  };
  if (!Number.isInteger(count) || count < 0) refuse(`asks for ${count} samples; give a whole number`);
  if (promptIds.length === 0) refuse("has an empty prompt; the first token needs a token before it");
  if (promptIds.length >= config.maximumLength) {
    refuse(`has a prompt of ${promptIds.length} tokens; the model takes ${config.maximumLength}, completion included`);
  }
  const wrong = promptIds.find((id) => id < 0 || id >= config.vocabularySize);
  if (wrong !== undefined) refuse(`has token id ${wrong}; the vocabulary has ${config.vocabularySize} tokens`);
}
