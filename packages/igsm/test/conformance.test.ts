import { problemSourceLaws, registerLaws } from "@bridge-rl/spec/testing";
import { describe, test } from "vitest";
import {
  bridgePaper,
  bridgePaperOutOfDistribution,
  type IgsmOptions,
  igsm,
  igsmHard,
  igsmMed,
  smallModel,
  tersePhrasebook,
} from "../src/index.js";

const sources: readonly [string, IgsmOptions][] = [
  ["the defaults", {}],
  ["bridgePaper", bridgePaper],
  ["bridgePaperOutOfDistribution", bridgePaperOutOfDistribution],
  ["igsmMed, train", { ...igsmMed, split: "train" }],
  ["igsmHard, test", { ...igsmHard, split: "test" }],
  ["smallModel", smallModel],
  ["terse without symbols", { operations: [5, 10], phrasebook: tersePhrasebook({ symbols: false }) }],
  ["terse with spaces", { operations: [5, 10], modulus: 10, phrasebook: tersePhrasebook({ spaces: true }) }],
];

describe.each(sources)("%s", (_name, options) => {
  registerLaws(
    test,
    problemSourceLaws((seed) => igsm({ ...options, seed })),
  );
});
