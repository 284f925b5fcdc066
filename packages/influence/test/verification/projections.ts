import { createRandom } from "@bridge-rl/spec";
import { countSketch, countSketchEntry, hash3, rademacherSign, rademacherSketch, sketchDimensionsFor } from "../../src/hash-sketch.js";
import { dot, mean } from "../../src/internal/vector.js";
import type { Checks } from "./check.js";
import type { InfluenceFixture, ProjectionFixture } from "./fixture.js";

export function checkProjection(given: ProjectionFixture, checks: Checks): void {
  const { D, k, seed, u, v } = given;
  for (const [sampleSeed, i, j, expected] of given.hash_samples) {
    checks.close(`hash of ${sampleSeed}, ${i}, ${j}`, hash3(sampleSeed, i, j), expected, 0);
  }
  const columns = Array.from({ length: D }, (_, j) => j);
  const dense = rademacherSketch(k, seed);
  const sparse = countSketch(k, seed);
  checks.close("inner product", dot(u, v), given.dot);
  checks.close(
    "Rademacher matrix",
    Array.from({ length: k }, (_, i) => columns.map((j) => rademacherSign(seed, i, j) / Math.sqrt(k))),
    given.rademacher,
  );
  checks.close("Rademacher projections", [dense(u), dense(v)], [given.Ru, given.Rv]);
  checks.close("Rademacher inner product", dot(dense(u), dense(v)), given.dot_rademacher);
  const entries = columns.map((j) => countSketchEntry(k, seed, j));
  checks.close(
    "CountSketch buckets",
    entries.map(({ bucket }) => bucket),
    given.bucket,
    0,
  );
  checks.close(
    "CountSketch signs",
    entries.map(({ sign }) => sign),
    given.sign,
    0,
  );
  checks.close("CountSketch projections", [sparse(u), sparse(v)], [given.Cu, given.Cv]);
  checks.close("CountSketch inner product", dot(sparse(u), sparse(v)), given.dot_countsketch);
}

export function checkProjectionLaws(given: InfluenceFixture["projection_laws"], checks: Checks): void {
  const { k, relative_sd, k_needed } = given;
  const flat = 1 / Math.sqrt(k);
  const measured = flatSketchDeviation(k);
  for (const [regime, row] of Object.entries(relative_sd)) {
    // √((1 + c²)/k), where the file doesn't give the cosine c.
    const near = row.flat_countsketch > 0.8 * flat && row.flat_countsketch < 1.2 * Math.SQRT2 * flat && Math.abs(measured / flat - 1) < 0.2;
    checks.holds(`flat sketch, ${regime}`, near, `reference ${row.flat_countsketch}, ours ${measured}, 1/√k ${flat}`);
  }
  const { aligned_activations: aligned, unaligned_activations: unaligned } = relative_sd;
  const worse = aligned.two_sided_gauss > 1.2 * aligned.flat_countsketch && aligned.two_sided_gauss > unaligned.two_sided_gauss;
  checks.holds("two-sided projection loses where activations are aligned", worse, JSON.stringify(relative_sd));
  for (const [cosine, row] of Object.entries(k_needed)) {
    for (const [deviation, expected] of Object.entries(row)) {
      const ours = sketchDimensionsFor(Number(cosine.split("=")[1]), Number(deviation.split("=")[1]));
      checks.close(`dimensions for ${cosine}, ${deviation}`, ours, expected);
    }
  }
}

/** sd of ⟨Su, Sv⟩ / (|u||v|) over seeds, for two nearly orthogonal vectors. */
function flatSketchDeviation(k: number): number {
  const random = createRandom(5, "projection laws");
  const [u, v] = [0, 1].map(() => Array.from({ length: 300 }, () => random.normal())) as [number[], number[]];
  const exact = dot(u, v);
  const scale = Math.sqrt(dot(u, u) * dot(v, v));
  const errors = Array.from({ length: 1500 }, (_, seed) => {
    const sketch = countSketch(k, seed * 7919);
    return ((dot(sketch(u), sketch(v)) - exact) / scale) ** 2;
  });
  return Math.sqrt(mean(errors));
}
