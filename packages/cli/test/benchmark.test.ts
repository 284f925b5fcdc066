import { readFileSync } from "node:fs";
import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { join } from "node:path";
import { parsePrompt, prosePhrasebook } from "@bridge-rl/promptbench";
import { afterEach, describe, expect, test } from "vitest";
import { ended, rowsOf, runBridge, startBridge } from "./run-bridge.js";
import { temporaryFolder } from "./temporary-folder.js";
import { writeTinyModel } from "./tiny-model.js";

interface Asked {
  readonly prompt: string;
  readonly body: Record<string, unknown>;
  readonly authorization: string | undefined;
}

const servers: Server[] = [];

afterEach(() => {
  for (const server of servers.splice(0)) server.close();
});

/** An endpoint that answers as `reply` says; counts requests and how many were under way at once. */
async function endpoint(reply: (asked: Asked, number: number) => { status?: number; headers?: Record<string, string>; text: string }) {
  const seen = { requests: 0, open: 0, most: 0, authorizations: new Set<string | undefined>() };
  const handle = async (request: IncomingMessage, response: ServerResponse) => {
    seen.most = Math.max(seen.most, ++seen.open);
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk as Buffer);
    const body = JSON.parse(Buffer.concat(chunks).toString()) as Record<string, unknown>;
    const [message] = body.messages as [{ content: string }];
    seen.authorizations.add(request.headers.authorization);
    const {
      status = 200,
      headers = {},
      text,
    } = reply({ prompt: message.content, body, authorization: request.headers.authorization }, seen.requests++);
    await new Promise((resolve) => setTimeout(resolve, 20));
    seen.open--;
    response.writeHead(status, { "content-type": "application/json", ...headers });
    response.end(status === 200 ? JSON.stringify({ choices: [{ message: { content: text }, finish_reason: "stop" }] }) : text);
  };
  const server = createServer((request, response) => void handle(request, response));
  servers.push(server);
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/v1`, seen };
}

const solve = (prompt: string): string => `Sure: <<<${prosePhrasebook().formatAnswer(parsePrompt(prompt).answer)}>>>`;

describe("bridge evaluate --tasks", () => {
  test("asks an endpoint, a few problems at once, tries again what may pass, and goes on where it stopped", {
    timeout: 60_000,
  }, async () => {
    const cwd = temporaryFolder();
    const { url, seen } = await endpoint(({ prompt }, number) => {
      if (number === 0) return { status: 503, headers: { "retry-after": "0" }, text: "starting" };
      if (number === 3) return { status: 429, headers: { "retry-after": "0" }, text: "slow down" };
      return { text: prompt.includes("directed graph") ? "I don't know." : solve(prompt) };
    });
    const tasks = "promptbench/arithmetic,promptbench/deductive_logic,promptbench/reachability";
    const words = ["evaluate", "-m", "oracle/1", "--endpoint", url, "--tasks", tasks, "--levels", "1-2", "--concurrency", "3", "--json"];
    const first = await ended(startBridge([...words, "--problems", "4"], cwd, { OPENAI_API_KEY: "secret" }));
    expect(first.code, first.stderr).toBe(0);
    expect(seen.requests).toBe(3 * 2 * 4 + 2);
    expect(seen.most).toBe(3);
    expect([...seen.authorizations]).toEqual(["Bearer secret"]);
    const { cells } = JSON.parse(first.stdout) as { cells: { task: string; accuracy: number; count: number; interval: number[] }[] };
    expect(cells.map(({ task, accuracy, count }) => [task, accuracy, count])).toEqual(
      tasks.split(",").flatMap((task) => [1, 2].map(() => [task, task.endsWith("reachability") ? 0 : 1, 4])),
    );
    // Wilson's interval of 4 out of 4.
    expect(cells[0]?.interval[0]).toBeCloseTo(0.5101, 4);
    const folder = join(cwd, "evaluations", "oracle-1");
    const page = readFileSync(join(folder, "report.html"), "utf8");
    expect(page).not.toMatch(/src=|href=|url\(|secret/);
    for (const task of ["arithmetic", "deductive logic", "reachability"]) expect(page).toContain(`<th scope="row">${task}</th>`);

    const more = await runBridge([...words, "--problems", "5"], { cwd });
    expect(more.code).toBe(0);
    expect(seen.requests).toBe(3 * 2 * 5 + 2);
    const results = rowsOf(readFileSync(join(folder, "results.jsonl"), "utf8"));
    expect(new Set(results.map(({ problem }) => problem)).size).toBe(3 * 2 * 5);
    expect(results.filter(({ correct }) => correct).length).toBe(2 * 2 * 5);
    const other = await runBridge([...words, "--problems", "5", "--temperature", "1"], { cwd });
    expect(other.stderr).toContain("other settings");
  });

  test("says what an endpoint refuses, keeps the rest, and asks only what is open the next time", { timeout: 60_000 }, async () => {
    const cwd = temporaryFolder();
    let refuses = true;
    const { url, seen } = await endpoint(({ prompt }, number) =>
      refuses && number % 2 === 0 ? { status: 400, text: "too long" } : { text: solve(prompt) },
    );
    const words = [
      "evaluate",
      "-m",
      "m",
      "--endpoint",
      url,
      "--tasks",
      "promptbench/bool_logic",
      "--levels",
      "1",
      "--problems",
      "6",
      "-o",
      "out",
    ];
    const first = await runBridge([...words, "--concurrency", "1"], { cwd });
    expect(first.code).toBe(1);
    expect(first.stderr).toContain("3 problems got no completion");
    expect(first.stderr).toContain("400 too long");
    expect(seen.requests).toBe(6);
    refuses = false;
    const second = await runBridge(words, { cwd });
    expect(second.code).toBe(0);
    expect(seen.requests).toBe(9);
    expect(second.stdout).toMatch(/promptbench\/bool_logic +1 +100\.0 %/);
    const gone = await runBridge([...words, "--endpoint", "http://127.0.0.1:9/v1", "-o", "nowhere", "--retries", "0"], { cwd });
    expect(gone.code).not.toBe(0);
    expect(gone.stderr).toContain("gives no completion");
  });

  test("asks a local model", { timeout: 60_000 }, async () => {
    const cwd = temporaryFolder();
    const model = join(cwd, "tiny");
    await writeTinyModel(model);
    const words = ["evaluate", "-m", model, "--tasks", "reachability", "--levels", "1-2", "--problems", "3", "--max-tokens", "4"];
    const { code, stdout, stderr } = await runBridge([...words, "-o", "out", "--phrasebook", "terse"], { cwd });
    expect(code, stderr).toBe(0);
    expect(stdout).toMatch(/promptbench\/reachability +2 +0\.0 %/);
    expect(rowsOf(readFileSync(join(cwd, "out", "results.jsonl"), "utf8"))).toHaveLength(6);
    const unknown = await runBridge(["evaluate", "-m", model, "--tasks", "chess"], { cwd });
    expect(unknown.stderr).toContain("there is no task chess");
  });
});
