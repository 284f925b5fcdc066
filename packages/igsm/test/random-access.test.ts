import { createHash } from "node:crypto";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { type IgsmOptions, igsm, problemById, prosePhrasebook, smallModel, tersePhrasebook, type Vocabulary } from "../src/index.js";

const ownVocabulary: Vocabulary = {
  name: "moons",
  ecosystems: [
    {
      name: "moons",
      layers: ["Planet", "Moon", "Crater"].map((category) => ({
        category,
        kinds: [{ kind: "all", names: ["Alpha", "Beta", "Gamma", "Delta"].map((letter) => `${letter} ${category}`) }],
      })),
    },
  ],
};

const variants: readonly IgsmOptions[] = [
  {},
  smallModel,
  { operations: [5, 9], modulus: 23, split: "test", dropZeroAnswers: 0.25, distractors: [1, 3], operationsDistribution: "skewed" },
  { operations: 6, literals: [1, 5], multipliers: 2, answerLimit: 100, maximumInDegree: 3, independentDistractors: 1e-7 },
  { operations: 6, layers: [2, 3], vocabulary: ownVocabulary },
  { operations: 6, phrasebook: tersePhrasebook({ symbols: false }) },
];

describe("random access", () => {
  test("gives the same bytes whatever was made before", () => {
    for (const options of variants) {
      const inOrder = [...igsm({ ...options, seed: 9 }).problems({ count: 60 })].map((problem) => JSON.stringify(problem));
      const source = igsm({ ...options, seed: 9 });
      fc.assert(
        fc.property(fc.array(fc.nat(59), { minLength: 1, maxLength: 20 }), (indices) => {
          for (const index of indices) expect(JSON.stringify(source.problem(index))).toBe(inOrder[index]);
        }),
        { numRuns: 20 },
      );
    }
  });

  test("makes a problem again from its id, on the source or without it", () => {
    for (const options of variants) {
      const source = igsm({ ...options, seed: -3 });
      const { vocabulary, phrasebook } = options;
      for (const index of [0, 17, 2 ** 40]) {
        const problem = source.problem(index);
        expect(source.problemById(problem.id)).toEqual(problem);
        expect(problemById(problem.id, { ...(vocabulary && { vocabulary }), ...(phrasebook && { phrasebook }) })).toEqual(problem);
        expect(problem.source).toEqual({ name: "igsm", version: 1, seed: -3, index });
      }
    }
  });

  test("keeps ids short and readable", () => {
    expect(igsm().problem(0).id).toBe("igsm@1?#0.0");
    expect(igsm({ operations: [3, 5], split: "train", phrasebook: "terse", seed: 7 }).problem(42).id).toBe(
      "igsm@1?operations=3-5,phrasebook=terse,split=train#7.42",
    );
    expect(igsm({ operations: 4, vocabulary: ownVocabulary, layers: 2 }).problem(1).id).toMatch(
      /^igsm@1\?layers=2,operations=4,vocabulary=~[0-9a-f]{12}#0\.1$/,
    );
  });

  test("refuses ids that it cannot make a problem from", () => {
    const own = igsm({ operations: 4, vocabulary: ownVocabulary, layers: 2 }).problem(1).id;
    for (const id of ["", "dyval@1?#0.0", "igsm@2?#0.0", "igsm@1?#0.x", "igsm@1?operations#0.0", own]) {
      expect(() => problemById(id)).toThrow(expect.objectContaining({ code: "invalid-input" }));
    }
    expect(() => problemById("igsm@1?operation=4#0.0")).toThrow(expect.objectContaining({ code: "invalid-option" }));
    const other = { ...ownVocabulary, name: "other moons" };
    expect(() => problemById(own, { vocabulary: other })).toThrow(/does not belong to the given vocabulary/);
    const phrased = igsm({ operations: 4, phrasebook: tersePhrasebook({ symbols: false }) }).problem(1).id;
    expect(() => problemById(phrased)).toThrow(/needs its own phrasebook/);
    expect(() => problemById(phrased, { phrasebook: prosePhrasebook() })).toThrow(expect.objectContaining({ code: "invalid-input" }));
  });

  test("neighbouring seeds and indices share no problem", () => {
    const prompts = [0, 1, 2].flatMap((seed) => [...igsm({ operations: 10, seed }).problems({ count: 300 })].map(({ prompt }) => prompt));
    expect(new Set(prompts).size).toBe(900);
  });

  test("counts from start, and lasts as long as asked", () => {
    const source = igsm({ operations: 2 });
    expect([...source.problems({ start: 5, count: 3 })].map((problem) => problem.source.index)).toEqual([5, 6, 7]);
    const endless = source.problems()[Symbol.iterator]();
    for (let index = 0; index < 100; index++) expect(endless.next().value.source.index).toBe(index);
    expect(() => source.problem(-1)).toThrow(expect.objectContaining({ code: "invalid-input" }));
    expect(() => source.problem(0.5)).toThrow(expect.objectContaining({ code: "invalid-input" }));
  });

  test("is plain JSON", () => {
    for (const options of variants) {
      const source = igsm(options);
      const problem = source.problem(3);
      expect(JSON.parse(JSON.stringify(problem))).toEqual(problem);
      expect(JSON.parse(JSON.stringify(source.options))).toEqual(source.options);
    }
  });
});

describe("version 1 of the generator", () => {
  /** Whoever changes these has changed the problems behind published ids: raise `sourceVersion`. */
  test.each<[string, IgsmOptions, string]>([
    ["the defaults", {}, "89ffbb82757c5a6f"],
    ["a small model's problems", { ...smallModel, split: "test" }, "01fa546688f71708"],
  ])("makes the same problems for ever: %s", (_name, options, expected) => {
    const digest = createHash("sha256");
    for (const problem of igsm({ ...options, seed: 1 }).problems({ count: 100 })) digest.update(JSON.stringify(problem));
    expect(digest.digest("hex").slice(0, 16)).toBe(expected);
  });
});

describe("a source that asks too much", () => {
  const codeOf = { code: "generation-exhausted" };

  test.each<[string, IgsmOptions, RegExp]>([
    ["operations", { operations: 100, maximumEdges: 10 }, /no room for that many operations.*`maximumEdges`/],
    ["distractors", { operations: 6, maximumEdges: 6, layers: 2, distractors: 5 }, /least number of `distractors`/],
    ["answerLimit", { operations: 1, literals: [50, 60], answerLimit: 1 }, /`answerLimit`/],
    ["dropZeroAnswers", { operations: 3, literals: 0, multipliers: 0, dropZeroAnswers: 1 }, /`dropZeroAnswers`/],
    ["split", { operations: 1, split: splitWithoutLeaf() }, /`split`/],
  ])("says that %s is too tight", (_name, options, message) => {
    const attempt = () => {
      for (const _problem of igsm(options).problems({ count: 50 }));
    };
    expect(attempt).toThrow(expect.objectContaining(codeOf));
    expect(attempt).toThrow(message);
  });

  test("finds another count of operations where the split has no template of one", () => {
    const source = igsm({ operations: [1, 5], split: splitWithoutLeaf(), modulus: 10 });
    for (const { difficulty } of source.problems({ count: 200 })) expect(difficulty.operations).toBeGreaterThan(1);
  });
});

/** One operation has a single template, "x = number", so one of the splits has none. */
function splitWithoutLeaf(): "train" | "test" {
  try {
    igsm({ operations: 1, split: "train" }).problem(0);
    return "test";
  } catch {
    return "train";
  }
}

describe("options", () => {
  test.each<[string, unknown]>([
    ["operations", { operations: 0 }],
    ["operations", { operations: [5, 3] }],
    ["operations", { operations: 2.5 }],
    ["modulus", { modulus: 1 }],
    ["literals", { modulus: 5, literals: [0, 5] }],
    ["maximumEdges", { layers: 4, items: 4, maximumEdges: 11 }],
    ["distractors", { distractors: 20 }],
    ["phrasebook", { phrasebook: "haiku" }],
    ["operation", { operation: 4 }],
    ["vocabulary", { vocabulary: { name: "x", ecosystems: [] } }],
    ["split", { split: "validation" }],
  ])("that don't fit are refused by name: %s", (name, options) => {
    const make = () => igsm(options as IgsmOptions);
    expect(make).toThrow(expect.objectContaining({ code: "invalid-option" }));
    expect(make).toThrow(name);
  });

  test("are shown resolved", () => {
    expect(igsm({ operations: 4, phrasebook: "terse" }).options).toMatchObject({
      operations: { minimum: 4, maximum: 4 },
      literals: { minimum: 0, maximum: 9 },
      dropZeroAnswers: 0,
      phrasebook: "terse",
      split: "all",
    });
  });
});

describe("a vocabulary", () => {
  const withNames = (names: string[]): Vocabulary => ({
    name: "mine",
    ecosystems: [
      {
        name: "one",
        layers: [
          { category: "Top", kinds: [{ kind: "all", names: ["Aa", "Bb", "Cc", "Dd"] }] },
          { category: "Bottom", kinds: [{ kind: "all", names }] },
        ],
      },
    ],
  });

  test("gives a problem its names", () => {
    const { graph } = igsm({ operations: 3, vocabulary: withNames(["Ee", "Ff", "Gg", "Hh"]), layers: 2 }).problem(0);
    for (const { name } of graph.nodes) expect(name).toMatch(/^each (Aa|Bb|Cc|Dd)'s (Ee|Ff|Gg|Hh|Bottom)$/);
  });

  test.each<[RegExp, string[]]>([
    [/3 names where a layer has up to 4/, ["Ee", "Ff", "Gg"]],
    [/occurs twice/, ["Ee", "Ff", "Gg", "Aa"]],
    [/occurs twice/, ["Ee", "Ff", "Gg", "Bottom"]],
    [/not a name/, ["Ee", "Ff", "Gg", "Kid's Farm"]],
    [/not a name/, ["Ee", "Ff", "Gg", "Vertebra 3"]],
    [/not a name/, ["Ee", "Ff", "Gg", "St. Mary"]],
    [/not a name/, ["Ee", "Ff", "Gg", ""]],
  ])("is refused: %s", (message, names) => {
    const make = () => igsm({ vocabulary: withNames(names), layers: 2 });
    expect(make).toThrow(expect.objectContaining({ code: "invalid-option" }));
    expect(make).toThrow(message);
  });

  test("needs as many layers as problems may have", () => {
    expect(() => igsm({ vocabulary: withNames(["Ee", "Ff", "Gg", "Hh"]) })).toThrow(/2 layers where problems have up to 4/);
  });
});
