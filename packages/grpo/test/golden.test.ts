import { readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { differencesOfAdvantageCase, differencesOfLossCase, type LossCaseFile } from "./loss-cases.js";

const file: LossCaseFile = JSON.parse(readFileSync(new URL("./fixtures/trl-golden.json", import.meta.url), "utf8"));

describe("TRL's numbers to 1e-9 (loss, gradient, metrics)", () => {
  test.each(file.loss_cases.map((loss) => [loss.id, loss] as const))("%s", (_, loss) => {
    expect(differencesOfLossCase(file, loss, 1e-9)).toEqual([]);
  });

  test.each(file.advantage_cases.map((advantage, index) => [`${index} ${advantage.agg} ${advantage.scale_rewards}`, advantage] as const))(
    "advantages %s",
    (_, advantage) => {
      expect(differencesOfAdvantageCase(file, advantage, 1e-9)).toEqual([]);
    },
  );

  test("the comparison notices a change of 1e-8", () => {
    const loss = file.loss_cases[0];
    if (loss === undefined) throw new Error("the file has no cases");

    expect(differencesOfLossCase(file, { ...loss, loss: loss.loss + 1e-8 }, 1e-9)).toHaveLength(1);
  });
});

describe.each([
  ["torch's autograd, options in pairs (bench/peers/loss-cases.py, seed 2)", "torch-cases.json"],
  ["TRL 1.13.0's own code, options at random (bench/peers/trl-cases.py, seed 13)", "trl-1.13-cases.json"],
])("%s, to 1e-9", (_, name) => {
  const cases: LossCaseFile = JSON.parse(readFileSync(new URL(`./fixtures/${name}`, import.meta.url), "utf8"));

  test.each(cases.loss_cases.map((loss) => [`${loss.id} ${loss.config.loss_type} ${loss.config.level}`, loss] as const))(
    "%s",
    (_, loss) => {
      expect(differencesOfLossCase(cases, loss, 1e-9)).toEqual([]);
    },
  );

  test.each(cases.advantage_cases.map((advantage, index) => [`${index} ${advantage.agg} ${advantage.scale_rewards}`, advantage] as const))(
    "advantages %s",
    (_, advantage) => {
      expect(differencesOfAdvantageCase(cases, advantage, 1e-9)).toEqual([]);
    },
  );
});
