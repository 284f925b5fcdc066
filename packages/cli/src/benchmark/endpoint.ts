import { setTimeout as sleep } from "node:timers/promises";
import { BridgeError, createRandom } from "@bridge-rl/spec";

export interface EndpointOptions {
  /** Of the API, for example `http://localhost:8000/v1`. */
  readonly url: string;
  readonly model: string;
  readonly api: "chat" | "completions";
  /** Sent as a bearer token. */
  readonly key?: string | undefined;
  readonly maxTokens: number;
  readonly temperature: number;
  readonly stop: readonly string[];
  /** Seconds until a request is given up and tried again. */
  readonly timeout: number;
  /** Tries after the first. */
  readonly retries: number;
  readonly signal: AbortSignal;
}

/** What a model said. */
export interface Completion {
  readonly text: string;
  readonly finishReason: "stop" | "length";
}

/** Longest wait between two tries, in seconds. */
const longestWait = 60;

/**
 * Asks an OpenAI-compatible endpoint. What may pass by itself (no connection, no answer in time, 408, 409, 425, 429, 5xx) is tried again
 * after 1, 2, 4, … seconds, or after what `Retry-After` says.
 *
 * @throws BridgeError `unsupported` where the endpoint refuses, or still fails after the last try; `invalid-input` for an answer of another
 *   shape
 */
export async function askEndpoint(prompt: string, options: EndpointOptions): Promise<Completion> {
  const random = createRandom(prompt, "waiting");
  for (let attempt = 0; ; attempt++) {
    options.signal.throwIfAborted();
    const outcome = await tryOnce(prompt, options);
    if ("text" in outcome) return outcome;
    if (!outcome.passing || attempt === options.retries) {
      const tries = attempt === 0 ? "" : ` after ${attempt + 1} tries`;
      throw new BridgeError("unsupported", `${options.url} gives no completion${tries}: ${outcome.reason}`);
    }
    // Spread out, so that requests that failed together don't come back together.
    const wait = outcome.wait ?? 2 ** attempt * (0.5 + random.next());
    await sleep(1000 * Math.min(wait, longestWait), undefined, { signal: options.signal });
  }
}

interface Failure {
  readonly reason: string;
  /** Whether it may pass by itself. */
  readonly passing: boolean;
  /** Seconds that the endpoint asks to wait. */
  readonly wait?: number;
}

async function tryOnce(prompt: string, options: EndpointOptions): Promise<Completion | Failure> {
  const { url, api, key, timeout, signal } = options;
  const path = api === "chat" ? "chat/completions" : "completions";
  const headers = { "content-type": "application/json", ...(key === undefined ? {} : { authorization: `Bearer ${key}` }) };
  let response: Response;
  let text: string;
  try {
    const both = AbortSignal.any([signal, AbortSignal.timeout(1000 * timeout)]);
    response = await fetch(`${url.replace(/\/$/, "")}/${path}`, {
      method: "POST",
      headers,
      body: requestBody(prompt, options),
      signal: both,
    });
    text = await response.text();
  } catch (error) {
    signal.throwIfAborted();
    const cause = error instanceof Error && error.cause instanceof Error ? error.cause : error;
    return { reason: cause instanceof Error ? cause.message : String(cause), passing: true };
  }
  if (response.ok) return readCompletion(text, url, api);
  const wait = Number(response.headers.get("retry-after") ?? Number.NaN);
  const passing = response.status >= 500 || [408, 409, 425, 429].includes(response.status);
  const failure = { reason: `${response.status} ${text.slice(0, 300).trim()}`, passing };
  return Number.isFinite(wait) ? { ...failure, wait } : failure;
}

function requestBody(prompt: string, { api, model, maxTokens, temperature, stop }: EndpointOptions): string {
  const asked = api === "chat" ? { messages: [{ role: "user", content: prompt }] } : { prompt };
  return JSON.stringify({
    model,
    ...asked,
    max_tokens: maxTokens,
    temperature,
    ...(api === "completions" && stop.length > 0 ? { stop } : {}),
  });
}

function readCompletion(text: string, url: string, api: EndpointOptions["api"]): Completion {
  const choice = firstChoice(text);
  const message = choice?.message;
  const content = api === "completions" ? choice?.text : isObject(message) ? message.content : undefined;
  if (typeof content !== "string") {
    throw new BridgeError("invalid-input", `${url} answers in another form than OpenAI's: ${text.slice(0, 300)}`);
  }
  return { text: content, finishReason: choice?.finish_reason === "length" ? "length" : "stop" };
}

function firstChoice(text: string): Record<string, unknown> | undefined {
  try {
    const json: unknown = JSON.parse(text);
    const choices = isObject(json) ? json.choices : undefined;
    const first: unknown = Array.isArray(choices) ? choices[0] : undefined;
    return isObject(first) ? first : undefined;
  } catch {
    return undefined; // told by the caller, with the text
  }
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
