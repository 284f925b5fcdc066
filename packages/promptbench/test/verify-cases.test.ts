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

const system = `2 x + aab0 y = 10
-1 x + 3 y = 4

The calculation of aab0 is defined as:
The value of aaa0 is 2.
aab0 gets its value by squaring the value that aaa0 has.

Determine the values of x and y.`;
const elimination = `Let's first solve the coefficients of the linear equation.
aaa0 is 2.0
aab0 = aaa0^2 = (2.0)^2 = 4.0
Thus, aab0 = 4.0

Next, solve the linear equation:

2.0 x + 4.0 y = 10.0
-1.0 x + 3.0 y = 4.0
To eliminate 'y', multiply the first equation by 3 and the second equation by 4. This makes the coefficients of 'y' equal. Subtracting the second equation from the first then gives: 10.0x = 14.0.
From the equation 10.0x = 14.0, we can solve for x.
Solving for x, we get x = 1.4.
Substituting x = 1.4 into the first original equation, we get: 4.0y = 7.2, which gives y = 1.8.
`;

const links =
  "aaa points to: (aab, aac).\naab points to: (None).\naac points to: (aab, aad).\naad points to: (aab).\nCan aad be reached starting from aaa?";
const search = `Starting the search process from node aaa with the goal to reach node aad.
Checking node aaa.
Exploring children of node aaa: aab, aac.
Checking node aac.
Exploring children of node aac: aab, aad.
Checking node aab.
Node aab has no unvisited children. Moving back.
Checking node aab.
Node aab has already been visited. Skipping.
Checking node aad.
Successfully reached the target node aad.
`;
const fruitless = `Starting the search process from node aac with the goal to reach node aaa.
Checking node aac.
Exploring children of node aac: aab, aad.
Checking node aad.
Exploring children of node aad: aab.
Checking node aab.
Node aab has no unvisited children. Moving back.
Checking node aab.
Node aab has already been visited. Skipping.
Exhausted all possible paths without reaching node aaa.
`;
const sums = `Starting the search for the maximum sum path from node aaa to node aab.
Reaching node aaa with current sum of 1.
Now, we explore the children of node aaa: aab, aac.
Reaching node aab with current sum of 3.
Found a path to node aab with a new maximum sum of 3.
Reaching node aac with current sum of 4.
Now, we explore the children of node aac: aab.
Reaching node aab with current sum of 6.
Found a path to node aab with a new maximum sum of 6.
The maximum sum from node aaa to node aab is 6.
`;

describe("a solution in PromptBench's own words", () => {
  const backwards = links.replace(/Can .*/, "Can aaa be reached starting from aac?");
  const originals = {
    elimination: [system, elimination],
    search: [links, search],
    fruitless: [backwards, fruitless],
    sums: [path, sums],
  } as const;

  test.each(Object.entries(originals))("is right: %s", (_, [prompt, solution]) => {
    const { graph, answer } = parsePrompt(prompt);
    const { valid, findings, progress, steps } = verifySolution(graph, `${solution}\n\nThus, the answer is <<<${answer}>>>`);
    expect(findings).toEqual([]);
    expect({ valid, progress }).toEqual({ valid: true, progress: 1 });
    expect(steps.length).toBeGreaterThan(7);
  });

  test.each([
    ["elimination", "Thus, aab0 = 4.0", "Thus, aab0 = 5.0", ["wrong-calculation"]],
    ["elimination", "(2.0)^2 = 4.0", "(2.0)^2 = 8.0", ["wrong-calculation"]],
    ["elimination", "2.0 x + 4.0 y = 10.0", "2.0 x + 4.0 y = 11.0", ["wrong-value"]],
    ["elimination", "-1.0 x + 3.0 y = 4.0", "1.0 x + 3.0 y = 4.0", ["wrong-value"]],
    ["elimination", "first equation by 3", "first equation by 4", ["wrong-value"]],
    ["elimination", "gives: 10.0x = 14.0", "gives: 12.0x = 14.0", ["wrong-calculation"]],
    ["elimination", "gives: 10.0x = 14.0", "gives: 10.0x = 13.0", ["wrong-value"]],
    ["elimination", "From the equation 10.0x", "From the equation 11.0x", ["wrong-value"]],
    ["elimination", "we get x = 1.4", "we get x = 1.5", ["wrong-calculation"]],
    ["elimination", "Substituting x = 1.4", "Substituting x = 2.4", ["wrong-value"]],
    ["elimination", "4.0y = 7.2", "4.0y = 7.3", ["wrong-value"]],
    ["elimination", "gives y = 1.8", "gives y = 1.9", ["wrong-calculation"]],
    ["elimination", /Substituting.*/, "", ["wrong-question"]],
    ["elimination", /aab0 = aaa0.*/, "", ["undefined-symbol"]],
    ["search", "from node aaa with", "from node aab with", ["wrong-question"]],
    ["search", "Checking node aac", "Checking node aad", ["premature-step"]],
    ["search", "Checking node aac", "Checking node aax", ["unknown-parameter"]],
    ["search", "Checking node aac", "Checking the node aac", ["unreadable-step"]],
    ["search", "node aaa: aab, aac", "node aaa: aab, aac, aad", ["wrong-dependency"]],
    ["search", "node aaa: aab, aac", "node aaa: aab, aac, aax", ["unknown-parameter"]],
    ["search", "node aac: aab, aad", "node aac: aab", ["missing-dependency"]],
    ["search", /Exploring children of node aac.*\n/, "", ["missing-dependency"]],
    ["search", /Node aab has no.*/, "Node aab has already been visited. Skipping.", ["wrong-value"]],
    ["search", /Node aab has already.*\nChecking node aad/, "", ["premature-step"]],
    ["search", /Successfully.*/, "Exhausted all possible paths without reaching node aad.", ["wrong-calculation"]],
    ["search", /Successfully.*/, "", ["wrong-question"]],
    ["search", "target node aad", "target node aab", ["premature-step"]],
    ["fruitless", /Checking node aad.\nExploring.*\n/, "", ["premature-step"]],
    ["fruitless", "Exhausted", "Hence exhausted", ["wrong-question"]],
    ["sums", "aac with current sum of 4", "aac with current sum of 5", ["wrong-calculation"]],
    ["sums", "sum of 3.\nReaching", "sum of 4.\nReaching", ["wrong-value"]],
    ["sums", "with a new maximum sum of 6", "with a sum of 6, which is less than current maximum sum", ["wrong-calculation"]],
    ["sums", "aab is 6", "aab is 3", ["wrong-calculation"]],
    ["sums", "The maximum sum from node aaa to node aab is 6", "There is no path from node aaa to node aab", ["wrong-calculation"]],
    ["sums", /Reaching node aac(.|\n)*sum of 6\.\n/, "", ["premature-step"]],
    ["sums", "node aac: aab", "node aac: aaa", ["wrong-dependency"]],
  ] as const)("is judged line by line: %s, %s", (which, before, after, kinds) => {
    const [prompt, solution] = originals[which];
    const changed = solution.replace(before, after);
    expect(changed).not.toBe(solution);
    const { graph, answer } = parsePrompt(prompt);
    const { valid, findings, progress } = verifySolution(graph, `${changed}\n\nThus, the answer is <<<${answer}>>>`);
    expect(valid).toBe(false);
    expect(progress).toBeLessThan(1);
    const found = findings.map(({ kind }) => kind);
    expect(
      [...kinds].every((kind) => found.includes(kind)),
      `${found}`,
    ).toBe(true);
  });

  test.each(Object.entries(originals))("needs its answer: %s", (_, [prompt, solution]) => {
    const { graph } = parsePrompt(prompt);
    expect(verifySolution(graph, solution).findings.map(({ kind }) => kind)).toEqual(["missing-answer"]);
    expect(verifySolution(graph, `${solution}<<<N/A>>>`).findings.map(({ kind }) => kind)).toEqual(["wrong-answer"]);
  });
});

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
