import { describe, expect, test } from "vitest";
import { createCurriculum } from "../src/pretraining/curriculum.js";
import { parsePretrainConfig } from "../src/pretraining/pretrain-config.js";

const config = {
  model: { hiddenSize: 16, layers: 1, heads: 1, intermediateSize: 16 },
  tokenizer: { vocabularySize: 300 },
  task: "promptbench/arithmetic",
  problems: { operators: ["+", "-"], integers: true, phrasebook: "terse" },
  levels: { small: { depth: 2, children: 3 }, large: { depth: 4 } },
  curriculum: [{ until: 1, levels: { small: 1 } }, { levels: { large: 1 } }],
  mixture: [{ weight: 1, behaviors: [] }],
  steps: 2,
  batchSize: 4,
  learningRate: 0.001,
  evaluation: { every: 1, levels: ["large"] },
};

describe("a pretraining config with levels", () => {
  test("draws each stage's problems from the levels that it names", async () => {
    const curriculum = await createCurriculum(parsePretrainConfig(config, "levels.json"), process.cwd());
    const premises = (step: number) => curriculum.batch(step).map(({ prompt }) => prompt.split(";").length - 1);
    expect(premises(0)).toEqual([4, 4, 4, 4]);
    expect(premises(1)).toEqual([15, 15, 15, 15]);
    expect(curriculum.heldOut("large", 2).map(({ difficulty }) => difficulty.premises)).toEqual([15, 15]);
    expect(curriculum.source.reward?.name).toBe("@bridge-rl/tolerant-answer");
  });

  test.each([
    [{ evaluation: { every: 1, levels: ["huge"] } }, /what is evaluated under evaluation.levels/],
    [{ curriculum: [{ operations: { "1": 1 } }] }, /levels and their weights under "levels"/],
    [{ levels: undefined }, /operation counts and their weights/],
  ])("that names others is refused: %j", (change, message) => {
    expect(() => parsePretrainConfig({ ...config, ...change }, "levels.json")).toThrow(message);
  });
});
