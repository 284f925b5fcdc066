import { type FindingKind, noVerifiedBehaviors, type VerifiedBehaviors, type VerifiedStepKind } from "@bridge-rl/spec";
import { expect, test } from "vitest";
import { openAncestors } from "../src/open-ancestors.js";
import { VerificationRecord } from "../src/verification-record.js";

function emptyRecord(): VerificationRecord<FindingKind, VerifiedStepKind, VerifiedBehaviors> {
  return new VerificationRecord(noVerifiedBehaviors());
}

test("a record lays errors on the step in which they were reported, and sorts findings by place", () => {
  const record = emptyRecord();
  record.report("unnecessary-step", "not needed", 5, 9);
  record.endStep("derive", 0, 9, 3);
  expect(record.isSound).toBe(true);
  record.report("wrong-value", "7, not 8", 15, 16);
  record.endStep("derive", 10, 20, undefined);
  record.endStep("restate", 20, 30, 1);
  expect(record.lastDerivation()).toEqual({ kind: "derive", start: 10, end: 20, correct: false });
  record.report("wrong-answer", "it is 8", 2, 4, true);
  expect(record.verification(7, 0.25)).toEqual({
    valid: false,
    findings: [
      { kind: "wrong-answer", severity: "error", message: "it is 8", start: 2, end: 4 },
      { kind: "unnecessary-step", severity: "note", message: "not needed", start: 5, end: 9, step: 0 },
      { kind: "wrong-value", severity: "error", message: "7, not 8", start: 15, end: 16, step: 1 },
    ],
    steps: [
      { kind: "derive", start: 0, end: 9, node: 3, correct: true },
      { kind: "derive", start: 10, end: 20, correct: false },
      { kind: "restate", start: 20, end: 30, node: 1, correct: true },
    ],
    behaviors: noVerifiedBehaviors(),
    answer: 7,
    progress: 0.25,
  });
});

test("an attempt counts as successful where it is right and a derivation follows", () => {
  const record = emptyRecord();
  for (const isRight of [true, false, true]) record.countAttempt(isRight);
  record.countDerivation(true);
  record.countAttempt(true);
  record.countClaim("plan", true);
  record.countClaim("plan", false);
  record.countClaim("retract", true);
  const { behaviors, valid, progress, ...rest } = record.verification(undefined, 0.5);
  const counted = { attempts: 4, successfulAttempts: 2, stepwise: 1, plans: 2, correctPlans: 1, retractions: 1, correctRetractions: 1 };
  expect(behaviors).toEqual({ ...noVerifiedBehaviors(), ...counted });
  expect({ valid, progress }).toEqual({ valid: true, progress: 1 });
  expect(rest).not.toHaveProperty("answer");
});

test("open ancestors end at what is known", () => {
  // 6 rests on 5 and 4, 5 on 3 and 4, 3 on 0, 4 on 1 and 2.
  const dependencies = [[], [], [], [0], [1, 2], [3, 4], [5, 4]];
  const open = (known: readonly number[]) =>
    [
      ...openAncestors(
        6,
        (node) => dependencies[node] as number[],
        (node) => known.includes(node),
      ),
    ].sort();
  expect(open([])).toEqual([0, 1, 2, 3, 4, 5]);
  expect(open([4])).toEqual([0, 3, 5]);
  expect(open([4, 5])).toEqual([]);
});
