import { describe, expect, test } from "vitest";
import { main } from "../src/main.js";
import { createProgram } from "../src/program.js";
import { runBridge } from "./run-bridge.js";
import { temporaryFolder } from "./temporary-folder.js";

const commands = [
  ...["download", "generate", "extract", "inject", "select", "match", "export", "import", "stats", "solve", "check", "pretrain", "plan"],
  ...["sft", "grpo", "rollout", "evaluate", "logprobs", "influence", "readiness", "report", "run"],
];

describe("the command line", () => {
  test("has the commands of the README, in the order of the work", () => {
    expect(createProgram().commands.map((command) => command.name())).toEqual(commands);
  });

  test.each(commands)("bridge %s --help describes each flag and ends in examples of itself", (name) => {
    let text = "";
    const command = createProgram().commands.find((one) => one.name() === name);
    command?.configureOutput({ writeOut: (part) => (text += part) });
    command?.outputHelp();
    expect(text).toMatch(new RegExp(`Examples:\n {2}# .+\n {2}\\$ bridge .*${name} `));
    for (const option of command?.options ?? []) expect(option.description, option.flags).not.toBe("");
  });

  test("every example of every help parses: its flags exist and its values fit", async () => {
    const program = createProgram();
    let text = "";
    for (const command of [program, ...program.commands]) {
      command.configureOutput({ writeOut: (part) => (text += part) });
      command.outputHelp();
    }
    const lines = [...text.matchAll(/\$ (bridge .*)/g)].flatMap((match) => String(match[1]).split(/ \| | && |> \S+/));
    const calls = lines.map((line) => line.trim()).filter((line) => line.startsWith("bridge ") && !line.includes("--help"));
    expect(calls.length).toBeGreaterThan(25);
    for (const call of calls) {
      const words = call
        .slice("bridge ".length)
        .split(" ")
        .map((word) => word.replaceAll("'", ""));
      const fresh = createProgram();
      for (const command of fresh.commands)
        command
          .action(() => {})
          .exitOverride()
          .configureOutput({ writeErr: () => {} });
      await expect(fresh.parseAsync(words, { from: "user" }), call).resolves.toBeDefined();
    }
  });

  test.each([
    { words: ["genrate"], says: "Did you mean generate?" },
    { words: ["generate", "--phrasbook", "terse"], says: "Did you mean --phrasebook?" },
    { words: ["generate", "--ops", "20-15"], says: "a number or a range such as 15-20" },
    { words: ["generate", "--count", "1.5"], says: "a whole number" },
    { words: ["generate", "extra"], says: "too many arguments" },
    { words: ["grpo", "-m", "x"], says: "--output <folder>' not specified" },
    { words: ["sft", "-m", "x", "-o", "y", "--steps", "3", "--epochs", "1"], says: "cannot be used with" },
    { words: ["sft", "-m", "x", "-o", "y", "--schedule", "cosin"], says: "there are constant, linear and cosine" },
  ])("$words ends with 2 and says why", async ({ words, says }) => {
    const { code, stdout, stderr } = await runBridge(words, { cwd: temporaryFolder() });
    expect({ code, stdout }).toEqual({ code: 2, stdout: "" });
    expect(stderr).toContain(says);
  });

  test.each([
    { words: ["inject", "-i", "nowhere.jsonl"], code: 3, says: "nowhere.jsonl can't be opened" },
    { words: ["inject", "-i", "."], code: 3, says: "is a folder" },
    { words: ["run", "nowhere.json"], code: 3, says: "nowhere.json" },
    { words: ["run", "nowhere.config.ts"], code: 3, says: "does not exist" },
    { words: ["report", "."], code: 3, says: "run.json" },
    { words: ["evaluate", "-m", "./nowhere", "-i", "nowhere.jsonl"], code: 3, says: "nowhere.jsonl" },
    { words: ["generate", "--task", "@nobody/nothing"], code: 2, says: "is not installed" },
    { words: ["generate", "--ops", "200", "--set", "maximumEdges=4"], code: 1, says: "was not found in" },
  ])("$words ends with $code and says what to do", async ({ words, code, says }) => {
    const result = await runBridge(words, { cwd: temporaryFolder() });
    expect(result.code, result.stderr).toBe(code);
    expect(result.stderr).toContain(says);
    expect(result.stderr, "no stack for a mistake of the user").not.toMatch(/^ {4}at /m);
  });

  test("gives 0 for help and version", async () => {
    for (const words of [["--help"], ["--version"], ["run", "--help"]]) {
      expect((await runBridge(words, { cwd: temporaryFolder() })).code, words.join(" ")).toBe(0);
    }
  });

  test("is a function of its words, too", async () => {
    expect(await main(["generate", "--count", "0"])).toBe(0);
  });
});
