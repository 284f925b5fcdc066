import { existsSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { describe, expect, test } from "vitest";
import { parsePrompt } from "../src/index.js";
import type { FixtureRow } from "./verification/fixture-row.js";
import { readFolder } from "./verification/read-folder.js";
import { verifyRow } from "./verification/verify-row.js";

const folder = fileURLToPath(new URL("../../../../shared/fixtures/promptbench/", import.meta.url));
const missing = existsSync(folder) ? undefined : "DyVal's rows are not beside this repository";
const files = missing === undefined ? readFolder(folder) : [];

describe.skipIf(missing !== undefined)("DyVal's own problems", () => {
  test("are there in all tasks", () => {
    expect(new Set(files.map(({ task }) => task)).size).toBe(7);
  });

  test.each(files)("are read, solved and worded again: $file", ({ task, rows }) => {
    for (const row of rows) expect(verifyRow(task, row), `row ${row.row}`).toEqual([]);
  });

  test.each(files)("are found out when their labels are wrong: $file", ({ task, rows }) => {
    for (const row of rows) {
      expect(verifyRow(task, { ...row, answer: wrong(row.answer) })).not.toEqual([]);
      const [first] = row.meta.nodes;
      const nodes = [{ ...first, children: [...(first?.children ?? []), "zzz"] } as FixtureRow["meta"]["nodes"][number]];
      expect(verifyRow(task, { ...row, meta: { nodes } })).not.toEqual([]);
      expect(verifyRow(task, { ...row, solution: "<<<0.123 7>>>" })).not.toEqual([]);
    }
  });
});

function wrong(answer: FixtureRow["answer"]): FixtureRow["answer"] {
  if (typeof answer === "number") return answer * 1.0002 + 1e-7;
  if (typeof answer === "boolean") return !answer;
  return typeof answer === "string" ? true : [answer[0], answer[1] * 1.002 + 1e-5];
}

describe("a prompt", () => {
  test("gives N/A where a line is missing or a circle closes, and only there", () => {
    const lines = [
      "The value of aaa is 3.",
      "aac gets its value by adding together the value of aaa and aab.",
      "Compute the result of aac.",
    ];
    expect(parsePrompt(lines.join("\n")).answer).toBe("N/A");
    expect(parsePrompt([...lines, "The value of aab is 4."].join("\n")).answer).toBe(7);
    expect(parsePrompt([...lines, "aab gets its value by squaring the value that aac has."].join("\n")).answer).toBe("N/A");
    const logic = "aaa is True.\nThe value of aac equals to (aaa OR aab).\nCompute the result of aac.";
    expect(parsePrompt(logic).answer).toBe(true);
    expect(parsePrompt(logic.replace("OR", "AND")).answer).toBe("N/A");
  });

  test.each([
    ["aac gets its value by guessing.\nCompute the result of aac.", /no line that DyVal writes/],
    ["The value of aaa is 3.\nThe value of aaa is 4.\nCompute the result of aaa.", /described twice/],
    ["The value of aaa is 3.", /asks for nothing/],
    ["aaa points to: (aab).", /neither/],
    ["aaa x + 1 y = 2", /two equations/],
    ["(aaa or aab) -> aac.\n(aaa or aad) -> aae.\nGiven aac is False, what is the value of aaa?", /needs a tree/],
  ])("that is none is refused: %s", (text, message) => {
    expect(() => parsePrompt(text)).toThrow(message);
  });
});
