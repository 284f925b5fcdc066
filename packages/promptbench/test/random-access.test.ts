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
  arithmetic: "aa80408d3961fff5",
  "arithmetic, terse": "c3e33b427619bf35",
  "arithmetic, original": "7f7dfcc18a0f624d",
  linear_equation: "0c63b6c0bc283c2f",
  "linear_equation, terse": "55da7fc54373e6b4",
  "linear_equation, original": "574b22dcd44e2622",
  bool_logic: "f994ed0e60025844",
  "bool_logic, terse": "a57112ddf6672ba8",
  "bool_logic, original": "fe7ca49d39cd468e",
  deductive_logic: "3d3e75cce6d58a23",
  "deductive_logic, terse": "fbf9a5cca3fe3736",
  "deductive_logic, original": "961158d712cfa7d8",
  abductive_logic: "47dd622d8a43cbb6",
  "abductive_logic, terse": "ac37f3d4ddfd482d",
  "abductive_logic, original": "8e53b2fa416f9b44",
  reachability: "9784f870643015f6",
  "reachability, terse": "b148b0feaf511873",
  "reachability, original": "f233d81fd68a91fd",
  max_sum_path: "971b116118743924",
  "max_sum_path, terse": "ca827863a26e5c91",
  "max_sum_path, original": "44dd4d7e9948d958",
  "arithmetic, unsolvable": "013275c639628852",
  "bool_logic, unsolvable": "61f5d49d1cf2241e",
  bridgePaper: "ceedc3a3316cf70f",
  smallModel: "d9c41a35a54e4243",
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
