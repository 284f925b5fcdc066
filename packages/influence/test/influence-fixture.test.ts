import { readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { surrogateCurvature } from "./support/log-linear-policy.js";
import type { InfluenceFixture } from "./verification/fixture.js";
import { linearState } from "./verification/linear.js";
import { fixtureKeys, verifyKey } from "./verification/verify.js";

const fixture: InfluenceFixture = JSON.parse(readFileSync(new URL("./fixtures/influence.json", import.meta.url), "utf8"));

describe("the reference file", () => {
  test("has no key without a check", () => {
    expect(Object.keys(fixture).toSorted()).toEqual(fixtureKeys.toSorted());
  });

  test.each(fixtureKeys)("%s", (key) => {
    const checks = verifyKey(fixture, key);
    expect(checks.length).toBeGreaterThan(0);
    expect(checks.filter((check) => !check.passed)).toEqual([]);
  });
});

test("a reference may have the exact second-order term in place of a second difference, and no wrong one", () => {
  const { policy, theta, gradients, evaluation } = linearState(fixture.linear);
  const exact = gradients.map((gradient) => surrogateCurvature(policy, theta, gradient, evaluation));
  const failuresWith = (gHg: readonly number[]): string[] =>
    verifyKey({ ...fixture, linear: { ...fixture.linear, gHg } }, "linear").flatMap(({ name, passed }) =>
      passed || !name.includes("second-order") ? [] : [name],
    );
  expect(failuresWith(exact)).toEqual([]);
  expect(failuresWith(exact.map((value) => 1.001 * value))).toContain("linear: second-order term, second difference");
});
