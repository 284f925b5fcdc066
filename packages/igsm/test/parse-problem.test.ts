import { createRandom } from "@bridge-rl/spec";
import { describe, expect, test } from "vitest";
import { bridgePaper, type IgsmOptions, igsm, igsmMed, parseProblem, prosePhrasebook, smallModel, tersePhrasebook } from "../src/index.js";
import { canonical, functions } from "./support/compare-graphs.js";
import { fixtureFiles, missingFixtures, readRows } from "./support/shared.js";

interface Row {
  readonly question: string;
  readonly question_aug?: readonly string[];
  readonly answer: number;
  readonly num_ops?: number;
}

describe.skipIf(missingFixtures)("problems of the Python generators", () => {
  const files = fixtureFiles(/^(?:orig|bridge|validator_problems).*\.jsonl$/);

  test.each(files)("%s: answers and operations come out", (file) => {
    const rows = readRows<Row>(file);
    expect(rows.length).toBeGreaterThan(0);
    for (const row of rows) {
      for (const question of [row.question, ...(row.question_aug ?? [])]) {
        const { answer, operations, dialect } = parseProblem(question);
        expect({ question, answer, operations: row.num_ops && operations }).toEqual({
          question,
          answer: row.answer,
          operations: row.num_ops,
        });
        expect(dialect).toBe(file.startsWith("bridge") ? "prose" : "original");
      }
    }
  });
});

const settings: Readonly<Record<string, IgsmOptions>> = {
  default: {},
  bridgePaper,
  "modulo 23": igsmMed,
  "few distractors": { operations: [5, 10], distractors: [0, 2] },
  "small, in prose": { ...smallModel, phrasebook: "prose" },
};

describe.each(Object.entries(settings))("our own problems (%s)", (_name, options) => {
  test("are read from prose as they were", () => {
    const source = igsm({ ...options, seed: 3 });
    for (const problem of source.problems({ count: 2000 })) {
      const parsed = parseProblem(problem.prompt);
      expect(
        canonical(parsed.graph, ({ name }) => name),
        problem.prompt,
      ).toEqual(canonical(problem.graph, ({ name }) => name));
      expect(parsed.answer).toBe(problem.answer);
      expect(parsed.operations).toBe(problem.difficulty.operations);
    }
  });

  test.each([false, true])("are read from terse text as they were, spaces %s", (spaces) => {
    const phrasebook = tersePhrasebook({ spaces });
    const source = igsm({ ...options, phrasebook, seed: 4 });
    for (const { prompt, graph, answer, difficulty } of source.problems({ count: 1000 })) {
      const parsed = parseProblem(prompt, graph.modulus === undefined ? {} : { modulus: graph.modulus });
      expect(parsed.dialect).toBe("terse");
      expect(parsed).toMatchObject({ answer, operations: difficulty.operations });
      expect(functions(parsed.graph)).toEqual(functions(graph));
    }
  });
});

describe("text that is no problem", () => {
  const prompt = prosePhrasebook().renderPrompt(igsm({ operations: 5 }).problem(0).graph, createRandom(1));
  const question = prompt.split("\n").at(-1) as string;

  test.each([
    ["", "one question, not 0"],
    [`${prompt}\n${question}`, "one question, not 2"],
    ["Hello there.", "neither a premise nor a question"],
    ["The number of each A's B equals many. How many B does A have?", "its formula is none of iGSM"],
    ["The number of each A's B equals 3.\nThe number of each A's B equals 4.\nHow many B does each A have?", "given twice"],
    [
      "The number of each A's B equals each C's B. The number of each C's B equals each A's B. How many B does A have?",
      "depends on itself",
    ],
    ["a=3+b;?a", "no premise says what b equals"],
    ["a=3;", "ends with a question"],
    ["a=3/2;?a", "is no premise"],
  ])("%j is refused", (text, reason) => {
    expect(() => parseProblem(text)).toThrow(reason);
  });

  test("a container that no premise fills has nothing", () => {
    expect(parseProblem("The number of each Den's Wolf equals 4 more than each Wolf's Bone. How many Wolf does Den have?").answer).toBe(4);
  });
});
