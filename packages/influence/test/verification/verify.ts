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

/** The keys that a reference file has. */
export const fixtureKeys: readonly string[] = Object.keys(verifiers);

/** Runs every check of one key of a reference file. */
export function verifyKey(fixture: InfluenceFixture, key: string): Check[] {
  const verifier = verifiers[key];
  const checks = new Checks(key, fixture.meta.tolerance_suggested.fp64);
  if (verifier === undefined) checks.holds("key", false, "no check knows this key");
  else if (!(key in fixture)) checks.holds("key", false, "the file lacks this key");
  else verifier(fixture, checks);
  return checks.results;
}

/** Runs every check; a key that is missing or unknown fails. */
export function verifyFixture(fixture: InfluenceFixture): Check[] {
  return [...new Set([...fixtureKeys, ...Object.keys(fixture)])].flatMap((key) => verifyKey(fixture, key));
}
