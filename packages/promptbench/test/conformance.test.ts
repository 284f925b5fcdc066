import { problemSourceLaws, registerLaws } from "@bridge-rl/spec/testing";
import { describe, test } from "vitest";
import {
  bridgePaper,
  bridgePaperOutOfDistribution,
  bridgePaperReinforcement,
  type PromptbenchOptions,
  promptbench,
  promptbenchTasks,
  smallModel,
} from "../src/index.js";

const sources: readonly [string, PromptbenchOptions][] = [
  ...promptbenchTasks.flatMap((task): [string, PromptbenchOptions][] => [
    [task, { task, redundancies: [0, 2] }],
    [`${task}, terse`, { task, phrasebook: "terse" }],
    [`${task}, as the original`, { task, original: true, phrasebook: "brief" }],
  ]),
  ["bridgePaper", bridgePaper],
  ["bridgePaperReinforcement, train", { ...bridgePaperReinforcement, split: "train" }],
  ["bridgePaperOutOfDistribution", bridgePaperOutOfDistribution],
  ["smallModel", smallModel],
  ["arithmetic that misses premises", { task: "arithmetic", depth: 4, deletedPremises: [0, 3] }],
  ["arithmetic that comes back to itself", { task: "arithmetic", depth: 4, cycles: 1, phrasebook: "terse" }],
  ["logic with extra links that misses premises", { task: "bool_logic", depth: 4, extraLinks: 1, deletedPremises: [1, 3] }],
  ["logic that comes back to itself", { task: "bool_logic", depth: 4, extraLinks: 1, cycles: [0, 2] }],
];

describe.each(sources)("%s", (_name, options) => {
  registerLaws(
    test,
    problemSourceLaws((seed) => promptbench({ ...options, seed })),
  );
});
