import { bridge, createArm, demonstrate } from "@bridge-rl/behaviors";
import { backtracking, estimation, planning, verification } from "@bridge-rl/behaviors-extra";
import { evaluateGraph, randomGraph, validateGraph } from "@bridge-rl/dag";
import { igsm, parseProblem } from "@bridge-rl/igsm";
import { parsePrompt, promptbench } from "@bridge-rl/promptbench";
import { createRandom, type Expression, type Problem, type ReasoningGraph } from "@bridge-rl/spec";
import { phrasebookLaws, registerLaws } from "@bridge-rl/spec/testing";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import {
  extractedSource,
  graphFromDraft,
  numberOfAnswer,
  numbersOfText,
  problemFromGraph,
  readEquations,
  stringMatchingExtractor,
  wordsPhrasebook,
} from "../src/index.js";
import { wordFormula } from "../src/internal/word-formula.js";

const problems: Problem[] = Array.from({ length: 60 }, (_, seed) => {
  const graph = randomGraph(createRandom(seed, "extract"), { nodes: 9 });
  return problemFromGraph({ question: "?", answer: "0" }, graph, seed);
});

registerLaws(test, phrasebookLaws(wordsPhrasebook(), { problems }));

describe("string matching", () => {
  const readers = [
    { name: "igsm", read: (question: string) => parseProblem(question).graph },
    { name: "promptbench", read: (question: string) => parsePrompt(question).graph },
    readEquations,
  ];
  const extractor = stringMatchingExtractor({ readers });

  test("reads the problems of our sources from their texts, distractors included", async () => {
    for (const source of [igsm({ operations: [4, 10], seed: 2 }), promptbench({ task: "arithmetic", seed: 2 })]) {
      for (const problem of source.problems({ count: 20 })) {
        const { graph } = await extractor.extract({ question: problem.prompt, answer: source.phrasebook.formatAnswer(problem.answer) });
        expect(graph.nodes[graph.target]?.value).toBeCloseTo(Number(problem.answer), 6);
        expect(graph.nodes.filter(({ necessary }) => necessary)).toHaveLength(
          problem.graph.nodes.filter(({ necessary }) => necessary).length,
        );
      }
    }
  });

  test("reads equations of one's own, in any order", async () => {
    const question = "total = price * (items + 2) / 4. The value of price is 6; items is 1,000.\nspare = 3\nWhat is total?";
    const { graph } = await extractor.extract({ question, answer: "1503" });
    expect(graph.nodes.map(({ name, value, necessary }) => [name, value, necessary])).toEqual([
      ["price", 6, true],
      ["items", 1000, true],
      ["total", 1503, true],
      ["spare", 3, false],
    ]);
  });

  test.each<[string, string, string, RegExp]>([
    ["what no reader knows", "How are you?", "1", /igsm: .*promptbench: .*equations: .*neither an equation nor a question/],
    ["another answer", "a = 2; What is a?", "3", /the target comes to 2, but the answer is 3/],
    ["a circle", "a = b; b = a; What is a?", "3", /a needs b needs a: a circle/],
    ["two questions", "a = 2; What is a? What is a?", "2", /asks 2 questions/],
  ])("says why it can't read %s", async (_case, question, answer, message) => {
    await expect(extractor.extract({ question, answer })).rejects.toMatchObject({
      code: "invalid-graph",
      message: expect.stringMatching(message),
    });
  });

  test("needs readers, and lets bugs of theirs through", async () => {
    expect(() => stringMatchingExtractor({ readers: [] })).toThrow(expect.objectContaining({ code: "invalid-option" }));
    const broken = { name: "broken", read: () => (undefined as unknown as { nodes: [] }).nodes as unknown as ReasoningGraph };
    await expect(stringMatchingExtractor({ readers: [broken] }).extract({ question: "a", answer: "1" })).rejects.toThrow(TypeError);
  });
});

test("a list of problems is a source of its own", () => {
  const source = extractedSource({ problems });
  expect([...source.problems({ start: 2, count: 3 })]).toEqual(problems.slice(2, 5));
  expect([...source.problems()]).toHaveLength(problems.length);
  expect(source.problem(7).source).toEqual({ name: source.name, version: source.version, seed: source.seed, index: 7 });
  expect(() => source.problem(60)).toThrow(expect.objectContaining({ code: "invalid-input" }));
});

describe("numbers in text", () => {
  test.each<[string, number[]]>([
    ["4 bags with 1,250.50 g, $3 each, -2 or −7 degrees, .5 and 25%", [4, 1250.5, 3, -2, -7, 0.5, 25]],
    ["room B12, version 1.2.3", [1.2]],
    ["none", []],
  ])("%s", (text, numbers) => {
    expect(numbersOfText(text).slice(0, numbers.length)).toEqual(numbers);
  });

  test.each<[string, number | undefined]>([
    ["3 + 4 = 7\n#### 7", 7],
    ["#### $1,234", 1234],
    ["\\boxed{-2.5} and 3", -2.5],
    ["It is 18.", 18],
    ["seven", undefined],
  ])("the answer of %s", (answer, number) => {
    expect(numberOfAnswer(answer)).toBe(number);
  });
});

describe("formulas", () => {
  const letters = ["a", "b", "c"];
  const leaf: fc.Arbitrary<Expression> = fc.oneof(
    fc.integer({ min: -9, max: 20 }).map((value): Expression => ({ kind: "constant", value })),
    fc.nat(2).map((node): Expression => ({ kind: "reference", node })),
  );
  const { formula } = fc.letrec<{ formula: Expression }>((tie) => ({
    formula: fc.oneof(
      { maxDepth: 3 },
      leaf,
      fc.record({
        kind: fc.constant("operation" as const),
        operator: fc.constantFrom("+" as const, "-" as const, "*" as const, "/" as const),
        operands: fc.array(tie("formula"), { minLength: 2, maxLength: 3 }),
      }),
    ),
  }));

  test("what is worded is read back with the same value", () => {
    fc.assert(
      fc.property(formula, (expression) => {
        const given = [7, 3, 11].map((value, id) => ({
          id: letters[id] as string,
          name: letters[id] as string,
          formula: String(value),
          value,
          stated: true,
        }));
        const text = wordFormula(expression, (node) => letters[node] as string);
        const result = graphFromDraft(
          { nodes: [...given, { id: "x", name: "x", formula: text, value: 0, stated: true }], target: "x" },
          undefined,
        );
        const node = (value: number, id: number) => ({
          id,
          name: letters[id] as string,
          dependencies: [],
          expression: { kind: "constant", value } as const,
          value,
          necessary: true,
          stated: true,
        });
        const graph: ReasoningGraph = {
          nodes: [...[7, 3, 11].map(node), { ...node(0, 3), name: "x", expression, dependencies: [] }],
          target: 3,
        };
        const expected = evaluateGraph(graph)[3] as number;
        if (!Number.isFinite(expected)) {
          expect(result).toHaveProperty("problems");
          return;
        }
        if (!("graph" in result)) throw new Error(`${text}: ${result.problems.join()}`);
        expect(validateGraph(result.graph)).toEqual([]);
        expect(result.graph.nodes[result.graph.target]?.value).toBeCloseTo(expected, 6);
      }),
      { numRuns: 500 },
    );
  });
});

describe("behaviours on what was extracted", () => {
  test("BRIDGE and the others are worded, and the answer is kept", () => {
    const phrasebook = wordsPhrasebook();
    const all = createArm("all", {
      behaviors: [
        ...bridge().behaviors,
        planning(),
        estimation({ probability: 1 }),
        backtracking({ probability: 1 }),
        verification({ probability: 1 }),
      ],
    });
    for (const problem of problems) {
      const completion = demonstrate(problem, phrasebook, all, 1)[0]?.completion as string;
      expect(phrasebook.parseAnswer(completion)).toBe(phrasebook.formatAnswer(problem.answer));
    }
  });

  test("a solution reads as it should", () => {
    const nodes = [
      { id: "bags", name: "bags", formula: "4", value: 4, stated: true },
      { id: "each", name: "apples per bag", formula: "3", value: 3, stated: true },
      { id: "left", name: "apples left", formula: "bags * each - 5", value: 7, stated: true },
    ];
    const result = graphFromDraft({ nodes, target: "left" }, { question: "4 bags, 3 each, 5 eaten", answer: "7" });
    if (!("graph" in result)) throw new Error(result.problems.join());
    const problem = problemFromGraph({ question: "4 bags, 3 each, 5 eaten. How many are left?", answer: "7" }, result.graph, 0, {
      collection: "own",
    });
    expect(problem).toMatchObject({ id: "own#0", answer: 7, difficulty: { operations: 4 } });
    const completion = demonstrate(
      problem,
      wordsPhrasebook(),
      bridge({ reflection: { probability: 0 }, analysis: { probability: 1 } }),
      1,
    )[0]?.completion as string;
    expect(completion).toBe(`<think>
Let's find [bags]. It is 4.
Let's find [apples per bag]. It is 3.
Recall that [apples left] is [bags] * [apples per bag] - 5.
Let's find [apples left]. It is [bags] * [apples per bag] - 5 = 4 * 3 - 5 = 12 - 5 = 7.
</think>
The answer is \\boxed{7}.`);
  });

  test("a modulus and operators without words are refused", () => {
    const phrasebook = wordsPhrasebook();
    const graph = problems[0]?.graph as ReasoningGraph;
    expect(() => phrasebook.renderTrace({ ...graph, modulus: 7 }, { steps: [] }, createRandom(1))).toThrow(
      expect.objectContaining({ code: "unsupported" }),
    );
  });
});
