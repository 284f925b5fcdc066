import { wilsonInterval } from "@bridge-rl/spec";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { collectStatistics, type DatasetRow, RowIndex, rowsOfLine, statisticsPage, statisticsTables } from "../src/index.js";
import { HashSet53, textHash } from "../src/internal/text-hash.js";

const statisticsOf = (rows: readonly DatasetRow[], options = {}) => {
  const collector = collectStatistics(options);
  for (const row of rows) collector.add(row);
  return collector.result();
};

describe("collectStatistics", () => {
  const rows: DatasetRow[] = [
    {
      prompt: "aa",
      completion: "bbbb",
      answer: "0",
      operations: 2,
      structureHash: "x",
      spans: [{ start: 0, end: 3, step: 0, kind: "check", node: 0, behavior: "@me/a" }],
    },
    { prompt: "aa", completion: "bbbb", answer: "0", operations: 2, structureHash: "y" },
    { prompt: "aa", completion: "c", answer: "7", operations: 3, structureHash: "x" },
    { prompt: "a much longer prompt", answer: "7", operations: 3 },
    { prompt: "a", answer: "7" },
  ];

  test("counts what was worked out by hand", () => {
    const statistics = statisticsOf(rows, {
      countTokens: (text: string) => text.length * 2,
      detectBehaviors: (text: string) =>
        text.startsWith("b")
          ? [
              { start: 0, end: 2, kind: "check" as const },
              { start: 2, end: 4, kind: "check" as const },
            ]
          : [],
    });
    expect(statistics).toMatchObject({
      rows: 5,
      completions: 3,
      operations: [
        { operations: 2, count: 2, constant: { answer: "0", share: 1 } },
        { operations: 3, count: 2, constant: { answer: "7", share: 1 } },
      ],
      prompt: { characters: { count: 5, mean: 5.4, total: 27, minimum: 1, median: 2, p95: 20, maximum: 20 }, tokens: { total: 54 } },
      completion: { characters: { count: 3, total: 9, median: 4 } },
      answers: { known: 5, distinct: 2, zero: { count: 2, share: 0.4 } },
      behaviors: [{ name: "@me/a", count: 1, rows: 1, characters: 3 }],
      marks: [{ name: "check", count: 4, rows: 2, characters: 8 }],
      duplicates: { texts: 1, prompts: 2, structures: 1, structuresKnown: 3 },
    });
    expect(statistics.answers.top).toEqual([
      { answer: "7", count: 3, share: 0.6, interval: wilsonInterval(0.6, 5) },
      { answer: "0", count: 2, share: 0.4, interval: wilsonInterval(0.4, 5) },
    ]);
  });

  test("counts what another dataset has too, by prompt and by solution template", () => {
    const train = new RowIndex();
    for (const row of rows) train.add(row);
    expect([train.prompts, train.structures]).toEqual([3, 2]);
    const test: DatasetRow[] = [
      { prompt: "aa", structureHash: "x" },
      { prompt: "new", structureHash: "y" },
      { prompt: "newer", structureHash: "z" },
      { prompt: "a" },
    ];
    const statistics = statisticsOf(test, { against: train });
    expect(statistics.shared).toEqual({ prompts: 2, structures: 2, structuresKnown: 3, structuresOfOther: 2 });
    expect(statisticsOf(test)).not.toHaveProperty("shared");
    const shown = statisticsTables(statistics).find(({ title }) => title.startsWith("Shared"));
    expect(shown?.rows).toEqual([
      ["prompt", "2", "50.0 %"],
      ["solution template", "2", "66.7 %"],
    ]);
    // Where either side has no hashes, nothing is said to be safe.
    const blind = statisticsTables(statisticsOf(test, { against: new RowIndex() })).find(({ title }) => title.startsWith("Shared"));
    expect(blind?.rows[1]).toEqual(["solution template", "unknown", ""]);
  });

  test("agrees with sorting all lengths, and its histogram misses none", () => {
    fc.assert(
      fc.property(fc.array(fc.nat(3000), { minLength: 1, maxLength: 200 }), (lengths) => {
        const { characters } = statisticsOf(lengths.map((length) => ({ prompt: "x".repeat(length) }))).prompt;
        const sorted = lengths.toSorted((left, right) => left - right);
        expect(characters?.median).toBe(sorted[Math.ceil(sorted.length / 2) - 1]);
        expect(characters?.p95).toBe(sorted[Math.ceil(0.95 * sorted.length) - 1]);
        expect(characters?.histogram.length).toBeLessThanOrEqual(40);
        for (const { from, to, count } of characters?.histogram ?? []) {
          expect(count).toBe(lengths.filter((length) => length >= from && length <= to).length);
        }
        expect(characters?.histogram.reduce((sum, { count }) => sum + count, 0)).toBe(lengths.length);
      }),
      { numRuns: 40 },
    );
  });

  test("of nothing is nothing, in tables and on a page", () => {
    const nothing = statisticsOf([]);
    expect(nothing).toMatchObject({ rows: 0, operations: [], prompt: {}, answers: { known: 0, top: [] } });
    expect(statisticsPage(nothing)).not.toContain("NaN");
  });

  test("a page shows every table, escapes what it is given and takes nothing from elsewhere", () => {
    const statistics = statisticsOf([...rows, { prompt: "?", answer: "<script>&" }]);
    const page = statisticsPage(statistics, { title: 'A & "B"' });
    expect(page).toContain("<h1>A &amp; &quot;B&quot;</h1>");
    expect(page).toContain("&lt;script&gt;&amp;");
    expect(page).not.toMatch(/<script|https?:|src=|NaN|undefined/);
    for (const { title } of statisticsTables(statistics)) expect(page).toContain(`<h2>${title}</h2>`);
  });
});

describe("telling duplicates", () => {
  test("the set is a set", () => {
    fc.assert(
      fc.property(fc.array(fc.oneof(fc.nat(50), fc.maxSafeInteger().map(Math.abs)), { maxLength: 3000 }), (numbers) => {
        const [own, reference] = [new HashSet53(), new Set<number>()];
        for (const number of numbers) {
          expect(own.add(number)).toBe(!reference.has(number));
          reference.add(number);
        }
        expect(own.size).toBe(reference.size);
      }),
      { numRuns: 30 },
    );
  });

  test("200,000 different texts have different hashes", () => {
    const hashes = new HashSet53();
    for (let index = 0; index < 200_000; index++) hashes.add(textHash(`The number of each bag is ${index}.`));
    expect(hashes.size).toBe(200_000);
  });
});

describe("rowsOfLine", () => {
  test("reads problems, demonstrations, rollouts and rows of trainers", () => {
    const graph = { nodes: [], target: 0 };
    expect(rowsOfLine({ id: "p", graph, prompt: "?", answer: -3, difficulty: { operations: 4 }, structureHash: "h" }, "here")).toEqual([
      { prompt: "?", answer: "-3", problem: "p", operations: 4, structureHash: "h" },
    ]);
    const modular = { nodes: [], target: 0, modulus: 23 };
    expect(rowsOfLine({ id: "p", graph: modular, prompt: "?", answer: 3, difficulty: { operations: 4 } }, "here")).toEqual([
      { prompt: "?", answer: "3", problem: "p", operations: 4, modulus: 23 },
    ]);
    const kept = { problem: "p", prompt: "?", completion: "!", spans: [], answer: "1", operations: 4, structureHash: "h", modulus: 7 };
    expect(rowsOfLine(kept, "here")).toEqual([kept]);
    const demonstration = { problem: "p", prompt: "?", completion: "!", spans: [], answer: true, operations: 4 };
    expect(rowsOfLine(demonstration, "here", (answer) => (answer === true ? "True" : "no"))).toEqual([
      { ...demonstration, answer: "True" },
    ]);
    expect(
      rowsOfLine({ problem: "p", prompt: "?", graph, answer: 1, operations: 4, rollouts: [{ text: "a" }, { text: "b" }] }, "here"),
    ).toEqual([
      { prompt: "?", completion: "a", answer: "1", problem: "p", operations: 4 },
      { prompt: "?", completion: "b", answer: "1", problem: "p", operations: 4 },
    ]);
    expect(rowsOfLine({ input: "?", label: 5 }, "here")).toEqual([{ prompt: "?", answer: "5" }]);
    expect(() => rowsOfLine({ rollouts: [3] }, "here")).toThrow(expect.objectContaining({ code: "invalid-file" }));
  });
});
