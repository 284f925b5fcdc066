import { readdirSync, readFileSync } from "node:fs";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { join } from "node:path";
import { expect, test } from "vitest";
import { ended, startBridge } from "./run-bridge.js";
import { temporaryFolder } from "./temporary-folder.js";

const fixture = new URL("../../models/test/fixtures/llama-tiny/", import.meta.url).pathname;

test("download brings a model from the hub that HF_ENDPOINT names, with the token of HF_TOKEN, and never half of one", async () => {
  const tokens = new Set<string | undefined>();
  const server = createServer((request, response) => {
    tokens.add(request.headers.authorization);
    const { pathname } = new URL(request.url ?? "/", "http://hub");
    if (pathname === "/api/models/tiny/llama/tree/main") {
      const entries = readdirSync(fixture).map((path) => ({
        type: "file",
        path,
        oid: "0",
        size: readFileSync(join(fixture, path)).length,
      }));
      response.writeHead(200, { "content-type": "application/json" }).end(JSON.stringify(entries));
    } else if (pathname.startsWith("/tiny/llama/resolve/main/")) {
      const bytes = readFileSync(join(fixture, pathname.slice("/tiny/llama/resolve/main/".length)));
      const range = /bytes=(\d+)-(\d+)/.exec(request.headers.range ?? "");
      const [start, end] = range ? [Number(range[1]), Math.min(bytes.length, Number(range[2]) + 1)] : [0, bytes.length];
      const headers = { etag: '"1"', "content-range": `bytes ${start}-${end - 1}/${bytes.length}` };
      response.writeHead(range ? 206 : 200, headers).end(bytes.subarray(start, end));
    } else response.writeHead(404, { "content-type": "application/json" }).end('{"error":"Repository not found"}');
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const environment = { HF_ENDPOINT: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, HF_TOKEN: "hf_test" };
  const cwd = temporaryFolder();
  try {
    const found = await ended(startBridge(["download", "tiny/llama", "-o", "model"], cwd, environment));
    expect(found.code, found.stderr).toBe(0);
    expect(found.stdout).toBe("model: model\n");
    expect(readdirSync(join(cwd, "model")).sort()).toEqual(["config.json", "model.safetensors"]);
    expect(readFileSync(join(cwd, "model", "model.safetensors"))).toEqual(readFileSync(join(fixture, "model.safetensors")));
    expect(tokens).toEqual(new Set(["Bearer hf_test"]));
    const missing = await ended(startBridge(["download", "tiny/other", "-o", "other"], cwd, environment));
    expect(missing.code).not.toBe(0);
    expect(missing.stderr).toContain("tiny/other could not be downloaded: ");
    expect(readdirSync(cwd)).toEqual(["model"]);
  } finally {
    server.closeAllConnections();
    server.close();
  }
});
