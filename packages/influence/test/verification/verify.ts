import { checkAdvantages } from "./advantages.js";
import { type Check, Checks } from "./check.js";
import { checkFiniteGroup } from "./finite-group.js";
import type { InfluenceFixture } from "./fixture.js";
import { checkGhostRaw } from "./ghost-raw.js";
import { checkLinear } from "./linear.js";
import { checkActualMeasurement, checkIntervals, checkSelfPairBias } from "./monte-carlo.js";
import { checkProjection, checkProjectionLaws } from "./projections.js";
import { checkReadiness } from "./readiness.js";
import { checkTabular } from "./tabular.js";
import { checkForwardOnlyFloat32, checkTinyLm } from "./tiny-lm.js";

type Verifier = (fixture: InfluenceFixture, checks: Checks) => void;

const verifiers: Readonly<Record<string, Verifier>> = {
  meta: (fixture, checks) => {
    for (const { name, ok, detail } of fixture.meta.checks) checks.holds(name, ok, `the file itself says that this failed: ${detail}`);
  },
  advantages: (fixture, checks) => checkAdvantages(fixture.advantages.cases, checks),
  finite_group: (fixture, checks) => checkFiniteGroup(fixture.finite_group, checks),
  tabular: (fixture, checks) => checkTabular(fixture.tabular, checks),
  linear: (fixture, checks) => checkLinear(fixture.linear, checks),
  self_pair_bias: checkSelfPairBias,
  actual_measurement: checkActualMeasurement,
  ci: checkIntervals,
  ghost_raw: (fixture, checks) => checkGhostRaw(fixture.ghost_raw, checks),
  forward_only_fp32: checkForwardOnlyFloat32,
  tiny_lm: (fixture, checks) => checkTinyLm(fixture.tiny_lm, checks),
  projection_deterministic: (fixture, checks) => checkProjection(fixture.projection_deterministic, checks),
  projection_laws: (fixture, checks) => checkProjectionLaws(fixture.projection_laws, checks),
  readiness_toy: (fixture, checks) => checkReadiness(fixture.readiness_toy, checks),
};

/** Keys whose checks start from numbers under another key. */
const needs: Readonly<Record<string, readonly string[]>> = {
  self_pair_bias: ["linear"],
  actual_measurement: ["linear"],
  ci: ["linear"],
  forward_only_fp32: ["tiny_lm"],
};

/** The keys that a reference file has. */
export const fixtureKeys: readonly string[] = Object.keys(verifiers);

/** Runs every check of one key of a reference file. */
export function verifyKey(fixture: InfluenceFixture, key: string): Check[] {
  const verifier = verifiers[key];
  const checks = new Checks(key, fixture.meta?.tolerance_suggested?.fp64 ?? 1e-10);
  if (verifier === undefined) checks.holds("key", false, "no check knows this key");
  else if (!(key in fixture)) checks.holds("key", false, "the file lacks this key");
  else if (needs[key]?.some((other) => !(other in fixture))) checks.holds("key", false, `the file lacks ${needs[key].join(" and ")}`);
  else {
    try {
      verifier(fixture, checks);
    } catch (error) {
      checks.holds("structure", false, `this part is not as expected: ${error instanceof Error ? error.message : String(error)}`);
    }
  }
  return checks.results;
}

/** Runs every check that a file has numbers for. A key that no check knows fails; those that the file lacks are named. */
export function verifyFixture(fixture: InfluenceFixture): { checks: Check[]; absent: string[] } {
  return {
    checks: Object.keys(fixture).flatMap((key) => verifyKey(fixture, key)),
    absent: fixtureKeys.filter((key) => !(key in fixture)),
  };
}
