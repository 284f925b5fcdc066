import { existsSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { describe, expect, test } from "vitest";
import { answerMatches, parsePrompt, prosePhrasebook, verifySolution } from "../src/index.js";
import type { FixtureRow } from "./verification/fixture-row.js";
import { readFolder } from "./verification/read-folder.js";
import { isRounded, verifyRow } from "./verification/verify-row.js";

const folder = fileURLToPath(new URL("../../../../shared/fixtures/promptbench/", import.meta.url));
const missing = existsSync(folder) ? undefined : "DyVal's rows are not beside this repository";
const files = missing === undefined ? readFolder(folder) : [];

describe.skipIf(missing !== undefined)("DyVal's own problems", () => {
  test("are there in all tasks", () => {
    expect(new Set(files.map(({ task }) => task)).size).toBe(7);
  });

  test.each(files)("are read, solved and worded again: $file", ({ task, rows }) => {
    for (const row of rows) expect(verifyRow(task, row), `row ${row.row}`).toEqual({ failures: [] });
  });

  test.each(files)("have solutions that are right: $file", ({ rows }) => {
    for (const { row, prompt_random, question, solution, var: query } of rows) {
      if (solution === null) continue;
      const { graph } = parsePrompt(prompt_random ?? question ?? "", query === undefined ? {} : { query });
      const { valid, findings } = verifySolution(graph, solution);
      expect(valid, `row ${row}: ${JSON.stringify(findings)}\n${solution}`).toBe(true);
      const other = solution.replace(/(True|False|N\/A|\d+\.\d+)(?=\.?(\n\n|>>>))/, (right) => (right === "True" ? "False" : "True"));
      expect(verifySolution(graph, other).valid).toBe(false);
    }
  });

  test.each(files)("are found out when their labels are wrong: $file", ({ task, rows }) => {
    for (const row of rows) {
      const { failures, mislabelled } = verifyRow(task, { ...row, answer: wrong(row.answer) });
      const right = typeof row.answer === "object" ? row.answer.join(" ") : row.answer;
      expect(failures).toEqual([]);
      expect(answerMatches(right, String(mislabelled?.answer))).toBe(true);
      const [first] = row.meta.nodes;
      const nodes = [{ ...first, children: [...(first?.children ?? []), "zzz"] } as FixtureRow["meta"]["nodes"][number]];
      expect(verifyRow(task, { ...row, meta: { nodes } }).failures).not.toEqual([]);
      expect(verifyRow(task, { ...row, solution: "<<<0.123 7>>>" }).failures).not.toEqual([]);
    }
  });
});

function wrong(answer: FixtureRow["answer"]): FixtureRow["answer"] {
  if (typeof answer === "number") return answer * 1.0002 + 1e-7;
  if (typeof answer === "boolean") return !answer;
  return typeof answer === "string" ? true : [answer[0], answer[1] * 1.002 + 1e-5];
}

describe("worked answers", () => {
  test.each([
    ["-2.49999844 -1.56e-06", true],
    ["-2.49999844 -1.6e-06", false],
    ["-2.4999974 -1.56e-06", false],
    ["-2.49999844", false],
  ])("may be rounded as the original rounds, and as answers are read: %s", (solution, expected) => {
    const written = prosePhrasebook().parseAnswer(`<<<${solution}>>>`) as string;
    expect(isRounded("-2.4999984375048827 -0.0000015624951172027588", written)).toBe(expected);
  });
});

describe("rows whose label the original kept when it made them unsolvable", () => {
  const nodes: FixtureRow["meta"]["nodes"] = [];
  const sum = "aac gets its value by adding together the value of aaa and aab.";

  test.each([
    ["a deleted line", `The value of aaa is 3.\n${sum}`, ["aab"]],
    ["a circle", `The value of aaa is 3.\n${sum}\naab gets its value by squaring the value that aac has.`, ["aab", "aac"]],
  ])("are shown to be mislabelled: %s", (_, topological, unknown) => {
    const prompt_random = `${topological}\nCompute the result of aac.`;
    const row = { row: 0, prompt_random, descriptions: { topological }, answer: 7, var: "aac", solution: "<<<7.0>>>", meta: { nodes } };
    const { failures, mislabelled } = verifyRow("arithmetic", row);
    expect(failures).toEqual([]);
    expect(mislabelled).toMatchObject({ label: "7", answer: "N/A" });
    for (const name of unknown) expect(mislabelled?.lines.at(-1)).toContain(name);
  });

  test("pass where the target is known without what is missing", () => {
    const topological = "aaa is True.\nThe value of aac equals to (aaa OR aab).";
    const row = { row: 0, question: `${topological}\nCompute the result of aac.`, descriptions: { topological }, answer: true, var: "aac" };
    expect(verifyRow("bool_logic", { ...row, solution: null, meta: { nodes } })).toEqual({ failures: [] });
  });
});

describe("a prompt", () => {
  test.each([
    ["m=3;K=m+T;T=4;?K\n", "arithmetic", 7],
    ["K=m^2;m=3;?K", "arithmetic", 9],
    ["6*x+-4*y=K;-10*x+6*y=1;K=8;?x,y", "linear_equation", "-13 -21.5"],
    ["m=1;K=m&T;?K", "bool_logic", "N/A"],
    ["m=0;K=m&T;?K", "bool_logic", false],
    ["m=0;K=>~m;?K", "deductive_logic", true],
    ["a|b>c;c=0;?a", "abductive_logic", false],
    ["a=>b,c;b=>;c=>b;?a>b", "reachability", true],
    ["a=4>b,c;b=1>;c=2>b;?a>b", "max_sum_path", 7],
  ])("in the terse format is read: %s", (text, task, answer) => {
    expect(parsePrompt(text)).toMatchObject({ task, answer });
  });

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
    ["m=7;K=m?T;?K", /no premise of the terse format/],
    ["m=7;m=8;?m", /described twice/],
    ["a=b&c;d=>(a|b);?d", /mixes/],
    ["(aaa or aab) -> aac.\n(aaa or aad) -> aae.\nGiven aac is False, what is the value of aaa?", /needs a tree/],
  ])("that is none is refused: %s", (text, message) => {
    expect(() => parsePrompt(text)).toThrow(message);
  });
});
