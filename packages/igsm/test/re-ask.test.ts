import { structureHash as templateHash } from "@bridge-rl/dag";
import { createRandom, type GraphNode, type Phrasebook, type Problem } from "@bridge-rl/spec";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import {
  defaultVocabulary,
  igsm,
  originalPhrasebook,
  parseProblem,
  problemById,
  prosePhrasebook,
  reAsk,
  replaceNames,
  structureHash,
  tersePhrasebook,
  verifySolution,
} from "../src/index.js";
import { canonical, functions } from "./support/compare-graphs.js";
import { ancestors, evaluate, operationsOf, plainTrace, references } from "./support/graphs.js";

/** A problem in each wording, of any options, with the phrasebook that words it. */
const problems: fc.Arbitrary<{ problem: Problem; phrasebook: Phrasebook; seed: number }> = fc
  .record({
    wording: fc.constantFrom("prose", "terse", "spaced", "original", "question first"),
    dialect: fc.constantFrom("bridge" as const, "original" as const),
    modulus: fc.constantFrom(undefined, 10, 23),
    operations: fc.integer({ min: 2, max: 20 }),
    seed: fc.integer({ min: 0, max: 1e9 }),
  })
  .map(({ wording, dialect, modulus, operations, seed }) => {
    const phrasebook = {
      prose: prosePhrasebook(),
      terse: tersePhrasebook(),
      spaced: tersePhrasebook({ spaces: true }),
      original: originalPhrasebook({ order: "random" }),
      "question first": originalPhrasebook({ question: "first" }),
    }[wording] as Phrasebook;
    const arithmetic = modulus ?? (phrasebook.name.startsWith("original") ? 23 : undefined);
    const source = igsm({ dialect, phrasebook, operations, seed, ...(arithmetic === undefined ? {} : { modulus: arithmetic }) });
    return { problem: source.problem(seed % 7), phrasebook, seed };
  });

const runs = { numRuns: 1000 };

/** What `parseProblem` reads is what the problem says. */
function expectReadBack({ prompt, graph, answer, difficulty }: Problem): void {
  const parsed = parseProblem(prompt, graph.modulus === undefined ? {} : { modulus: graph.modulus });
  if (parsed.dialect === "terse") expect(functions(parsed.graph)).toEqual(functions(graph));
  else expect(canonical(parsed.graph)).toEqual(canonical(graph));
  expect(parsed).toMatchObject({ answer, operations: difficulty.operations });
}

/** The plain solution of a problem is right, step by step. */
function expectSolvable({ graph, answer }: Problem, phrasebook: Phrasebook): void {
  const { text } = phrasebook.renderTrace(graph, plainTrace(graph, "stepwise"), createRandom(1));
  expect(verifySolution(graph, text)).toMatchObject({ valid: true, findings: [], answer });
}

describe("a problem that is asked anew", () => {
  test("keeps its premises letter by letter, and is a whole problem about the other quantity", () => {
    fc.assert(
      fc.property(problems, ({ problem, phrasebook, seed }) => {
        const { graph } = problem;
        const asked = reAsk(problem, createRandom(seed));
        const target = asked.graph.nodes[asked.graph.target] as GraphNode;
        const before = graph.nodes.find(({ name }) => name === target.name) as GraphNode;
        expect(before.id).not.toBe(graph.target);
        expect(asked.answer).toBe(before.value);
        expect(asked.id).toBe(`${problem.id}+ask=${before.id}`);

        expect(premisesOf(asked.prompt)).toEqual(premisesOf(problem.prompt));
        expectReadBack(asked);
        expectSolvable(asked, phrasebook);

        const { nodes, modulus } = asked.graph;
        const needed = ancestors(asked.graph);
        expect(nodes.map(({ id }) => id)).toEqual([...nodes.keys()]);
        expect(nodes.map(({ dependencies }) => dependencies)).toEqual(nodes.map(({ expression }) => [...new Set(references(expression))]));
        expect(nodes.filter(({ id, dependencies }) => dependencies.some((node) => node >= id))).toEqual([]);
        expect(nodes.map(({ necessary }) => necessary)).toEqual(nodes.map(({ id }) => needed.has(id)));
        const values = nodes.map(({ value }) => value as number);
        expect(values).toEqual(nodes.map(({ expression }) => evaluate(expression, values, modulus) + 0));

        const necessary = nodes.filter((node) => node.necessary);
        expect(asked.difficulty).toEqual({
          operations: necessary.reduce((sum, { expression }) => sum + operationsOf(expression), 0),
          steps: necessary.length,
          premises: problem.difficulty.premises,
          distractors: nodes.filter((node) => node.stated && !node.necessary).length,
        });
        expect(asked.structureHash).toBe(structureHash(asked.graph));
      }),
      runs,
    );
  });

  test("is made again from its id, and asked back is what it was", () => {
    for (const problem of igsm({ operations: [3, 6], modulus: 10, phrasebook: "terse", seed: 4 }).problems({ count: 300 })) {
      const asked = reAsk(problem, createRandom(problem.source.index));
      expect(problemById(asked.id)).toEqual(asked);
      const { name } = problem.graph.nodes[problem.graph.target] as GraphNode;
      const back = reAsk(
        asked,
        asked.graph.nodes.findIndex((node) => node.name === name),
      );
      expect(back).toMatchObject({ prompt: problem.prompt, answer: problem.answer, structureHash: problem.structureHash });
      expect(problemById(back.id)).toEqual(back);
    }
  });

  test("by hand", () => {
    const problem = igsm({ operations: 5, maximumEdges: 8, seed: 1 }).problem(3);
    const asked = reAsk(problem, 1);
    expect(problem.prompt).toMatch(/\nHow many Stationery are there in each Oilcloth Pouch\?$/);
    expect(asked.prompt).toBe(problem.prompt.replace("Stationery are there", "Brush Pen are there"));
    expect(asked).toMatchObject({ answer: 3, difficulty: { operations: 2, steps: 2, premises: 4, distractors: 2 } });
  });

  test("is refused where there is nothing to ask, or no known question", () => {
    const single = igsm({ operations: 1, distractors: 0, layers: 2, items: 1, seed: 0 });
    const lone = [...single.problems({ count: 50 })].find(({ graph }) => graph.nodes.length === 1) as Problem;
    expect(() => reAsk(lone, createRandom(1))).toThrow(expect.objectContaining({ code: "unsupported" }));
    expect(() => reAsk(lone, 1)).toThrow(expect.objectContaining({ code: "invalid-option", message: expect.stringContaining("0 to 0") }));
    const foreign = { ...igsm({ operations: 4 }).problem(0), prompt: "A riddle: what is it?" };
    expect(() => reAsk(foreign, 0)).toThrow(expect.objectContaining({ code: "unsupported" }));
  });
});

describe("a problem with other names", () => {
  test("has the same graph in the same sentences, in words of one ecosystem", () => {
    let changed = 0;
    fc.assert(
      fc.property(problems, ({ problem, phrasebook, seed }) => {
        const renamed = replaceNames(problem, seed);
        expect(bare(renamed.graph)).toEqual(bare(problem.graph));
        expect(renamed).toMatchObject({ answer: problem.answer, difficulty: problem.difficulty, structureHash: problem.structureHash });
        expect(templateHash(renamed.graph)).toBe(templateHash(problem.graph));
        expectReadBack(renamed);
        expectSolvable(renamed, phrasebook);

        expect(new Set(renamed.graph.nodes.map(({ name }) => name)).size).toBe(problem.graph.nodes.length);
        if (renamed.prompt !== problem.prompt) changed++;
        expect(masked(renamed)).toBe(masked(problem));
        const words = renamed.graph.nodes.flatMap(({ label }) => [label?.container, label?.item ?? label?.category]);
        const homes = defaultVocabulary.ecosystems.filter(({ layers }) => {
          const names = new Set(layers.flatMap(({ category, kinds }) => [category, ...kinds.flatMap((kind) => kind.names)]));
          return words.every((word) => names.has(String(word)));
        });
        expect(homes.length).toBeGreaterThan(0);
        const symbols = renamed.graph.nodes.map(({ label }) => label?.symbol);
        expect(new Set(symbols).size).toBe(symbols.length);
      }),
      runs,
    );
    expect(changed).toBeGreaterThan(0.98 * runs.numRuns);
  });

  test("is made again from its id, also where it was asked anew before or after", () => {
    for (const problem of igsm({ operations: [3, 6], seed: 4 }).problems({ count: 200 })) {
      const renamed = replaceNames(problem, problem.source.index);
      expect(problemById(renamed.id)).toEqual(renamed);
      const both = [reAsk(renamed, 0), replaceNames(reAsk(problem, 0), -3)];
      for (const each of both) expect(problemById(each.id)).toEqual(each);
    }
  });

  test("takes them from the vocabulary that it was made with", () => {
    const names = (start: string) => Array.from("abcdefgh", (letter) => `${start}${letter}`);
    const vocabulary = {
      name: "letters",
      ecosystems: [
        {
          name: "one",
          layers: ["K", "L", "M", "N"].map((start) => ({ category: `${start} all`, kinds: [{ kind: start, names: names(start) }] })),
        },
      ],
    };
    const problem = igsm({ vocabulary, operations: 8 }).problem(1);
    const renamed = replaceNames(problem, 2, { vocabulary });
    expect(renamed.prompt).not.toBe(problem.prompt);
    expect(problemById(renamed.id, { vocabulary })).toEqual(renamed);
    expect(() => replaceNames(problem, 2)).toThrow(expect.objectContaining({ code: "invalid-input" }));
    expect(() => replaceNames(problem, 0.5, { vocabulary })).toThrow(expect.objectContaining({ code: "invalid-option" }));
  });
});

/** The text without its question. */
function premisesOf(prompt: string): string {
  const without = prompt.replace(/(?:Counting modulo \d+, )?how many [^?]+\?|\? ?[A-Za-z]+/i, "¿");
  expect(without).toContain("¿");
  return without;
}

/** The premises with each name or symbol as its node's number. */
function masked({ prompt, graph }: Problem): string {
  const terse = /^[A-Za-z]{1,2} ?=/.test(prompt);
  const places = new Map(graph.nodes.map(({ name, label, id }) => [terse ? String(label?.symbol) : name, `${id}`]));
  const words = [...places.keys()].sort((left, right) => right.length - left.length).join("|");
  return premisesOf(prompt).replace(new RegExp(terse ? `\\b(?:${words})\\b` : words, "g"), (word) => `<${places.get(word)}>`);
}

/** A graph without its words. */
function bare({ nodes, ...graph }: Problem["graph"]): unknown {
  return { ...graph, nodes: nodes.map(({ name: _, label: __, ...node }) => node) };
}
