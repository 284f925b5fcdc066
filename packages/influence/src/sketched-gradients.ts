import { BridgeError } from "@bridge-rl/spec";
import { countSketch, rademacherSketch } from "./hash-sketch.js";
import { requireValues } from "./internal/require-values.js";
import { scoreByGradient } from "./internal/score-by-gradient.js";
import { dot, sum } from "./internal/vector.js";
import type { ScoreEstimator } from "./score-estimator.js";

export interface SketchedGradientsOptions {
  /** Numbers kept of each gradient, k. */
  readonly dimensions: number;
  /** `count-sketch` is the sparse transform with one entry per column (SJLT), `rademacher` the dense one of LESS and TRAK. @defaultValue "count-sketch" */
  readonly transform?: "count-sketch" | "rademacher";
  /** Decides the transform. @defaultValue 0 */
  readonly seed?: number;
}

/**
 * Scores by random projections of the gradient of every rollout, as the paper computes influence: ⟨SV, S∇⟩, right on average.
 *
 * Costs a backward pass of batch size 1 for each rollout, and P operations (`rademacher`: k · P) to project it. The standard deviation of a score
 * is √((|V|²|∇|² + ⟨V,∇⟩²) / k), which is stated as its error: it is relative to the norms, not to the product, so small cosines
 * drown. What it buys is k instead of P numbers for each gradient that is kept.
 */
export function sketchedGradients(options: SketchedGradientsOptions): ScoreEstimator {
  const { dimensions, transform = "count-sketch", seed = 0 } = options;
  if (transform !== "count-sketch" && transform !== "rademacher") {
    throw new BridgeError("invalid-option", `there is no transform "${String(transform)}"; use count-sketch or rademacher`);
  }
  const sketch = transform === "count-sketch" ? countSketch(dimensions, seed) : rademacherSketch(dimensions, seed);
  return {
    name: `${transform} of ${dimensions}`,
    needsValues: true,
    score: async (policy, groups, direction, scoring) => {
      const values = requireValues(direction, "sketchedGradients");
      const projected = sketch(values);
      const [norm, variances, squares] = [dot(values, values), [] as number[], [] as number[]];
      const scored = await scoreByGradient(policy, groups, scoring, (gradient) => {
        const score = dot(projected, sketch(gradient));
        variances.push((norm * dot(gradient, gradient) + score ** 2) / dimensions);
        squares.push(score ** 2);
        return score;
      });
      const absolute = variances.length === 0 ? 0 : Math.sqrt(sum(variances) / variances.length);
      const scale = squares.length === 0 ? 0 : Math.sqrt(sum(squares) / squares.length);
      return { ...scored, numericalError: { rollouts: 0, absolute, relative: scale === 0 ? 0 : absolute / scale } };
    },
  };
}
