import { describe, expect, test } from "vitest";
import { parsePrompt, promptbench } from "../src/index.js";

describe("problems of one level", () => {
  const described = "aaa is False.";

  test("are told apart by PromptBench's question, or by the caller where there is none", () => {
    expect(parsePrompt(`${described}\nDeduce the result of aaa.`)).toMatchObject({ task: "deductive_logic", answer: false });
    expect(parsePrompt(`${described}\nCompute the result of aaa.`)).toMatchObject({ task: "bool_logic", answer: false });
    for (const task of ["deductive_logic", "bool_logic"] as const) {
      expect(parsePrompt(described, { query: "aaa", task })).toMatchObject({ task, answer: false });
      expect(parsePrompt("a=0;?a", { task })).toMatchObject({ task, answer: false });
    }
    expect(parsePrompt("a=0;?a")).toMatchObject({ task: "arithmetic", answer: 0 });
  });

  test("keep the task that their lines tell, whatever the caller says", () => {
    const text = "aaa is False.\nThe value of aab equals to (NOT aaa).\nCompute the result of aab.";
    expect(parsePrompt(text, { task: "deductive_logic" }).task).toBe("bool_logic");
    expect(parsePrompt("m=a+b;a=1;b=2;?m", { task: "bool_logic" })).toMatchObject({ task: "arithmetic", answer: 3 });
  });

  test.each(["deductive_logic", "bool_logic"] as const)("are read back in every wording: %s", (task) => {
    for (const phrasebook of ["prose", "brief", "terse"] as const) {
      const source = promptbench({ task, depth: 1, phrasebook });
      for (let index = 0; index < 20; index++) {
        const { prompt, answer } = source.problem(index);
        expect(parsePrompt(prompt, phrasebook === "terse" ? { task } : {})).toMatchObject({ task, answer });
      }
    }
  });
});

test("calculations of a system that name different things alike are kept apart", () => {
  const { graph, answer } = parsePrompt(`1 x + aac0 y = 10
2 x + 1 y = aab1

The calculation of aac0 is defined as:
The value of aaf is 4.
aac0 gets its value by adding together the value of aaa0 and aab0.
The value of aaa0 is 1.
aag gets its value by squaring the value that aaf has.
The value of aab0 is 2.

The calculation of aab1 is defined as:
aag gets its value by squaring the value that aaf has.
The value of aaf is 3.
The value of aaa1 is 2.
aab1 gets its value by squaring the value that aaa1 has.

Determine the values of x and y.`);
  // x + 3 y = 10 and 2 x + y = 4
  expect(answer).toBe("0.4 3.2");
  const values = new Map(graph.nodes.map(({ name, value }) => [name, value]));
  expect([values.get("aag"), values.get("aag_aab1"), values.get("aaf_aab1")]).toEqual([16, 9, 3]);
});
