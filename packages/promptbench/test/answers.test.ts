import { describe, expect, test } from "vitest";
import { answerMatches, promptbench, prosePhrasebook, tersePhrasebook, tolerantAnswer } from "../src/index.js";

describe("an answer", () => {
  test.each([
    [64, "64.0", true],
    [64, "64.006", true],
    [64, "64.007", false],
    [1234567, "1,234,567", true],
    [0, "0.000000000001", true],
    [0, "0.0001", false],
    [64, "", false],
    [64, "64 apples", false],
    [64, "N/A", false],
    [true, "true", true],
    [true, "1", true],
    [true, "False", false],
    [false, "0", true],
    ["N/A", "n/a", true],
    ["N/A", "!", true],
    ["N/A", "False", false],
    ["-101.50000000000011 -169.0000000000002", "-101.5 -169.1", true],
    ["-101.5 -169", "-101.5 -169.2", false],
    ["-101.5 -169", "-101.5", false],
  ])("%s against %j: %s", (answer, given, matches) => {
    expect(answerMatches(answer, given)).toBe(matches);
  });

  const book = prosePhrasebook();

  test.each([
    ["<think>\nso <<<1>>>\n</think>\n<<<2.0>>> or <<<3>>>", "2"],
    ["<think>\nso <<<1>>>", undefined],
    ["It is <<< true >>>.", "True"],
    ["<think></think>\\boxed{-1,234.50}", "-1234.5"],
    ["<think></think>64", undefined],
    ["<<<1.5  -2>>>", "1.5 -2"],
  ])("is read from %j", (completion, expected) => {
    expect(book.parseAnswer(completion)).toBe(expected);
    expect(tersePhrasebook().parseAnswer(completion)).toBe(expected);
  });

  test("is rewarded within the tolerance", () => {
    const problem = promptbench({ task: "arithmetic" }).problem(0);
    const score = (answer: number) =>
      tolerantAnswer().score({ problem, completion: `<think></think><<<${answer}>>>`, phrasebook: book, finishReason: "stop" });
    expect(score((problem.answer as number) * 1.00005)).toBe(1);
    expect(score((problem.answer as number) * 1.0005)).toBe(0);
  });
});
