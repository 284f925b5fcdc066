import { createHash } from "node:crypto";
import { existsSync, readdirSync } from "node:fs";
import { mkdtemp, readFile, rm } from "node:fs/promises";
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { downloadModel, loadModelFolder } from "../src/index.js";

const fixture = new URL("./fixtures/qwen3-sharded-bfloat16/", import.meta.url).pathname;
const folder = await mkdtemp(join(tmpdir(), "download-"));
const names = readdirSync(fixture);

/** How the hub misbehaves in a test. */
let hub: { requests: string[]; tokens: Set<string | undefined>; damage?: string; cut?: string; missing?: boolean; slow?: boolean };
let server: Server;
let hubUrl: string;

/** The part of the hub's interface that downloads use: a list of files, and files by byte ranges. */
beforeAll(async () => {
  server = createServer(async (request, response) => {
    const url = new URL(request.url ?? "/", "http://hub");
    hub.requests.push(url.pathname);
    hub.tokens.add(request.headers.authorization);
    if (hub.missing) {
      response.writeHead(404, { "content-type": "application/json" }).end('{"error":"Repository not found"}');
      return;
    }
    if (url.pathname === "/api/models/tiny/qwen3/tree/v1") {
      const entries = await Promise.all(
        names.map(async (path) => {
          const bytes = await readFile(join(fixture, path));
          const large = path.endsWith(".safetensors")
            ? { lfs: { oid: createHash("sha256").update(bytes).digest("hex"), size: bytes.length } }
            : {};
          return { type: "file", path, size: bytes.length, oid: "0", ...large };
        }),
      );
      const others = [
        { type: "directory", path: "onnx", size: 0 },
        { type: "file", path: "pytorch_model.bin", size: 10 },
      ];
      response.writeHead(200, { "content-type": "application/json" }).end(JSON.stringify([...entries, ...others]));
      return;
    }
    const name = url.pathname.replace("/tiny/qwen3/resolve/v1/", "");
    const bytes = Buffer.from(await readFile(join(fixture, name)));
    if (hub.damage === name) bytes[bytes.length - 1] = (bytes[bytes.length - 1] as number) ^ 1;
    const range = /bytes=(\d+)-(\d+)/.exec(request.headers.range ?? "");
    const [start, end] = range ? [Number(range[1]), Number(range[2]) + 1] : [0, bytes.length];
    const part = bytes.subarray(start, hub.cut === name && end > 1 ? end - 100 : end);
    response.writeHead(range ? 206 : 200, { etag: '"1"', "content-range": `bytes ${start}-${end - 1}/${bytes.length}` });
    if (hub.slow && end > 1) response.write(part.subarray(0, 1));
    else response.end(part);
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  hubUrl = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
});
beforeEach(() => {
  hub = { requests: [], tokens: new Set() };
});
afterAll(async () => {
  server.closeAllConnections();
  server.close();
  await rm(folder, { recursive: true });
});

function download(name: string, more: Parameters<typeof downloadModel>[2] = {}): Promise<void> {
  return downloadModel("tiny/qwen3", join(folder, name), { hubUrl, revision: "v1", ...more });
}

describe("downloadModel", () => {
  test("brings a model that loads, without the files that no one reads, and tells how far it is", async () => {
    const seen: { file: string; bytes: number; totalBytes: number }[] = [];
    await download("model", { accessToken: "hf_test", onProgress: (progress) => seen.push(progress) });
    const expected = names.filter((name) => name !== "oracle.json").sort();
    expect(readdirSync(join(folder, "model")).sort()).toEqual(expected);
    const loaded = await loadModelFolder(join(folder, "model"));
    expect(loaded.weights).toEqual((await loadModelFolder(fixture)).weights);
    expect(seen.at(-1)?.bytes).toBe(seen.at(-1)?.totalBytes);
    expect(hub.tokens).toEqual(new Set(["Bearer hf_test"]));
    expect(hub.requests.some((path) => path.includes("pytorch_model"))).toBe(false);
  });

  test("asks through the given fetch alone", async () => {
    const asked: string[] = [];
    await download("injected", {
      hubUrl: "http://hub.invalid",
      fetch: (input, init) => {
        const url = String(input instanceof Request ? input.url : input);
        asked.push(url);
        return fetch(url.replace("http://hub.invalid", hubUrl), init);
      },
    });
    expect(asked.length).toBe(hub.requests.length);
    expect(asked.every((url) => url.startsWith("http://hub.invalid/"))).toBe(true);
  });

  test.each<[string, Partial<typeof hub>, string, RegExp]>([
    [
      "a damaged file",
      { damage: "model-00002-of-00003.safetensors" },
      "invalid-file",
      /model-00002-of-00003.safetensors arrived damaged: its SHA-256/,
    ],
    ["a cut file", { cut: "config.json" }, "invalid-file", /config.json arrived with \d+ bytes, the hub lists \d+/],
    ["an unknown repository", { missing: true }, "missing-file", /tiny\/qwen3 could not be downloaded: .*Repository not found/],
  ])("leaves nothing of %s", async (name, behavior, code, message) => {
    Object.assign(hub, behavior);
    await expect(download(name)).rejects.toMatchObject({ code, message });
    expect(readdirSync(folder).filter((entry) => entry.startsWith(name))).toEqual([]);
  });

  test("can be cancelled while a file arrives", async () => {
    hub.slow = true;
    const controller = new AbortController();
    const result = download("slow", { signal: controller.signal, onProgress: () => controller.abort() });
    await expect(result).rejects.toMatchObject({ code: "cancelled" });
    expect(existsSync(join(folder, "slow.partial"))).toBe(false);
  });

  test("refuses a folder that exists, and names that are none", async () => {
    await expect(downloadModel("tiny/qwen3", folder, { hubUrl })).rejects.toMatchObject({ code: "run-conflict" });
    await expect(downloadModel("../x/y", join(folder, "x"), { hubUrl })).rejects.toMatchObject({ code: "invalid-input" });
    expect(hub.requests).toEqual([]);
  });
});
