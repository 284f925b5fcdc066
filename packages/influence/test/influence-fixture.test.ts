import { readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import type { InfluenceFixture } from "./verification/fixture.js";
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
