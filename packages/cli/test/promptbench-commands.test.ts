import { promptbench, promptbenchTasks } from "@bridge-rl/promptbench";
import { describe, expect, test } from "vitest";
import { rowsOf, runBridge } from "./run-bridge.js";
import { temporaryFolder } from "./temporary-folder.js";

const lines = (rows: readonly unknown[]) => rows.map((row) => JSON.stringify(row)).join("\n");

describe("bridge on promptbench", () => {
  test("solves texts of all seven tasks, told by themselves, and compares answers by their tolerances", async () => {
    const cwd = temporaryFolder();
    const problems = promptbenchTasks.map((task) => promptbench({ task, seed: 3 }).problem(1));
    const { stdout, code } = await runBridge(["solve", "--task", "promptbench", "--strict", "--no-graph"], { cwd, input: lines(problems) });
    expect(code).toBe(0);
    expect(rowsOf(stdout).map(({ task, correct }) => ({ task, correct }))).toEqual(
      promptbenchTasks.map((task) => ({ task, correct: true })),
    );

    const text = "The value of aaa is 7.\nThe value of aab is 3.\naac gets its value by dividing the value of aaa by those of aab.";
    const row = { prompt_random: text, var: "aac", answer: 2.33333 };
    const one = await runBridge(["solve", "--task", "promptbench/arithmetic"], { cwd, input: lines([row, { ...row, answer: 2.34 }]) });
    expect(rowsOf(one.stdout).map(({ correct }) => correct)).toEqual([true, false]);
    const other = await runBridge(["solve", "--task", "promptbench/bool_logic"], { cwd, input: lines([row]) });
    expect(rowsOf(other.stdout)).toMatchObject([{ ok: false, error: { code: "invalid-input" } }]);
  });

  test("makes, injects and checks what it made, step by step", async () => {
    const cwd = temporaryFolder();
    const task = "promptbench/deductive_logic";
    const made = await runBridge(["generate", "--task", task, "--count", "3", "--set", "depth=4"], { cwd });
    const injected = await runBridge(["inject", "--arm", "bridge"], { cwd, input: made.stdout });
    const right = await runBridge(["check", "--task", task, "--strict"], { cwd, input: injected.stdout });
    expect(right.code).toBe(0);
    const wrong = injected.stdout.replace(/is (True|False)\.\\n/, (_, value) => `is ${value === "True" ? "False" : "True"}.\\n`);
    const checked = await runBridge(["check", "--task", task, "--strict"], { cwd, input: wrong });
    expect(checked.code).toBe(1);
    expect(rowsOf(checked.stdout)[0]).toMatchObject({ valid: false });
    expect(rowsOf(checked.stdout)[0]?.findings).toContainEqual(expect.objectContaining({ kind: "wrong-value", start: 102 }));
  });
});
