import { setTimeout as wait } from "node:timers/promises";
import { BridgeError, createRandom } from "@bridge-rl/spec";
import { z } from "zod";

export interface ChatMessage {
  readonly role: "system" | "user" | "assistant";
  readonly content: string;
}

export interface ChatClientOptions {
  /** Up to the version, such as `http://localhost:8000/v1`. */
  readonly url: string;
  readonly model: string;
  /** Sent as a bearer token. @defaultValue none */
  readonly apiKey?: string;
  /** Tries of one request, the first included. @defaultValue 5 */
  readonly attempts?: number;
  /** Time for one try. @defaultValue 120_000 */
  readonly timeoutMilliseconds?: number;
  /** Pause behind the first try; it doubles with each, up to 64 times as long, and half of it is drawn. @defaultValue 500 */
  readonly backoffMilliseconds?: number;
  /** Decides how long pauses are, so that many clients don't come back at once. @defaultValue 0 */
  readonly seed?: number | string;
  /** @defaultValue the runtime's */
  readonly fetch?: typeof fetch;
}

export interface ChatRequest {
  readonly messages: readonly ChatMessage[];
  /** Goes into the request's body as it stands: `temperature`, `response_format`, … */
  readonly body: Readonly<Record<string, unknown>>;
  readonly signal?: AbortSignal | undefined;
}

/** What came back. */
export interface ChatReply {
  readonly content: string;
  /** Cut off at the token limit. */
  readonly truncated: boolean;
}

/** Asks a chat model. */
export type ChatClient = (request: ChatRequest) => Promise<ChatReply>;

const replySchema = z.object({
  choices: z
    .array(
      z.object({
        finish_reason: z.string().nullish(),
        message: z.object({ content: z.string().nullish(), refusal: z.string().nullish() }),
      }),
    )
    .min(1),
});

/** Statuses after which the same request can succeed. */
const passing = new Set([408, 409, 425, 429, 500, 502, 503, 504, 529]);

/** A failure that is worth another try, and how long the server asks to wait. */
class PassingFailure extends Error {
  readonly pauseMilliseconds: number;

  constructor(message: string, pauseMilliseconds = 0, options: { cause?: unknown } = {}) {
    super(message, options);
    this.pauseMilliseconds = pauseMilliseconds;
  }
}

/**
 * Makes a client of any OpenAI-compatible endpoint. It tries again after what passes (no connection, time-outs, 408, 409, 425, 429 and 5xx,
 * replies that are no chat completion), with growing pauses, and waits as long as `Retry-After` says.
 */
export function createChatClient(options: ChatClientOptions): ChatClient {
  const { url, attempts = 5, backoffMilliseconds = 500, seed = 0 } = options;
  const endpoint = `${url.replace(/\/+$/, "")}/chat/completions`;
  const random = createRandom(seed, "pauses between requests");
  return async (request) => {
    for (let attempt = 1; ; attempt++) {
      try {
        return await ask(endpoint, options, request);
      } catch (error) {
        if (!(error instanceof PassingFailure)) throw error;
        if (attempt >= attempts) {
          throw new BridgeError("request-failed", `${endpoint} failed ${attempts} times, at last because ${error.message}`, {
            cause: error,
          });
        }
        const pause = backoffMilliseconds * 2 ** Math.min(attempt - 1, 6) * (0.5 + random.next() / 2);
        await pauseFor(Math.max(pause, error.pauseMilliseconds), request.signal);
      }
    }
  };
}

async function ask(endpoint: string, options: ChatClientOptions, { messages, body, signal }: ChatRequest): Promise<ChatReply> {
  const { model, apiKey, timeoutMilliseconds = 120_000, fetch: send = fetch } = options;
  const timeout = AbortSignal.timeout(timeoutMilliseconds);
  const headers = { "content-type": "application/json", ...(apiKey === undefined ? {} : { authorization: `Bearer ${apiKey}` }) };
  let status: number;
  let retryAfter: string | null;
  let text: string;
  try {
    const response = await send(endpoint, {
      method: "POST",
      headers,
      body: JSON.stringify({ model, messages, ...body }),
      signal: signal === undefined ? timeout : AbortSignal.any([signal, timeout]),
    });
    status = response.status;
    retryAfter = response.headers.get("retry-after");
    text = await response.text();
  } catch (error) {
    if (signal?.aborted) throw cancelled(error);
    const reason = timeout.aborted ? `it took more than ${timeoutMilliseconds} ms` : `of ${String((error as Error).cause ?? error)}`;
    throw new PassingFailure(reason, 0, { cause: error });
  }
  if (status !== 200) throw refusal(endpoint, status, text, retryAfter);
  return readReply(text);
}

function refusal(endpoint: string, status: number, text: string, retryAfter: string | null): Error {
  const shown = text.replace(/\s+/g, " ").slice(0, 300);
  if (passing.has(status)) return new PassingFailure(`it answered ${status}: ${shown}`, 1000 * Math.min(Number(retryAfter) || 0, 300));
  return new BridgeError("request-failed", `${endpoint} refuses the request with ${status}: ${shown}`);
}

function readReply(text: string): ChatReply {
  let json: unknown;
  try {
    json = JSON.parse(text);
  } catch (error) {
    throw new PassingFailure(`it answered with what is no JSON: ${text.slice(0, 100)}`, 0, { cause: error });
  }
  const reply = replySchema.safeParse(json);
  if (!reply.success) throw new PassingFailure(`its reply is no chat completion: ${z.prettifyError(reply.error).replaceAll("\n", " ")}`);
  const { finish_reason, message } = reply.data.choices[0] as z.output<typeof replySchema>["choices"][number];
  return { content: message.content ?? message.refusal ?? "", truncated: finish_reason === "length" };
}

async function pauseFor(milliseconds: number, signal: AbortSignal | undefined): Promise<void> {
  try {
    await wait(milliseconds, undefined, signal === undefined ? {} : { signal });
  } catch (error) {
    throw cancelled(error);
  }
}

function cancelled(cause: unknown): BridgeError {
  return new BridgeError("cancelled", "the request was cancelled", { cause });
}
