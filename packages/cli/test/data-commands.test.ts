import { readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { createArm, demonstrate, reflection, subgoal } from "@bridge-rl/behaviors";
import { igsm } from "@bridge-rl/igsm";
import type { Demonstration, Problem } from "@bridge-rl/spec";
import { describe, expect, test } from "vitest";
import { demonstrationSchema, problemRowSchema } from "../src/data/rows.js";
import { ended, rowsOf, runBridge, startBridge } from "./run-bridge.js";
import { temporaryFolder } from "./temporary-folder.js";

const short = ["--ops", "4-6", "--modulus", "23", "--phrasebook", "terse", "--seed", "3"];

describe("bridge generate", () => {
  test("writes the problems that the library makes, one a line", async () => {
    const { stdout, code } = await runBridge(["generate", ...short, "--count", "5", "--start", "2", "--split", "train"], {
      cwd: temporaryFolder(),
    });

    const source = igsm({ operations: [4, 6], modulus: 23, phrasebook: "terse", seed: 3, split: "train" });
    const expected = [...source.problems({ start: 2, count: 5 })].map((problem) => ({ ...problem, phrasebook: "terse" }));
    expect(code).toBe(0);
    expect(rowsOf(stdout)).toEqual(JSON.parse(JSON.stringify(expected)));
    for (const row of rowsOf(stdout)) expect(problemRowSchema.safeParse(row).error).toBeUndefined();
  });

  test("passes on options of the source, and says which one it refuses", async () => {
    const cwd = temporaryFolder();
    const { stdout } = await runBridge(["generate", "--ops", "5", "--set", "distractors=[0,0]", "--count", "3"], { cwd });
    for (const { difficulty } of rowsOf<Problem>(stdout)) expect(difficulty.distractors).toBe(0);

    const wrong = await runBridge(["generate", "--set", "distracters=3"], { cwd });
    expect(wrong).toMatchObject({ code: 2, stdout: "" });
    expect(wrong.stderr).toContain("distracters");
  });

  test("writes a file aside and leaves none behind when it fails", async () => {
    const cwd = temporaryFolder();
    const { code, stdout } = await runBridge(["generate", ...short, "--count", "3", "-o", "deep/problems.jsonl"], { cwd });
    expect({ code, stdout }).toEqual({ code: 0, stdout: "" });
    expect(rowsOf(readFileSync(join(cwd, "deep/problems.jsonl"), "utf8"))).toHaveLength(3);

    writeFileSync(join(cwd, "broken.jsonl"), "{");
    expect((await runBridge(["inject", "-i", "broken.jsonl", "-o", "out.jsonl"], { cwd })).code).toBe(3);
    expect(readdirSync(cwd).sort()).toEqual(["broken.jsonl", "deep"]);
  });

  test("waits for its reader, and stops without a word when the reader goes", async () => {
    const child = startBridge(["generate", "--count", "100000000", "--ops", "4"], temporaryFolder());
    const end = ended(child);
    await new Promise((resolve) => child.stdout.once("data", resolve));
    child.stdout.pause();
    await new Promise((resolve) => setTimeout(resolve, 1500));
    const memory = Number(/VmRSS:\s+(\d+)/.exec(readFileSync(`/proc/${child.pid}/status`, "utf8"))?.[1]);
    child.stdout.destroy();

    // Without back-pressure a second and a half of problems would be some hundred megabytes on top of Node's own.
    expect(memory / 1024).toBeLessThan(250);
    expect(await end).toMatchObject({ code: 0, stderr: "" });
  });
});

describe("bridge inject", () => {
  test("writes the demonstrations that the library makes", async () => {
    const cwd = temporaryFolder();
    const problems = (await runBridge(["generate", ...short, "--count", "6"], { cwd })).stdout;
    const flags = ["-b", "reflection=0.5", "-b", 'subgoal={"probability":1}', "--seed", "9"];
    const { stdout, code } = await runBridge(["inject", ...flags], { cwd, input: problems });

    const source = igsm({ operations: [4, 6], modulus: 23, phrasebook: "terse", seed: 3 });
    const arm = createArm("x", { behaviors: [reflection({ probability: 0.5 }), subgoal({ probability: 1 })] });
    const expected = [...source.problems({ count: 6 })].flatMap((problem) => demonstrate(problem, source.phrasebook, arm, 9));
    expect(code).toBe(0);
    expect(rowsOf(stdout)).toEqual(JSON.parse(JSON.stringify(expected)));
    for (const row of rowsOf(stdout)) expect(demonstrationSchema.safeParse(row).error).toBeUndefined();
  });

  test("knows the paper's arms, and how many demonstrations each makes of a problem", async () => {
    const cwd = temporaryFolder();
    const problems = (await runBridge(["generate", ...short, "--count", "2"], { cwd })).stdout;
    const counts = await Promise.all(
      ["vanilla", "bridge", "pp-aug", "rc-aug"].map(
        async (arm) => rowsOf((await runBridge(["inject", "--arm", arm], { cwd, input: problems })).stdout).length,
      ),
    );
    expect(counts).toEqual([2, 2, 8, 8]);
  });

  test("imports a behaviour of one's own from a file", async () => {
    const cwd = temporaryFolder();
    writeFileSync(
      join(cwd, "sigh.mjs"),
      `export const sigh = Object.assign(
        () => ({ name: "@me/sigh", specVersion: 1, options: {}, inject: (trace) => ({ steps: [{ kind: "remark", text: "Hm.", nodes: [], behavior: "@me/sigh" }, ...trace.steps] }) }),
        { behaviorName: "@me/sigh", specVersion: 1 },
      );`,
    );
    const problems = (await runBridge(["generate", "--ops", "3", "--count", "1"], { cwd })).stdout;
    const { stdout } = await runBridge(["inject", "-b", "./sigh.mjs"], { cwd, input: problems });
    const [demonstration] = rowsOf<Demonstration>(stdout);
    expect(demonstration?.spans[0]).toMatchObject({ kind: "remark", behavior: "@me/sigh" });
    expect(demonstration?.completion).toContain("Hm.");
  });

  test.each([
    { input: '{"id":', says: "standard input, line 1 is not JSON", code: 3 },
    { input: '\n{"id": 7}\n', says: "standard input, line 2 is not what this command reads", code: 3 },
  ])("names the place of a broken line: $input", async ({ input, says, code }) => {
    const result = await runBridge(["inject"], { cwd: temporaryFolder(), input });
    expect(result).toMatchObject({ code, stdout: "" });
    expect(result.stderr).toContain(says);
  });

  test.each([
    { flags: ["-b", "reflektion"], says: "Did you mean reflection?" },
    { flags: ["-b", "reflection=2"], says: "probability" },
    { flags: ["-b", "@nobody/nothing"], says: "is not installed" },
    { flags: ["--arm", "brigde"], says: "Allowed choices" },
  ])("refuses $flags", async ({ flags, says }) => {
    const result = await runBridge(["inject", ...flags], { cwd: temporaryFolder() });
    expect(result).toMatchObject({ code: 2, stdout: "" });
    expect(result.stderr).toContain(says);
  });
});
