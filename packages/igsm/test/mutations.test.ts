import { createRandom } from "@bridge-rl/spec";
import { describe, expect, test } from "vitest";
import { igsm, igsmHard, originalPhrasebook, prosePhrasebook, tersePhrasebook, verifySolution } from "../src/index.js";
import { plainTrace } from "./support/graphs.js";
import { mutationsOf } from "./support/mutations.js";

const settings = {
  prose: { book: prosePhrasebook(), source: igsm({ operations: [2, 20], multipliers: [0, 9], phrasebook: "terse", seed: 31 }) },
  terse: { book: tersePhrasebook(), source: igsm({ operations: [2, 20], modulus: 23, phrasebook: "terse", seed: 32 }) },
  original: { book: originalPhrasebook(), source: igsm({ ...igsmHard, operations: [2, 20], seed: 33 }) },
};

describe("mutations of right solutions are found and labelled", () => {
  test.each(["prose", "terse", "original"] as const)("in %s", (wording) => {
    const { book, source } = settings[wording];
    const kinds = new Set<string>();
    for (let number = 0; number < 150; number++) {
      const { graph } = source.problem(number);
      const random = createRandom(number, "mutations");
      const gold = { graph, wording, ...book.renderTrace(graph, plainTrace(graph, "stepwise"), random) };
      for (const { kind, text, start, end } of mutationsOf(gold, random)) {
        kinds.add(kind);
        const errors = verifySolution(graph, text).findings.filter(({ severity }) => severity === "error");
        const labelled = errors.find((finding) => finding.kind === kind && finding.start <= end && finding.end >= start);
        expect({ text, kind, found: labelled?.kind, early: errors.filter((finding) => finding.start < start) }).toEqual({
          text,
          kind,
          found: kind,
          early: [],
        });
      }
    }
    expect(kinds.size).toBeGreaterThanOrEqual(wording === "prose" ? 11 : wording === "terse" ? 10 : 9);
  });
});
