import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { igsm, parseProblem } from "@bridge-rl/igsm";
import { describe, expect, test } from "vitest";
import { rowsOf, runBridge } from "./run-bridge.js";
import { temporaryFolder } from "./temporary-folder.js";

const question =
  "The number of each Lake Zoo's Reptile House equals 19. The number of each Hill Zoo's Aviary equals 13 more than each Lake Zoo's Reptile House. " +
  "The number of each Hill Zoo's Reptile House equals each Lake Zoo's Enclosure. How many Enclosure does Hill Zoo have?";
const solution =
  "Define Lake Zoo's Reptile House as L; so L = 19. Define Hill Zoo's Aviary as S; so S = 13 + L = 13 + 19 = 9. " +
  "Define Lake Zoo's Enclosure as e; so e = L = 19. Define Hill Zoo's Reptile House as r; so r = e = 19. " +
  "Define Hill Zoo's Enclosure as h; so h = S + r = 9 + 19 = 5.";
const lines = (...rows: unknown[]) => rows.map((row) => (typeof row === "string" ? row : JSON.stringify(row))).join("\n");

describe("bridge solve", () => {
  test("reads problems wherever rows have them, and says of each line what it could not read", async () => {
    const cwd = temporaryFolder();
    const input = lines(
      { row: 7, question, answer: 5 },
      "not JSON",
      { prompt: [{ role: "user", content: question }], answer: "6" },
      { id: "a", question: "How many roads must a man walk down?" },
      { name: "nothing" },
      { query: "m=7;K=m+T;T=3*m;?K", modulus: 23 },
    );
    const { stdout, stderr, code } = await runBridge(["solve", "--task", "igsm", "--in", "-"], { cwd, input });
    const rows = rowsOf(stdout);
    const { graph } = parseProblem(question);
    expect(rows[0]).toEqual({
      line: 1,
      row: 7,
      ok: true,
      dialect: "original",
      answer: 5,
      operations: 5,
      expected: 5,
      correct: true,
      graph,
    });
    expect(rows[1]).toMatchObject({ line: 2, ok: false, error: { code: "invalid-file" } });
    expect(rows[2]).toMatchObject({ line: 3, ok: true, answer: 5, correct: false });
    expect(rows[3]).toMatchObject({ line: 4, id: "a", ok: false, error: { code: "invalid-input" } });
    expect(rows[4]).toMatchObject({ line: 5, ok: false });
    expect(rows[5]).toMatchObject({ line: 6, ok: true, answer: 28 % 23 });
    expect(code).toBe(0);
    expect(stderr).toContain("6 rows: 3 solved, 3 not read, 1 with another answer");
    expect((await runBridge(["solve", "--strict"], { cwd, input })).code).toBe(1);
  });

  test("solves what generate writes, without its graphs, and a missing file is one line", async () => {
    const cwd = temporaryFolder();
    const rows = [...igsm({ operations: 5, seed: 4, modulus: 11, phrasebook: "terse" }).problems({ count: 20 })];
    writeFileSync(join(cwd, "rows.jsonl"), lines(...rows));
    const { code } = await runBridge(["solve", "--in", "rows.jsonl", "-o", "answers.jsonl", "--strict", "--no-graph"], { cwd });
    const solved = rowsOf(readFileSync(join(cwd, "answers.jsonl"), "utf8"));
    expect(code).toBe(0);
    expect(solved.map(({ answer }) => answer)).toEqual(rows.map(({ answer }) => answer));
    expect(solved[0]).not.toHaveProperty("graph");

    const missing = await runBridge(["solve", "--in", "nowhere.jsonl"], { cwd });
    expect(missing).toMatchObject({ code: 3, stdout: "" });
    expect((await runBridge(["solve", "--task", "nothing"], { cwd })).code).toBe(2);
  });
});

describe("bridge generate --shard", () => {
  test("gives parts that are the whole one behind the other, and reports what constant answers solve", async () => {
    const cwd = temporaryFolder();
    const flags = ["generate", "--ops", "3", "--modulus", "7", "--phrasebook", "terse", "--start", "4", "--count", "11"];
    const whole = await runBridge(flags, { cwd });
    const parts = await Promise.all(["1/3", "2/3", "3/3"].map((shard) => runBridge([...flags, "--shard", shard], { cwd })));
    expect(parts.map(({ stdout }) => stdout).join("")).toBe(whole.stdout);
    expect(whole.stderr).toMatch(/^11 problems; always saying \d solves [\d.]+ %, [\d.]+ % of the answers are 0$/m);
    expect((await runBridge([...flags, "--shard", "4/3"], { cwd })).code).toBe(2);
  });
});

describe("bridge check", () => {
  test("says where solutions go wrong, in characters", async () => {
    const cwd = temporaryFolder();
    const wrong = solution.replace("19 = 9", "19 = 8");
    const input = lines({ question, solution }, { question, solution: wrong, valid: false }, { question }, { solution });
    const { stdout, stderr, code } = await runBridge(["check", "--task", "igsm"], { cwd, input });
    const [good, bad, unsolved, alone] = rowsOf<Record<string, unknown> & { findings: { kind: string; start: number; end: number }[] }>(
      stdout,
    );
    expect(good).toMatchObject({ line: 1, ok: true, valid: true, findings: [], answer: 5, progress: 1, categories: [] });
    expect(bad).toMatchObject({ ok: true, valid: false, expected: false, agrees: true });
    expect(bad?.findings[0]).toMatchObject({ kind: "wrong-calculation", severity: "error" });
    expect(wrong.slice(bad?.findings[0]?.start, bad?.findings[0]?.end)).toBe("8");
    for (const row of [unsolved, alone]) expect(row).toMatchObject({ ok: false, error: { code: "invalid-input" } });
    expect(code).toBe(0);
    expect(stderr).toContain("4 rows: 1 valid, 1 invalid, 2 not read");
    expect((await runBridge(["check", "--strict"], { cwd, input })).code).toBe(1);
    const labelled = lines({ question, solution, valid: true }, { question, solution: wrong, valid: false });
    expect((await runBridge(["check", "--strict"], { cwd, input: labelled })).code).toBe(0);
  });

  test("finds problems in a file of their own", async () => {
    const cwd = temporaryFolder();
    writeFileSync(join(cwd, "problems.jsonl"), lines({ problem: 3, question }));
    const input = lines({ case: 1, problem: 3, solution }, { case: 2, problem: 4, solution });
    const { stdout } = await runBridge(["check", "--problems", "problems.jsonl", "--no-steps"], { cwd, input });
    const [found, lost] = rowsOf(stdout);
    expect(found).toMatchObject({ case: 1, problem: 3, valid: true });
    expect(found).not.toHaveProperty("steps");
    expect(lost).toMatchObject({ case: 2, ok: false });
  });
});
