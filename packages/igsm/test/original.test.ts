import { createGraphState } from "@bridge-rl/dag";
import { createRandom, type Problem, type ReasoningGraph, type Step, type Trace } from "@bridge-rl/spec";
import { phrasebookLaws, registerLaws } from "@bridge-rl/spec/testing";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import {
  igsm,
  igsmHard,
  igsmMed,
  type OriginalPhrasebookOptions,
  originalErrors,
  originalPhrasebook,
  parseProblem,
  problemById,
  retry,
  retryWeak,
  verifySolution,
} from "../src/index.js";
import { ancestors, busyTrace, operationsOf, plainTrace } from "./support/graphs.js";

const wordings: readonly OriginalPhrasebookOptions[] = [
  {},
  { question: "first", order: 6 },
  { order: 0 },
  { order: "random", numbers: false },
  { define: "symbol" },
  { define: "name", order: 3 },
  { symbols: false },
  { symbols: false, numbers: false },
];

const sources = [igsm({ ...igsmMed, seed: 5 }), igsm({ ...igsmHard, seed: 6 }), igsm({ ...igsmHard, operations: 25, seed: 7 })];
const problemAt = (number: number): Problem => (sources[number % sources.length] as (typeof sources)[number]).problem(number);

describe("the original's dialect", () => {
  test("meets operations exactly, from ancestors of the target alone, and reads back at every level of order and detail", () => {
    fc.assert(
      fc.property(fc.nat(1_000_000), fc.constantFrom(...wordings), (number, wording) => {
        const { graph, answer, difficulty } = problemAt(number);
        const book = originalPhrasebook(wording);
        const random = createRandom(number, "wording");
        const needed = ancestors(graph);
        expect(graph.nodes.map(({ necessary }) => necessary)).toEqual(graph.nodes.map(({ id }) => needed.has(id)));
        const operations = graph.nodes.reduce((sum, { necessary, expression }) => sum + (necessary ? operationsOf(expression) : 0), 0);
        expect(operations).toBe(difficulty.operations);

        const parsed = parseProblem(book.renderPrompt(graph, random));
        expect({ ...parsed, graph: undefined }).toEqual({ dialect: "original", answer, operations, graph: undefined });
        const { text } = book.renderTrace(graph, plainTrace(graph), random);
        expect(book.parseAnswer(text)).toBe(String(answer));
        for (const read of [graph, parsed.graph]) {
          expect(verifySolution(read, text)).toMatchObject({ valid: true, findings: [], answer, progress: 1 });
        }
      }),
      { numRuns: 400 },
    );
  });

  test("follows the shares that were measured of the original", () => {
    // Means of 600 and 400 problems of the Python code, whose own standard errors are some 3 %.
    const measured = [
      { source: igsm({ ...igsmMed, seed: 11 }), operations: 5.59, steps: 4.75, premises: 8.94 },
      { source: igsm({ ...igsmHard, seed: 12 }), operations: 7.16, steps: 5.85, premises: 10.88 },
    ];
    for (const { source, ...means } of measured) {
      const problems = [...source.problems({ count: 1500 })];
      for (const [measure, mean] of Object.entries(means)) {
        const found = problems.reduce((sum, { difficulty }) => sum + (difficulty[measure] as number), 0) / problems.length;
        expect({ measure, close: Math.abs(found - mean) < 0.15 * mean, found }).toMatchObject({ measure, close: true });
      }
      const share = (is: (problem: Problem) => boolean) => problems.filter(is).length / problems.length;
      expect(share(({ graph }) => graph.nodes[graph.target]?.label?.kind === "abstract")).toBeGreaterThan(0.34);
      expect(share(({ graph }) => graph.nodes[graph.target]?.label?.kind === "abstract")).toBeLessThan(0.46);
      expect(share(({ answer }) => answer === 0)).toBeLessThan(0.18);
      const silent = share(({ graph }) =>
        graph.nodes.some((node) => node.necessary && !node.stated && node.expression.kind === "constant"),
      );
      expect(silent).toBeGreaterThan(0.03);
    }
  });

  test("has an id of its own", () => {
    const problem = igsm({ ...igsmMed, seed: 3 }).problem(8);
    expect(problem.id).toBe("igsm@1?dialect=original,operations=1-15,operationsDistribution=skewed#3.8");
    expect(problemById(problem.id)).toEqual(problem);
  });
});

describe("the original's wording", () => {
  const problems = [0, 1, 2, 3].map(problemAt);

  describe.each(wordings.map((wording) => [originalPhrasebook(wording).name, wording] as const))("%s", (_name, wording) => {
    registerLaws(test, phrasebookLaws(originalPhrasebook(wording), { problems }));
  });

  test("is that of the original, word for word", () => {
    const graph = parseProblem(
      "The number of each Hill Zoo's Aviary equals 13 more than the sum of each Hill Zoo's Reptile House, each Lake Zoo's Aviary and each Lake Zoo's Reptile House. " +
        "The number of each Hill Zoo's Reptile House equals 19. The number of each Lake Zoo's Aviary equals 2 times as much as each Hill Zoo's Reptile House. " +
        "The number of each Lake Zoo's Reptile House equals each Hill Zoo's Reptile House. How many Enclosure does Hill Zoo have?",
    ).graph;
    const labelled: ReasoningGraph = {
      ...graph,
      nodes: graph.nodes.map((node, id) => ({ ...node, label: { ...node.label, symbol: "VWXYZ".charAt(id) } })),
    };
    const book = originalPhrasebook({ order: 6, question: "first" });
    expect(book.renderPrompt(labelled, createRandom(1))).toBe(
      "How many Enclosure does Hill Zoo have? The number of each Hill Zoo's Reptile House equals 19. " +
        "The number of each Lake Zoo's Aviary equals 2 times as much as each Hill Zoo's Reptile House. " +
        "The number of each Lake Zoo's Reptile House equals each Hill Zoo's Reptile House. " +
        "The number of each Hill Zoo's Aviary equals 13 more than the sum of each Hill Zoo's Reptile House, each Lake Zoo's Aviary and each Lake Zoo's Reptile House.\n",
    );
    const { text } = book.renderTrace(labelled, plainTrace(labelled), createRandom(1));
    expect(
      text.replace(/; ([a-zA-Z]) = V \+ W = (.*?); ([a-zA-Z]) = \1/, "; i = V + W = $2; j = i").replace(/13 \+ [a-zA-Z]/, "13 + j"),
    ).toBe(
      "Define Hill Zoo's Reptile House as V; so V = 19. Define Lake Zoo's Aviary as W; so W = 2 * V = 2 * 19 = 15. " +
        "Define Lake Zoo's Reptile House as X; so X = V = 19. " +
        "Define Hill Zoo's Aviary as Y; i = V + W = 19 + 15 = 11; j = i + X = 11 + 19 = 7; so Y = 13 + j = 13 + 7 = 20. " +
        "Define Hill Zoo's Enclosure as Z; so Z = Y + V = 20 + 19 = 16.",
    );
  });

  test("judges repeated premises, and takes sentences that claim nothing for remarks", () => {
    for (let number = 0; number < 60; number++) {
      const { graph } = problemAt(number);
      const trace = busyTrace(graph, number);
      const { text } = originalPhrasebook().renderTrace(graph, trace, createRandom(number));
      const count = (kind: Step["kind"]) => trace.steps.filter((step) => step.kind === kind).length;
      const { findings, behaviors } = verifySolution(graph, text);
      expect(findings).toEqual([]);
      expect(behaviors).toMatchObject({ retries: count("attempt"), restatements: count("restate"), correctRestatements: count("restate") });
    }
  });

  test("refuses graphs of ordinary numbers, whose answers it would change", () => {
    const { graph } = igsm({ operations: 4 }).problem(0);
    expect(() => originalPhrasebook().renderPrompt(graph, createRandom(0))).toThrow(expect.objectContaining({ code: "unsupported" }));
    const modular = igsm({ operations: 4, modulus: 10 }).problem(0);
    expect(parseProblem(originalPhrasebook().renderPrompt(modular.graph, createRandom(0))).answer).toBe(modular.answer);
  });
});

describe("retry", () => {
  const attempts = (behavior: ReturnType<typeof retry>, problem: Problem): Trace =>
    behavior.inject(plainTrace(problem.graph), {
      graph: problem.graph,
      state: createGraphState(problem.graph),
      random: createRandom(problem.id, "retry"),
    });

  test("starts wrongly at what can't be computed yet, as often as it says", () => {
    let [starts, steps, distractors] = [0, 0, 0];
    for (let number = 0; number < 900; number++) {
      const problem = problemAt(number);
      const state = createGraphState(problem.graph);
      for (const step of attempts(retry({ rate: 0.2 }), problem).steps) {
        if (step.kind === "attempt") {
          expect(state.isLocked(step.node)).toBe(true);
          expect(step.missing).toEqual(state.missing(step.node));
          starts++;
          if (problem.graph.nodes[step.node]?.necessary === false) distractors++;
        } else if (state.locked().length > 0) steps++;
        state.apply(step);
      }
    }
    // A geometric number of starts before each step that leaves something locked: 0.25 on average, standard error below 0.006.
    expect(Math.abs(starts / steps - 0.25)).toBeLessThan(0.03);
    expect(distractors).toBeGreaterThan(0);
  });

  test("weakly, at anything that the rest of the solution derives", () => {
    let open = 0;
    for (let number = 0; number < 300; number++) {
      const problem = problemAt(number);
      const { steps } = attempts(retryWeak({ rate: 0.3 }), problem);
      for (const [index, step] of steps.entries()) {
        if (step.kind !== "attempt") continue;
        expect(steps.slice(index).some((later) => later.kind === "derive" && later.node === step.node)).toBe(true);
        if (step.missing.length === 0) open++;
      }
      const { text } = originalPhrasebook().renderTrace(problem.graph, { steps }, createRandom(number));
      const { findings, behaviors } = verifySolution(problem, text);
      expect(originalErrors(findings)).toEqual([]);
      expect(behaviors.retries).toBe(steps.filter(({ kind }) => kind === "attempt").length);
    }
    expect(open).toBeGreaterThan(0);
  });
});
