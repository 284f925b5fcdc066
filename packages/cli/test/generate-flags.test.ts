import { readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { igsm, igsmLevels } from "@bridge-rl/igsm";
import { complexityLevels, promptbench } from "@bridge-rl/promptbench";
import { curriculum, drawProblems, mixture, ProblemFilter } from "@bridge-rl/sources";
import type { Problem } from "@bridge-rl/spec";
import { describe, expect, test, vi } from "vitest";
import { main } from "../src/main.js";
import { ended, rowsOf, runBridge, startBridge } from "./run-bridge.js";
import { temporaryFolder } from "./temporary-folder.js";

const short = ["--ops", "3-4", "--modulus", "10", "--phrasebook", "terse", "--seed", "3"];
const shortSource = igsm({ operations: [3, 4], modulus: 10, phrasebook: "terse", seed: 3 });
const plain = (value: unknown): unknown => JSON.parse(JSON.stringify(value));

async function generate(cwd: string, ...flags: string[]): Promise<string> {
  const { code, stdout, stderr } = await runBridge(["generate", ...flags], { cwd });
  expect(code, stderr).toBe(0);
  return stdout;
}

describe("bridge generate", () => {
  test("mixes levels as the library does, and names them", async () => {
    const stdout = await generate(
      temporaryFolder(),
      "--mix",
      "easy=3,7-8=1,bare=2",
      "--level",
      'bare={"distractors":0}',
      "--count",
      "40",
      "--seed",
      "5",
    );
    const mixed = mixture(
      [
        { name: "easy", weight: 3, source: igsm({ ...igsmLevels.easy, seed: 5 }) },
        { name: "7-8", weight: 1, source: igsm({ operations: [7, 8], seed: 5 }) },
        { name: "bare", weight: 2, source: igsm({ distractors: 0, seed: 5 }) },
      ],
      { seed: 5 },
    );
    const expected = [...mixed.problems({ count: 40 })].map((problem, index) => ({
      ...problem,
      phrasebook: "prose",
      level: mixed.partAt(index).name,
    }));
    expect(rowsOf(stdout)).toEqual(plain(expected));
  });

  test("goes through a curriculum, all of it unless told otherwise", async () => {
    const cwd = temporaryFolder();
    const flags = ["--task", "promptbench/arithmetic", "--curriculum", "D1=4,D2=3,D3=3"];
    const levels = complexityLevels("arithmetic").map((options, index) => ({
      name: `D${index + 1}`,
      source: promptbench(options),
      problems: index === 0 ? 4 : 3,
    }));
    const lessons = curriculum(levels.slice(0, 3));
    const expected = [...lessons.problems()].map((problem, index) => ({ ...problem, phrasebook: "prose", level: lessons.levelAt(index) }));
    expect(rowsOf(await generate(cwd, ...flags))).toEqual(plain(expected));
    expect(rowsOf(await generate(cwd, ...flags, "--start", "3", "--count", "2"))).toEqual(plain(expected.slice(3, 5)));
  });

  test("leaves out duplicates and what other data has, frequent answers too, and still meets the count", async () => {
    const cwd = temporaryFolder();
    await generate(cwd, ...short, "--seed", "9", "--count", "30", "-o", "train.jsonl");
    const { stdout, stderr } = await runBridge(
      ["generate", ...short, "--count", "60", "--distinct", "--except", "train.jsonl", "--thin", "0=0.5", "--answer-share", "0.15"],
      { cwd },
    );

    const train = rowsOf<Problem>(readFileSync(join(cwd, "train.jsonl"), "utf8"));
    const filter = new ProblemFilter({ distinct: true, thin: [{ answer: 0, keep: 0.5, seed: 3 }], answerShare: 0.15 });
    for (const problem of train) filter.exclude(problem);
    const expected = [];
    for await (const { problem } of drawProblems([{ name: "all", source: shortSource }], { count: 60, filter })) expected.push(problem);
    const rows = rowsOf<Problem>(stdout);
    expect(rows).toEqual(plain(expected.map((problem) => ({ ...problem, phrasebook: "terse" }))));

    const templates = rows.map(({ structureHash }) => structureHash);
    expect(new Set(templates).size).toBe(60);
    expect(templates.filter((template) => train.some(({ structureHash }) => structureHash === template))).toEqual([]);
    for (const answer of Array(10).keys()) expect(rows.filter((row) => row.answer === answer).length).toBeLessThanOrEqual(9);
    const { leftOut } = filter;
    expect(
      Object.values(leftOut).every((count) => count > 0),
      JSON.stringify(leftOut),
    ).toBe(true);
    expect(stderr).toContain(`left out: ${leftOut.thinned} thinned, ${leftOut.excluded} excluded, ${leftOut.duplicate} duplicate, `);
  });

  test.each(["parquet", "jsonl"])("knows the templates of an exported dataset (%s), and of demonstrations", async (kind) => {
    const cwd = temporaryFolder();
    const problems = await generate(cwd, ...short, "--count", "40");
    const demonstrations = (await runBridge(["inject"], { cwd, input: problems })).stdout;
    await runBridge(["export", "-o", "dataset", "--to", kind], { cwd, input: demonstrations });
    writeFileSync(join(cwd, "demonstrations.jsonl"), demonstrations);
    const templates = new Set(rowsOf<Problem>(problems).map(({ structureHash }) => structureHash));

    const [first, second] = await Promise.all(
      ["dataset", "demonstrations.jsonl"].map((data) => generate(cwd, ...short, "--count", "40", "--except", data)),
    );
    expect(first).toBe(second);
    for (const { structureHash } of rowsOf<Problem>(String(first))) expect(templates).not.toContain(structureHash);
  });

  test.each([
    { name: "a source", flags: ["--count", "23", "--start", "7"] },
    { name: "a mixture", flags: ["--count", "23", "--mix", "2=1,3-4=2", "--distinct", "--by", "prompt"] },
    { name: "distinct problems", flags: ["--count", "23", "--distinct", "--thin", "0=0.2", "--start", "7"] },
    { name: "a curriculum with few of each answer", flags: ["--curriculum", "2=11,4=12", "--answer-share", "0.2"] },
  ])("shards of $name are the whole, byte by byte", async ({ flags }) => {
    const cwd = temporaryFolder();
    const call = (...more: string[]) => generate(cwd, "--modulus", "10", "--phrasebook", "terse", ...flags, ...more);
    const [whole, ...shards] = await Promise.all([call(), call("--shard", "1/3"), call("--shard", "2/3"), call("--shard", "3/3")]);
    expect(rowsOf(String(whole))).toHaveLength(23);
    expect(shards.join("")).toBe(whole);
  });

  test("feeds inject with what it adds to the lines", async () => {
    const cwd = temporaryFolder();
    const problems = await generate(cwd, "--curriculum", "2=2,3=2", "--phrasebook", "terse", "--modulus", "7");
    const { code, stdout } = await runBridge(["inject", "--arm", "bridge"], { cwd, input: problems });
    expect(code).toBe(0);
    expect(rowsOf(stdout).map(({ operations }) => operations)).toEqual([2, 2, 3, 3]);
  });

  test.each([
    { flags: ["--mix", "esy=1"], code: 2, says: "Did you mean easy?" },
    { flags: ["--mix", "easy"], code: 2, says: "names and shares" },
    { flags: ["--mix", "easy=0,hard=1"], code: 2, says: "weights are positive" },
    { flags: ["--mix", "easy=1", "--curriculum", "easy=1"], code: 2, says: "cannot be used with" },
    { flags: ["--curriculum", "easy=3,hard"], code: 2, says: "has no end" },
    { flags: ["--curriculum", "easy,hard=3"], code: 2, says: "their numbers of problems" },
    { flags: ["--curriculum", "easy=3,hard=4", "--count", "9"], code: 2, says: "have 7 problems" },
    { flags: ["--curriculum", "easy=3,hard=4", "--distinct", "--start", "2"], code: 2, says: "begin at problem 0" },
    { flags: ["--level", "a=3"], code: 2, says: "--mix or --curriculum" },
    { flags: ["--mix", "a=1", "--level", "a=[3]"], code: 2, says: "can't be read" },
    { flags: ["--mix", "a=1", "--level", 'a={"operatoins":3}'], code: 2, says: "operatoins" },
    { flags: ["--mix", "1=1,p=1", "--phrasebook", "terse", "--level", 'p={"phrasebook":"prose"}'], code: 2, says: "one phrasebook" },
    { flags: ["--thin", "0=2"], code: 2, says: "a share from 0 to 1" },
    { flags: ["--answer-share", "2"], code: 2, says: "up to 1" },
    { flags: ["--by", "prompt"], code: 2, says: "--distinct" },
    { flags: ["--except", "nowhere.jsonl"], code: 3, says: "nowhere.jsonl can't be opened" },
    { flags: ["--except", "texts.jsonl"], code: 3, says: "--by prompt" },
    { flags: ["--ops", "1", "--distinct", "--phrasebook", "terse"], code: 1, says: "no more than 1 problems were found" },
  ])("$flags ends with $code, says why and leaves nothing behind", async ({ flags, code, says }) => {
    const cwd = temporaryFolder();
    writeFileSync(join(cwd, "texts.jsonl"), '{"prompt":"How much?","completion":"So much."}\n');
    let said = "";
    const spy = vi.spyOn(process.stderr, "write").mockImplementation((text) => {
      said += String(text);
      return true;
    });
    // In this process, which starts no other: there are many of them.
    const words = flags.map((word) => (word === "texts.jsonl" ? join(cwd, word) : word));
    const ending = await main(["generate", ...words, "-o", join(cwd, "out.jsonl")]).finally(() => spy.mockRestore());

    expect(said).toContain(says);
    expect(said).not.toMatch(/^ {4}at /m);
    expect(ending).toBe(code);
    expect(readdirSync(cwd)).toEqual(["texts.jsonl"]);
  });

  test.each(["SIGINT", "SIGTERM"] as const)("stopped by %s leaves nothing half-written", async (signal) => {
    const cwd = temporaryFolder();
    writeFileSync(join(cwd, "out.jsonl"), "what was there before\n");
    const child = startBridge(["generate", "--count", "100000000", "--ops", "3", "--distinct", "--by", "prompt", "-o", "out.jsonl"], cwd);
    const end = ended(child);
    while (readdirSync(cwd).length < 2) await new Promise((resolve) => setTimeout(resolve, 50));
    child.kill(signal);

    expect(await end).toMatchObject({ code: signal === "SIGINT" ? 130 : 143, stdout: "", stderr: expect.stringContaining("stopped") });
    expect(readdirSync(cwd)).toEqual(["out.jsonl"]);
    expect(readFileSync(join(cwd, "out.jsonl"), "utf8")).toBe("what was there before\n");
  });
});

test("a help text whose reader has gone ends quietly", async () => {
  const child = startBridge(["generate", "--help"], temporaryFolder());
  child.stdout.destroy();
  expect(await ended(child)).toMatchObject({ code: 0, stderr: "" });
});
