import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { readDataset } from "@bridge-rl/datasets";
import type { Demonstration, Problem } from "@bridge-rl/spec";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { rowsOf, runBridge } from "./run-bridge.js";

const cwd = mkdtempSync(join(tmpdir(), "bridge-cli-"));
afterAll(() => rmSync(cwd, { recursive: true, force: true }));
const run = async (...words: string[]) => {
  const result = await runBridge(words, { cwd });
  expect(result, result.stderr).toMatchObject({ code: 0 });
  return result.stdout;
};
const linesOf = <T>(file: string): T[] => rowsOf<T>(readFileSync(join(cwd, file), "utf8"));
const collect = async <T>(items: AsyncIterable<T>): Promise<T[]> => {
  const all: T[] = [];
  for await (const item of items) all.push(item);
  return all;
};

beforeAll(async () => {
  await run("generate", "--ops", "4-8", "--modulus", "23", "--phrasebook", "terse", "--seed", "3", "--count", "12", "-o", "problems.jsonl");
  await run("inject", "-i", "problems.jsonl", "-o", "vanilla.jsonl");
  await run(
    "inject",
    "-i",
    "problems.jsonl",
    "-o",
    "careful.jsonl",
    "-b",
    "planning",
    "-b",
    "verification=0.5",
    "-b",
    'backtracking={"probability":1}',
    "-b",
    "estimation=1",
  );
}, 120_000);

describe("lines know what their texts don't say", () => {
  test("check and solve need no modulus for terse files that we wrote", async () => {
    expect(rowsOf(await run("check", "-i", "careful.jsonl", "--strict", "--no-steps"))).toHaveLength(12);
    for (const [format, to] of [
      ["verl", "jsonl"],
      ["openrlhf", "parquet"],
    ] as const) {
      await run("export", "-i", "careful.jsonl", "-o", `checked-${format}`, "--format", format, "--to", to);
      const file = join(`checked-${format}`, "data", `train-00000-of-00001.${to}`);
      expect(rowsOf(await run("check", "-i", file, "--strict", "--no-steps"))).toHaveLength(12);
    }
    const solved = rowsOf<{ answer: number }>(await run("solve", "-i", "problems.jsonl"));
    expect(solved.map(({ answer }) => answer)).toEqual(linesOf<Problem>("problems.jsonl").map(({ answer }) => answer));
  });

  test("stats tells whether demonstrations repeat the templates of others", async () => {
    const shared = async (input: string, other: string) =>
      (JSON.parse(await run("stats", "-i", input, "--against", other, "--json")) as { shared: unknown }).shared;
    const structuresOfOther = new Set(linesOf<Problem>("problems.jsonl").map(({ structureHash }) => structureHash)).size;
    expect(await shared("careful.jsonl", "vanilla.jsonl")).toEqual({ prompts: 12, structures: 12, structuresKnown: 12, structuresOfOther });
    await run("generate", "--ops", "2-3", "--split", "train", "--count", "40", "-o", "train.jsonl");
    await run("generate", "--ops", "2-3", "--split", "test", "--count", "40", "-o", "test.jsonl");
    await run("inject", "-i", "test.jsonl", "-o", "test-sft.jsonl");
    expect(await shared("test-sft.jsonl", "train.jsonl")).toMatchObject({ prompts: 0, structures: 0, structuresKnown: 40 });
  });
});

test("inject knows the behaviours beyond the paper's by name", () => {
  const behaviors = linesOf<Demonstration>("careful.jsonl").flatMap(({ spans }) => spans.map(({ behavior }) => behavior));
  for (const name of ["planning", "verification", "backtracking"]) expect(behaviors).toContain(`@bridge-rl/${name}`);
});

test("inject draws a recipe for each problem", async () => {
  const rows = rowsOf<Demonstration>(await run("inject", "-i", "problems.jsonl", "--mix", "vanilla=1,pp-aug=1", "--seed", "2"));
  const counts = linesOf<Problem>("problems.jsonl").map(({ id }) => rows.filter(({ problem }) => problem === id).length);
  expect(new Set(counts)).toEqual(new Set([1, 4]));
  expect((await runBridge(["inject", "-i", "problems.jsonl", "--mix", "vanilla"], { cwd })).code).toBe(2);
});

describe("export and import", () => {
  test("demonstrations go out and come back, in Parquet and in JSON lines", async () => {
    const sent = linesOf<Demonstration>("careful.jsonl").map((row) => ({ ...row, answer: String(row.answer) }));
    for (const [format, to] of [
      ["trl-conversational", "parquet"],
      ["verl", "jsonl"],
    ] as const) {
      const folder = `${format}-${to}`;
      await run("export", "-i", "careful.jsonl", "-o", folder, "--format", format, "--to", to, "--spans", "--title", "Careful");
      expect(rowsOf(await run("import", folder))).toEqual(sent);
      expect(readFileSync(join(cwd, folder, "README.md"), "utf8")).toContain('pretty_name: "Careful"');
    }
  });

  test("problems become prompts with answers", async () => {
    await run("export", "-i", "problems.jsonl", "-o", "rl", "--format", "verl", "--split", "test", "--system", "Think.");
    const rows = await collect(readDataset(join(cwd, "rl")));
    expect(rows).toEqual(
      linesOf<Problem>("problems.jsonl").map(({ id, prompt, answer, difficulty, structureHash }) => ({
        ...{ prompt, answer: String(answer), problem: id, operations: difficulty.operations, structureHash, modulus: 23, system: "Think." },
      })),
    );
    expect(rowsOf(await run("import", "rl"))).toEqual(rows);
  });

  test("someone else's rows get what a demonstration needs", async () => {
    writeFileSync(join(cwd, "own.jsonl"), '{"input":"2+2?","output":"4"}\n');
    expect(rowsOf(await run("import", "own.jsonl"))).toEqual([
      { problem: "own.jsonl#0", prompt: "2+2?", completion: "4", spans: [], answer: "", operations: 0 },
    ]);
  });

  test.each([
    { words: ["export", "-i", "problems.jsonl"], says: "--output", code: 2 },
    { words: ["export", "-i", "problems.jsonl", "-o", "x", "--format", "tlr"], says: "Allowed choices", code: 2 },
    { words: ["import", "nowhere.parquet"], says: "nowhere.parquet", code: 3 },
    { words: ["stats", "-i", "own.jsonl", "--phrasebook", "poetry"], says: "phrasebook", code: 2 },
  ])("refuses $words", async ({ words, says, code }) => {
    const result = await runBridge(words, { cwd });
    expect(result).toMatchObject({ code, stdout: "" });
    expect(result.stderr).toContain(says);
  });
});

describe("select and match", () => {
  test("right rollouts become demonstrations, or choose problems", async () => {
    const problems = linesOf<Problem>("problems.jsonl");
    const rollouts = problems.map(({ id, prompt, graph, answer, difficulty }, index) => ({
      ...{ problem: id, prompt, graph, answer, operations: difficulty.operations },
      rollouts: Array.from({ length: 4 }, (_, number) => ({
        text: `r${number}`,
        reward: Number(number < index % 5),
        finishReason: "stop",
        marks: [],
      })),
    }));
    writeFileSync(join(cwd, "rollouts.jsonl"), rollouts.map((row) => `${JSON.stringify(row)}\n`).join(""));

    const kept = rowsOf<Demonstration>(await run("select", "-i", "rollouts.jsonl", "--copies", "2"));
    const expected = problems.map((_, index) => Math.min(2, index % 5));
    expect(problems.map(({ id }) => kept.filter(({ problem }) => problem === id).length)).toEqual(expected);

    const medium = rowsOf<Problem>(await run("select", "-i", "rollouts.jsonl", "--problems", "problems.jsonl", "--right", "1-3"));
    expect(medium).toEqual(problems.filter((_, index) => index % 5 > 0 && index % 5 < 4));
  });

  test("arms of equal steps have the same problems in the same order", async () => {
    const shown = await run(
      "match",
      "-a",
      "vanilla=vanilla.jsonl",
      "-a",
      "careful=careful.jsonl",
      "-o",
      "steps",
      "--passes",
      "2",
      "--json",
    );
    expect(JSON.parse(shown)).toMatchObject({ problems: 12, dropped: 0, arms: [{ demonstrations: 24 }, { demonstrations: 24 }] });
    const order = (name: string) => linesOf<Demonstration>(`steps/${name}.jsonl`).map(({ problem }) => problem);
    expect(order("careful")).toEqual(order("vanilla"));

    const tokens = ["--by", "tokens", "--reference", "careful", "--tokenizer", "@bridge-rl/base-igsm", "--json"];
    const matched = JSON.parse(await run("match", "-a", "vanilla=vanilla.jsonl", "-a", "careful=careful.jsonl", "-o", "tokens", ...tokens));
    expect(Math.abs(matched.arms[0].tokens / matched.arms[1].tokens - 1)).toBeLessThan(0.1);
    expect(matched.arms[0].demonstrations).toBeGreaterThan(12);
  });
});

describe("stats", () => {
  test("tells of problems, of demonstrations and of a trainer's file", async () => {
    const problems = JSON.parse(await run("stats", "-i", "problems.jsonl", "--json"));
    expect(problems).toMatchObject({ rows: 12, completions: 0, answers: { known: 12 }, duplicates: { prompts: 0, structuresKnown: 12 } });

    const words = ["stats", "-i", "careful.jsonl", "--phrasebook", "terse", "--tokenizer", "@bridge-rl/base-igsm", "--page", "page.html"];
    const careful = JSON.parse(await run(...words, "--json"));
    const retracted = careful.marks.find(({ name }: { name: string }) => name === "retract").count;
    expect(careful.behaviors.find(({ name }: { name: string }) => name === "@bridge-rl/backtracking").count).toBe(2 * retracted);
    expect(careful.completion.tokens.total).toBeLessThan(careful.completion.characters.total);
    expect(readFileSync(join(cwd, "page.html"), "utf8")).toContain("<h1>careful.jsonl</h1>");

    await run("export", "-i", "careful.jsonl", "-o", "out", "--format", "openrlhf", "--spans");
    const { behaviors, completion, answers } = JSON.parse(await run("stats", "-i", "out", "--json"));
    expect({ behaviors, characters: completion.characters, answers }).toEqual({
      ...{ behaviors: careful.behaviors, characters: careful.completion.characters, answers: careful.answers },
    });
    const table = await run("stats", "-i", "out");
    expect(table).toMatch(/^Rows\n/);
    expect(table).toMatch(/operations +rows +share +best constant answer +scores/);
  });
});
