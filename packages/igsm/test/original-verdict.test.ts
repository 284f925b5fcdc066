import type { Problem } from "@bridge-rl/spec";
import { describe, expect, test } from "vitest";
import { originalErrors, originalPhrasebook, parseProblem, stepVerifier, verifySolution } from "../src/index.js";

const problem = parseProblem(
  "The number of each Hill Zoo's Aviary equals 13 more than each Lake Zoo's Reptile House. The number of each Aviary's Owl equals 4. " +
    "The number of each Lake Zoo's Reptile House equals 19. The number of each Hill Zoo's Reptile House equals each Lake Zoo's Enclosure. " +
    "How many Enclosure does Hill Zoo have?",
);
const steps = [
  "Define Lake Zoo's Reptile House as L; so L = 19.",
  "Define Hill Zoo's Aviary as S; so S = 13 + L = 13 + 19 = 9.",
  "Define Lake Zoo's Enclosure as e; so e = L = 19.",
  "Define Hill Zoo's Reptile House as r; so r = e = 19.",
  "Define Hill Zoo's Enclosure as h; so h = S + r = 9 + 19 = 5.",
];
const changed = (place: number, step: string) => steps.with(place, step).join(" ");
const added = (place: number, step: string) => steps.toSpliced(place, 0, step).join(" ");

const whole: Problem = {
  ...{ id: "zoo", prompt: "", structureHash: "", graph: problem.graph, answer: problem.answer },
  ...{ source: { name: "zoo", version: 1, seed: 0, index: 0 }, difficulty: { operations: 5 } },
};

test("the solution is right by either standard", () => {
  for (const strict of [false, true]) {
    expect(verifySolution(problem, steps.join(" "), { strict })).toMatchObject({ valid: true, findings: [], answer: 5, progress: 1 });
  }
});

describe("what the original's validator lets pass is noted, and an error for strict ones", () => {
  test.each([
    ["a quantity derived twice", added(3, "Define Lake Zoo's Reptile House as Q; so Q = 19."), "repeated-step"],
    ["a literal that the premise doesn't give", changed(1, "Define Hill Zoo's Aviary as S; so S = 14 + L = 13 + 19 = 9."), "wrong-formula"],
    ["another symbol than announced", changed(2, "Define Lake Zoo's Enclosure as e; so Z = L = 19."), "wrong-symbol"],
    ["a wrong number that nothing uses", added(1, "Define Aviary's Owl as O; so O = 5."), "wrong-formula"],
    ["something of what a container doesn't hold", added(1, "Define Lake Zoo's Aviary as Q; so Q = 7."), "wrong-formula"],
  ])("%s", (_name, solution, kind) => {
    const verdict = verifySolution(problem, solution);
    expect(verdict).toMatchObject({ valid: true, progress: 1 });
    expect(verdict.findings.filter(({ severity }) => severity === "note").map((finding) => finding.kind)).toContain(kind);
    expect(originalErrors(verdict.findings)).toEqual([]);
    const strict = verifySolution(problem, solution, { strict: true });
    expect(strict.valid).toBe(false);
    expect(strict.findings.filter(({ severity }) => severity === "error").map((finding) => finding.kind)).toContain(kind);
    const score = stepVerifier().score({
      problem: whole,
      completion: solution,
      phrasebook: originalPhrasebook(),
      finishReason: "stop",
    });
    expect(score).toBeLessThan(1);
  });
});

describe("what the original's validator can't read is an error by either standard", () => {
  test.each([
    ["a number that is not reduced", changed(1, "Define Hill Zoo's Aviary as S; so S = 36 + L = 36 + 19 = 9."), "unreadable-step"],
    ["an operation without its numbers", changed(4, "Define Hill Zoo's Enclosure as h; so h = S + r = 5."), "unreadable-step"],
    ["an operation without its symbols", changed(4, "Define Hill Zoo's Enclosure as h; so h = 9 + 19 = 5."), "missing-dependency"],
    ["two operations at once", changed(4, "Define Hill Zoo's Enclosure as h; so h = 13 + L + r = 13 + 19 + 19 = 5."), "unreadable-step"],
    ["a value from nowhere", changed(3, "Define Hill Zoo's Reptile House as r; so r = 19."), "missing-dependency"],
  ])("%s", (_name, solution, kind) => {
    for (const strict of [false, true]) {
      const { valid, findings } = verifySolution(problem, solution, { strict });
      expect(valid).toBe(false);
      expect(findings.map((finding) => finding.kind)).toContain(kind);
    }
  });
});

test("detail levels that leave symbols or numbers out all along are right", () => {
  const numbers = steps.map((step) => step.replace(/= [^=]*[A-Za-z][^=]* =/, "="));
  const symbols = steps.map((step) => step.replace(/= [^=A-Za-z]* = (\d+\.)/, "= $1"));
  expect([numbers[4], symbols[4]]).toEqual([
    "Define Hill Zoo's Enclosure as h; so h = 9 + 19 = 5.",
    "Define Hill Zoo's Enclosure as h; so h = S + r = 5.",
  ]);
  for (const solution of [numbers, symbols]) {
    expect(verifySolution(problem, solution.join(" "), { strict: true })).toMatchObject({ valid: true, findings: [] });
  }
});

test("quantities that are derived again don't count as progress", () => {
  const again = ["Q", "R", "T", "U", "V"].map((symbol) => `Define Lake Zoo's Reptile House as ${symbol}; so ${symbol} = 19.`);
  expect(verifySolution(problem, [steps[0], ...again].join(" "))).toMatchObject({ valid: false, progress: 1 / 5 });
});

describe("quantities that no sentence speaks of", () => {
  const world = parseProblem(
    "The number of each Lake Zoo's Reptile House equals 2. The number of each Reptile House's Iguana equals 3. " +
      "The number of each Iguana's Femur equals 4. The number of each Hill Zoo's Aviary equals 5. How many Aviary does Hill Zoo have?",
  );
  const last = "Define Hill Zoo's Aviary as v; so v = 5.";
  const bones = [
    "Define Iguana's Femur as f; so f = 4.",
    "Define Iguana's Bone as b; so b = f = 4.",
    "Define Reptile House's Iguana as r; so r = 3.",
    "Define Reptile House's Bone as c; so c = r * b = 3 * 4 = 12.",
    "Define Lake Zoo's Reptile House as l; so l = 2.",
    "Define Lake Zoo's Bone as z; so z = l * c = 2 * 12 = 1.",
  ];

  test("a category three layers down is what its parts make it, whichever of them is spoken of first", () => {
    expect(verifySolution(world, [...bones, last].join(" "), { strict: true })).toMatchObject({ valid: true });
    const order = [5, 0, 1, 2, 3, 4].map((place) => bones[place]);
    const { findings } = verifySolution(world, [...order, last].join(" "));
    expect(findings.filter(({ severity }) => severity === "error").map(({ kind, step }) => [kind, step])).toEqual([
      ["premature-step", 0],
      ["premature-step", 0],
    ]);
  });

  test("what a container doesn't hold is 0, of categories too, but no word is made a category", () => {
    const say = (name: string, value: number) =>
      verifySolution(world, `Define ${name} as q; so q = ${value}. ${last}`, { strict: true }).valid;
    expect([say("Lake Zoo's Aviary", 0), say("Aviary's Animal", 0), say("Aviary's Bone", 0)]).toEqual([true, true, true]);
    expect([say("Lake Zoo's Aviary", 1), say("Aviary's Animal", 1), say("Aviary's Bone", 1)]).toEqual([false, false, false]);
    expect([say("Aviary's Unicorn", 0), say("Moon's Cheese", 0), say("Femur's Iguana", 0), say("Lake Zoo's Femur", 0)]).toEqual([
      false,
      false,
      false,
      false,
    ]);
  });
});

test("a name that another vocabulary has by chance does not decide the layers", () => {
  const { answer } = parseProblem(
    "The number of each Photography Studio's Weekender Backpack equals 14. The number of each Weekender Backpack's Envelope equals 4. " +
      "How many Stationery does Photography Studio have?",
  );
  expect(answer).toBe((14 * 4) % 23);
});
