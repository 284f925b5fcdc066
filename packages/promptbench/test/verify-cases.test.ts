import { describe, expect, test } from "vitest";
import { parsePrompt, verifySolution } from "../src/index.js";

const sum = `The value of aaa is 3.
The value of aab is 4.
The value of aac is 5.
aad gets its value by adding together the value of aaa and aab.
aae gets its value by dividing the value of aad by those of aac.
Compute the result of aae.`;
const deduction = "aaa is False.\n(NOT aaa) -> aab.\naac is False.\n(aab and aac) -> aad.\nDeduce the result of aad.";
const abduction = "(aaa or aab) -> aac.\n(NOT aad) -> aaa.\nGiven aac is False, what is the value of aad?";
const path =
  "aaa points to: (aab, aac).\naab points to: (None).\naac points to: (aab).\nThe value of aaa is 1\nThe value of aab is 2\nThe value of aac is 3\nWhat's the maximum sum path from aaa to aab?";

const begin = "Let's solve aaa, aaa is 3.\nLet's solve aab, aab is 4.\nLet's solve aac, aac is 5.\n";
const rest = "Let's solve aae, aae = aad / aac = 7 / 5 = 1.4.";
const derived = (line: string): string => `${begin}Let's solve aad, aad = ${line}.\n${rest}`;

describe("a solution", () => {
  test.each([
    [sum, derived("aaa + aab = 3 + 4 = 7"), []],
    [sum, derived("aab + aaa = 4 + 3 = 7"), []],
    [sum, derived("aaa + aab = 7"), []],
    [sum, derived("3 + 4 = 7"), []],
    [sum, derived("aaa + aac = 3 + 5 = 7"), ["wrong-dependency", "missing-dependency", "wrong-calculation"]],
    [sum, derived("aaa * aab = 3 * 4 = 7"), ["wrong-formula", "wrong-calculation"]],
    [sum, derived("aaa = 3 + 4 = 7"), ["missing-dependency"]],
    [sum, derived("aaa + aab + 1 = 3 + 4 = 7"), ["wrong-formula"]],
    [sum, derived("aaa + aab = 3 + 5 = 7"), ["wrong-value", "wrong-calculation"]],
    [sum, derived("aaa + aab = 2 + 5 = 7"), ["wrong-value", "wrong-value"]],
    [sum, derived("aaa + aab = 3 + 4 ="), ["unreadable-step"]],
    [sum, derived("aaa + aab = 3 + 4"), ["unreadable-step"]],
    [sum, `${begin}${rest}`, ["undefined-symbol"]],
    [sum, `${derived("aaa + aab = 3 + 4 = 7")}\nLet's solve zzz, zzz is 4.`, ["unknown-parameter"]],
    [deduction, "aaa is False.\nLet's solve aab, (NOT aaa) -> aab, (NOT False) -> aab, so aab is True.", ["wrong-question"]],
    [
      deduction,
      "aaa is False.\nLet's solve aab, (NOT aaa) -> aab, (NOT False) -> aab, so aab is N/A.",
      ["wrong-question", "wrong-calculation"],
    ],
    [
      deduction,
      "aaa is False.\nLet's solve aab, (NOT aaa) -> aab, (NOT False) -> aab, False -> aab, so aab is True.",
      ["wrong-question", "wrong-calculation", "wrong-calculation"],
    ],
    [
      abduction,
      "aac is False.\nLet's solve aaa, aac is False, so (aaa or aab) is False, so aaa is False.\nLet's solve aad, aaa is False, so aad is True.",
      [],
    ],
    [
      abduction,
      "aac is False.\nLet's solve aaa, aac is False, so (aaa and aab) is False, so aaa is False.\nLet's solve aad, aaa is False, so aad is True.",
      ["wrong-formula"],
    ],
    [
      abduction,
      "aac is False.\nLet's solve aaa, aac is False, so aaa is False.\nLet's solve aad, aaa is True, which leaves aad open: aad is N/A.",
      ["wrong-value"],
    ],
    [abduction, "aac is False.\nLet's solve aaa, aac is False, so aaa is True.", ["wrong-calculation", "wrong-question"]],
    [
      path,
      "Let's solve aab, aab is the goal, so it is 2.\nLet's solve aac, aac = 3 + aab = 3 + 2 = 5.\nLet's solve aaa, aaa = 1 + max(aab, aac) = 1 + max(2, 5) = 6.",
      [],
    ],
    [
      path,
      "Let's solve aab, aab is the goal, so it is 2.\nLet's solve aac, aac = 3 + aab = 3 + 2 = 5.\nLet's solve aaa, aaa = 1 + max(aab, aac) = 1 + max(2, 5) = 3.",
      ["wrong-calculation"],
    ],
    [path, "Let's solve aab, aab points to nothing, so it is 2.", ["wrong-formula", "wrong-question"]],
    [path, "aab=2;aac=3+aab=3+2=5;aaa=1+(aab,aac)=1+(2,5)=1+5=6;", []],
    [path, "aab=2;aac=2+aab=2+2=4;aaa=1+(aab,aac)=1+(2,4)=1+4=5;", ["wrong-formula"]],
  ] as const)("is judged step by step: %#", (prompt, thinking, kinds) => {
    const { graph, answer } = parsePrompt(prompt);
    const { findings, valid } = verifySolution(graph, `<think>${thinking.includes(";") ? "" : "\n"}${thinking}</think>\n<<<${answer}>>>`);
    expect(findings.map(({ kind }) => kind).sort()).toEqual([...kinds].sort());
    expect(valid).toBe(kinds.length === 0);
  });

  test.each([
    ["The value of aab is 4", true],
    ["The value of aab is 5", false],
    ["aad gets its value by adding together the value of aab and aaa", true],
    ["aad gets its value by adding together the value of aab and aac", false],
    ["aad gets its value by multiplying together the value of aaa and aab", false],
    ["aad gets its value by magic", false],
    ["no line says what aab is", false],
  ])("may repeat what the problem says, and nothing else: %s", (line, holds) => {
    const { graph } = parsePrompt(sum);
    const { behaviors } = verifySolution(graph, `<think>\nRecall that ${line.replace(/^The/, "the")}.\n</think><<<1.4>>>`);
    expect(behaviors).toMatchObject({ restatements: 1, correctRestatements: holds ? 1 : 0 });
  });
});
