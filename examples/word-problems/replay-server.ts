import { createServer } from "node:http";
import type { AddressInfo } from "node:net";

/** Answers chat requests with recorded replies, one after the other; the first time it is asked it is busy, as servers are. */
export async function startReplay(replies: readonly string[]): Promise<{ url: string; close(): void }> {
  let request = 0;
  const server = createServer((incoming, response) => {
    incoming.resume().on("end", () => {
      const content = replies[request++ - 1];
      if (content === undefined) response.writeHead(429, { "retry-after": "0" }).end("busy");
      else response.end(JSON.stringify({ choices: [{ finish_reason: "stop", message: { role: "assistant", content } }] }));
    });
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/v1`, close: () => server.close() };
}
