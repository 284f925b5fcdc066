import { createRandom, type ReasoningGraph, type Trace } from "@bridge-rl/spec";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { igsm, parseProblem, prosePhrasebook, tersePhrasebook, verifySolution } from "../src/index.js";
import { confirmProse } from "../src/internal/confirm/confirm-prose.js";
import { confirmTerse } from "../src/internal/confirm/confirm-terse.js";
import { dialectOf, judgeSolution } from "../src/verify-solution.js";
import { busyTrace, plainTrace } from "./support/graphs.js";
import { fixtureFiles, missingFixtures, readRows } from "./support/shared.js";

const books = [prosePhrasebook(), tersePhrasebook(), tersePhrasebook({ spaces: true }), tersePhrasebook({ symbols: false })];
const sources = [
  igsm({ operations: [3, 20], multipliers: [0, 2], phrasebook: "terse", seed: 21 }),
  igsm({ operations: [3, 15], modulus: 23, phrasebook: "terse", seed: 22 }),
];

function graphAt(number: number): ReasoningGraph {
  return (sources[number % 2] as (typeof sources)[number]).problem(number).graph;
}

/** What `verifySolution` says, held against the judge alone: the same to the byte. */
function expectSame(graph: ReasoningGraph, text: string): void {
  expect(JSON.stringify(verifySolution(graph, text))).toBe(JSON.stringify(judgeSolution(graph, text, dialectOf(text))));
}

describe("what is confirmed", () => {
  test("gets the judge's verdict, to the byte, whatever happens to the text", () => {
    const characters = [..."0123456789+-*=;:?,. ()abcxyzABC\n", "", "each ", ". ", " = ", "- "];
    fc.assert(
      fc.property(
        fc.nat(100_000),
        fc.nat(books.length - 1),
        fc.boolean(),
        fc.array(fc.tuple(fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true }), fc.nat(3), fc.nat(characters.length - 1)), {
          maxLength: 3,
        }),
        (number, book, busy, edits) => {
          const graph = graphAt(number);
          const trace: Trace = busy ? busyTrace(graph, number) : plainTrace(graph, number % 3 === 0 ? "direct" : "stepwise");
          let { text } = (books[book] as (typeof books)[number]).renderTrace(graph, trace, createRandom(number));
          for (const [share, length, character] of edits) {
            const at = Math.floor(share * text.length);
            text = text.slice(0, at) + (characters[character] as string) + text.slice(at + length);
          }
          expectSame(graph, text);
        },
      ),
      { numRuns: 1200 },
    );
  });

  test("is nothing that only a factor of 0 hides", () => {
    const graph = parseProblem("a=3;b=4;k=0*(a+b);n=k+b;?n").graph;
    expectSame(graph, "<think>a=3;b=4;k=0*(a+b)=0*(3+4)=0*7=0;n=k+b=0+4=4;</think>\\boxed{4}");
    const other = parseProblem("a=3;c=3;b=4;k=0*(a+b);n=k+b+c;?n").graph;
    const text = "<think>a=3;c=3;b=4;k=0*(c+b)=0*(3+4)=0*7=0;n=k+b+c=0+4+3=4+3=7;</think>\\boxed{7}";
    expectSame(other, text);
    expect(verifySolution(other, text).findings).toMatchObject([{ kind: "wrong-dependency" }]);
  });

  test("is every plain solution, behaviours of the paper included", () => {
    const confirm = [confirmProse, confirmTerse, confirmTerse];
    for (let number = 0; number < 120; number++) {
      const graph = graphAt(number);
      const { steps } = busyTrace(graph, number);
      const trace = { steps: steps.filter(({ kind }) => kind !== "remark") };
      for (const [place, confirmed] of confirm.entries()) {
        const { text } = (books[place] as (typeof books)[number]).renderTrace(graph, plainTrace(graph, "stepwise"), createRandom(number));
        expect(confirmed(graph, text)).toMatchObject({ valid: true });
        const { text: rich } = (books[place] as (typeof books)[number]).renderTrace(graph, trace, createRandom(number));
        // A number that is stated once more and then derived is told apart by the judge alone.
        if (place === 0) expect(confirmed(graph, rich)).toMatchObject({ valid: true, behaviors: verifySolution(graph, rich).behaviors });
      }
    }
  });

  test.skipIf(missingFixtures)("agrees with the judge on what others made", () => {
    let confirmed = 0;
    for (const file of fixtureFiles(/^bridge.*\.jsonl$/)) {
      for (const { question, solution } of readRows<{ question: string; solution: string }>(file)) {
        const { graph } = parseProblem(question);
        expectSame(graph, solution);
        if (confirmProse(graph, solution) !== undefined) confirmed++;
      }
    }
    expect(confirmed).toBeGreaterThan(20);
  });
});
