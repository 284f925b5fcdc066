import { readdirSync, readFileSync } from "node:fs";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { join } from "node:path";
import { expect, test } from "vitest";
import { ended, rowsOf, startBridge } from "./run-bridge.js";
import { temporaryFolder } from "./temporary-folder.js";

const fixture = new URL("../../models/test/fixtures/llama-tiny/", import.meta.url).pathname;

/** A hub with one repository, `tiny/llama`, whose branches main and v1 are the same. Tells what was asked. */
async function startHub(): Promise<{
  environment: Record<string, string>;
  tokens: Set<string | undefined>;
  files: string[];
  close(): void;
}> {
  const tokens = new Set<string | undefined>();
  const files: string[] = [];
  const server = createServer((request, response) => {
    tokens.add(request.headers.authorization);
    const { pathname } = new URL(request.url ?? "/", "http://hub");
    const [, branch, file] = /^\/tiny\/llama\/resolve\/(main|v1)\/(.*)$/.exec(pathname) ?? [];
    if (/^\/api\/models\/tiny\/llama\/tree\/(main|v1)$/.test(pathname)) {
      const entries = readdirSync(fixture).map((path) => ({
        type: "file",
        path,
        oid: "0",
        size: readFileSync(join(fixture, path)).length,
      }));
      response.writeHead(200, { "content-type": "application/json" }).end(JSON.stringify(entries));
    } else if (file !== undefined) {
      files.push(`${branch} ${file}`);
      const bytes = readFileSync(join(fixture, file));
      const range = /bytes=(\d+)-(\d+)/.exec(request.headers.range ?? "");
      const [start, end] = range ? [Number(range[1]), Math.min(bytes.length, Number(range[2]) + 1)] : [0, bytes.length];
      const headers = { etag: '"1"', "content-range": `bytes ${start}-${end - 1}/${bytes.length}` };
      response.writeHead(range ? 206 : 200, headers).end(bytes.subarray(start, end));
    } else response.writeHead(404, { "content-type": "application/json" }).end('{"error":"Repository not found"}');
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const close = (): void => {
    server.closeAllConnections();
    server.close();
  };
  const environment = { HF_ENDPOINT: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, HF_TOKEN: "hf_test" };
  return { environment, tokens, files, close };
}

test("download brings a model from the hub that HF_ENDPOINT names, with the token of HF_TOKEN, and never half of one", async () => {
  const { environment, tokens, close } = await startHub();
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
    close();
  }
});

test("a model named hf:owner/name[@revision] is downloaded once, even by two commands at a time, and then found", async () => {
  const { environment, files, close } = await startHub();
  const cwd = temporaryFolder();
  const score = async (model: string) => {
    const child = startBridge(["logprobs", "-m", model], cwd, { ...environment, BRIDGE_CACHE: join(cwd, "cache") });
    child.stdin.end('{"ids":[5,6,7]}\n');
    return ended(child);
  };
  try {
    const both = await Promise.all([score("hf:tiny/llama"), score("hf:tiny/llama")]);
    for (const { code, stderr } of both) expect(code, stderr).toBe(0);
    expect(rowsOf(both[0].stdout)).toEqual([{ logProbabilities: [expect.any(Number), expect.any(Number)] }]);
    expect(both[1].stdout).toBe(both[0].stdout);
    expect(new Set(files)).toEqual(new Set(["main config.json", "main model.safetensors"]));
    const asked = files.length;
    expect((await score("hf:tiny/llama@v1")).stdout).toBe(both[0].stdout);
    expect(files.slice(asked).every((file) => file.startsWith("v1 "))).toBe(true);
    for (const [model, message] of [
      ["hf:tiny", "names no model of the hub"],
      ["hf:tiny/other", "tiny/other could not be downloaded"],
    ] as const) {
      const { code, stderr } = await score(model);
      expect(code).not.toBe(0);
      expect(stderr).toContain(message);
    }
  } finally {
    close();
  }
  // without the hub
  const { code, stderr } = await score("hf:tiny/llama");
  expect(code, stderr).toBe(0);
});
