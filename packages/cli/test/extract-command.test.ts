import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import type { Demonstration, Problem } from "@bridge-rl/spec";
import { expect, onTestFinished, test } from "vitest";
import { rowsOf, runBridge } from "./run-bridge.js";
import { temporaryFolder } from "./temporary-folder.js";

const question = "Mia has 4 bags with 3 apples each. How many apples has she?";
const node = (id: string, formula: string, value: number) => ({ id, name: `number of ${id}`, formula, value, stated: true });
const draft = (total: string) => ({ nodes: [node("bags", "4", 4), node("apples", "3", 3), node("total", total, 12)], target: "total" });

test("a model's graphs become problems that inject words; what has none is told and left out", async () => {
  const replies = [draft("bags + apples"), draft("bags * apples"), "no idea"];
  const keys: (string | undefined)[] = [];
  const server = createServer((request, response) => {
    keys.push(request.headers.authorization);
    const content = JSON.stringify(replies[Math.min(keys.length, replies.length) - 1]);
    request.resume().on("end", () => response.end(JSON.stringify({ choices: [{ finish_reason: "stop", message: { content } }] })));
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  onTestFinished(() => void server.close());
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/v1`;
  const cwd = temporaryFolder();
  const input = `${JSON.stringify({ question, answer: 12 })}\n${JSON.stringify({ question: "What now?", answer: "1" })}\n`;

  const extracted = await runBridge(["extract", "--url", url, "--repairs", "1", "--collection", "mine"], {
    cwd,
    input,
    environment: { BRIDGE_LLM_KEY: "k" },
  });
  expect(extracted.code, extracted.stderr).toBe(0);
  expect(extracted.stderr).toMatch(/standard input, line 2: .*not JSON|standard input, line 2: .*the reply/);
  expect(extracted.stderr).toContain("1 of 2 questions have a sound graph");
  const [problem, ...more] = rowsOf<Problem>(extracted.stdout);
  expect(more).toEqual([]);
  expect(problem).toMatchObject({ id: "mine#0", prompt: `${question}\n`, answer: 12, difficulty: { operations: 3 } });
  expect(new Set(keys)).toEqual(new Set(["Bearer k"]));

  const injected = await runBridge(["inject", "-b", "planning", "-b", "verification=1"], { cwd, input: extracted.stdout });
  expect(injected.code, injected.stderr).toBe(0);
  expect(rowsOf<Demonstration>(injected.stdout)[0]?.completion).toContain("Let's check [number of total]: 4 * 3 = 12, as before.");
});

test("without a model, texts of known wording are read; where none is, it fails", async () => {
  const cwd = temporaryFolder();
  const pair = { question: "x is 5; y = x * 2. What is y?", answer: "10" };
  const { stdout, code } = await runBridge(["extract"], { cwd, input: JSON.stringify(pair) });
  expect(code).toBe(0);
  expect(rowsOf<Problem>(stdout)[0]).toMatchObject({ id: "extracted#0", answer: 10 });

  const failed = await runBridge(["extract", "-o", "none.jsonl"], {
    cwd,
    input: JSON.stringify({ question: "How are you?", answer: "1" }),
  });
  expect(failed).toMatchObject({ code: 3, stdout: "" });
  expect(failed.stderr).toContain("none of 1 questions has a sound graph");
});
