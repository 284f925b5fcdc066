import { describe, expect, test } from "vitest";
import { originalErrors, type ParsedProblem, parseProblem, verifySolution } from "../src/index.js";
import { fixtureFiles, missingFixtures, readRows } from "./support/shared.js";

interface Row {
  readonly question: string;
  readonly solution: string;
  readonly answer_aug?: readonly string[];
  readonly answer: number;
}

describe.skipIf(missingFixtures)("solutions of the Python generators", () => {
  test.each(fixtureFiles(/^(?:orig|bridge|validator_problems).*\.jsonl$/))("%s: all are right", (file) => {
    const retries = { told: 0, found: 0 };
    for (const { question, solution, answer_aug: others = [], answer } of readRows<Row>(file)) {
      const problem = parseProblem(question);
      for (const text of [solution, ...others]) {
        const { valid, findings, answer: found, progress, behaviors } = verifySolution(problem, text);
        expect(findings.filter(({ severity }) => severity === "error")).toEqual([]);
        expect({ valid, found, progress }).toEqual({ valid: true, found: answer, progress: 1 });
        expect(behaviors.successfulAttempts).toBe(behaviors.attempts);
        expect(behaviors.correctRestatements).toBe(behaviors.restatements);
        expect(behaviors.attempts).toBe((text.match(/Wait, |However, we don't|But we haven't/g) ?? []).length);
        expect(behaviors.restatements).toBe((text.match(/We know that it equals/g) ?? []).length);
        retries.told += (text.match(/BACK/g) ?? []).length;
        retries.found += behaviors.retries;
      }
    }
    expect(retries.found).toBe(retries.told);
  });

  test("behaviours are found where the generator was told to show them", () => {
    const counted = (file: string) =>
      readRows<Row>(file)
        .map(({ question, solution }) => verifySolution(parseProblem(question), solution).behaviors)
        .reduce(
          (sum, { attempts, restatements, stepwise, retries }) =>
            sum.map((value, at) => value + ([attempts, restatements, stepwise, retries][at] as number)),
          [0, 0, 0, 0],
        );
    expect(counted("bridge_igsm_op15-20_short.jsonl")).toEqual([0, 0, 0, 0]);
    for (const count of counted("bridge_igsm_op15-20_long.jsonl").slice(0, 3)) expect(count).toBeGreaterThan(0);
    expect(counted("orig_igsm_op15_retry0.2.jsonl")[3]).toBeGreaterThan(0);
  });
});

interface Case {
  readonly case: number;
  readonly problem: number;
  readonly mutation: string;
  readonly valid: boolean;
  readonly errors: readonly string[];
  readonly solution: string;
}

describe.skipIf(missingFixtures)("cases that the original validator labelled", () => {
  const problems = new Map<number, ParsedProblem>();
  const cases = missingFixtures === undefined ? readRows<Case>("validator_cases.jsonl") : [];
  if (missingFixtures === undefined) {
    for (const { problem, question } of readRows<Row & { problem: number }>("validator_problems.jsonl"))
      problems.set(problem, parseProblem(question));
  }

  test.each([...new Set(cases.map(({ mutation }) => mutation))])("%s: same verdict and same categories", (mutation) => {
    for (const { case: id, problem, valid, errors, solution } of cases.filter((one) => one.mutation === mutation)) {
      const verification = verifySolution(problems.get(problem) as ParsedProblem, solution);
      expect({ id, valid: verification.valid, errors: originalErrors(verification.findings) }).toEqual({ id, valid, errors });
    }
  });
});
