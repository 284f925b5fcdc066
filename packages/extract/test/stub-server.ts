import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";

/** What the server has been asked. */
export interface Received {
  readonly authorization: string | undefined;
  readonly body: {
    readonly model: string;
    readonly messages: readonly { readonly role: string; readonly content: string }[];
    readonly response_format?: { readonly type: string };
  };
}

/** How one request is answered. */
export type Answer = (response: ServerResponse, received: Received) => void;

/** A real server on the loopback interface that answers the n-th request by the n-th answer, and the last one for ever. */
export async function startServer(answers: readonly Answer[]): Promise<{ url: string; received: Received[]; close(): Promise<void> }> {
  const received: Received[] = [];
  const server = createServer(async (request: IncomingMessage, response) => {
    let text = "";
    for await (const chunk of request) text += String(chunk);
    if (request.method !== "POST" || request.url !== "/v1/chat/completions") {
      response.writeHead(404).end("no such path");
      return;
    }
    const one: Received = { authorization: request.headers.authorization, body: JSON.parse(text) };
    received.push(one);
    answers[Math.min(received.length, answers.length) - 1]?.(response, one);
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const { port } = server.address() as AddressInfo;
  return {
    url: `http://127.0.0.1:${port}/v1/`,
    received,
    close: () =>
      new Promise((resolve) => {
        server.closeAllConnections();
        server.close(() => resolve());
      }),
  };
}

/** A chat completion with this content. */
export function says(content: unknown, finish_reason = "stop"): Answer {
  const text = typeof content === "string" ? content : JSON.stringify(content);
  return (response) => {
    response.writeHead(200, { "content-type": "application/json" });
    response.end(JSON.stringify({ choices: [{ index: 0, finish_reason, message: { role: "assistant", content: text } }] }));
  };
}

/** An HTTP failure. */
export function fails(status: number, headers: Record<string, string> = {}, text = "no"): Answer {
  return (response) => {
    response.writeHead(status, headers).end(text);
  };
}
