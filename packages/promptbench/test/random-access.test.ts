import { createHash } from "node:crypto";
import { describe, expect, test } from "vitest";
import { bridgePaper, type PromptbenchOptions, problemById, promptbench, promptbenchTasks, smallModel } from "../src/index.js";

const settings: Readonly<Record<string, PromptbenchOptions>> = {
  ...Object.fromEntries(
    promptbenchTasks.flatMap((task): [string, PromptbenchOptions][] => [
      [task, { task, redundancies: [0, 2], seed: 7 }],
      [`${task}, terse`, { task, phrasebook: "terse", split: "train", seed: -3 }],
      [`${task}, original`, { task, original: true, phrasebook: "brief" }],
    ]),
  ),
  "arithmetic, unsolvable": { task: "arithmetic", depth: 4, extraLinks: 1, deletedPremises: [0, 2], cycles: [0, 1] },
  "bool_logic, unsolvable": { task: "bool_logic", depth: 4, extraLinks: 1, deletedPremises: [0, 2], cycles: [0, 1] },
  bridgePaper,
  smallModel,
};

const indices = [0, 1, 41, 100_000, 2 ** 40];

/** SHA-256 of the problems' JSON; another one is another version of the source (`sourceVersion`). */
const pinned: Readonly<Record<string, string>> = {
  arithmetic: "9d62351c6022f568",
  "arithmetic, terse": "3398c06cc3ee124b",
  "arithmetic, original": "23860c242eb315f5",
  linear_equation: "6fa1ae45e7a9cb0d",
  "linear_equation, terse": "d85f273d7eb39b5e",
  "linear_equation, original": "59b1fcae2640a6e4",
  bool_logic: "44b4e06cc6f6c63a",
  "bool_logic, terse": "c54084bac16cbfbc",
  "bool_logic, original": "b10b33e3b91a3faf",
  deductive_logic: "fa8279629562df93",
  "deductive_logic, terse": "26915b3b851da58f",
  "deductive_logic, original": "9c7b25427206ad40",
  abductive_logic: "bbc9aa0414955191",
  "abductive_logic, terse": "ade6137346d2100b",
  "abductive_logic, original": "063a0e0661893b8c",
  reachability: "5ca08a085d2bb2b5",
  "reachability, terse": "3c3bbfa3b217bb83",
  "reachability, original": "ff72f042056e34c3",
  max_sum_path: "687d3182587c8b3e",
  "max_sum_path, terse": "d029409f7ad5c664",
  "max_sum_path, original": "461a1c16a5de6e7e",
  "arithmetic, unsolvable": "5141250c238dad35",
  "bool_logic, unsolvable": "b0a8e374f41fb96e",
  bridgePaper: "7025703c5dbc592f",
  smallModel: "6d9403226250631b",
};

describe.each(Object.entries(settings))("%s", (name, options) => {
  test("gives the same bytes for ever, in any order, and again from ids", () => {
    const source = promptbench(options);
    const problems = indices.map((index) => source.problem(index));
    const digest = createHash("sha256").update(JSON.stringify(problems)).digest("hex").slice(0, 16);
    expect(digest).toBe(pinned[name]);
    expect([...indices].reverse().map((index) => promptbench(options).problem(index))).toEqual([...problems].reverse());
    for (const problem of problems) expect(problemById(problem.id)).toEqual(problem);
  });
});
