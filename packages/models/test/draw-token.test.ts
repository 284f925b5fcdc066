import { BridgeError } from "@bridge-rl/spec";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { drawToken } from "../src/internal/sampler/draw-token.js";

const all = { greedy: false, topK: 0, topP: 1 };
const distribution = fc
  .array(fc.oneof(fc.double({ min: 1e-6, max: 1, noNaN: true }), fc.constantFrom(0, 0.25, 0.5)), { minLength: 1, maxLength: 30 })
  .filter((weights) => weights.some((weight) => weight > 0))
  .map((weights) => Float32Array.from(weights, (weight) => weight / weights.reduce((sum, each) => sum + each, 0)));
const uniform = fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true });

/** What top-k and then top-p leave, from their definitions. */
function survivors(probabilities: Float32Array, topK: number, topP: number): number[] {
  const likeliestFirst = [...probabilities.keys()].sort((a, b) => (probabilities[b] as number) - (probabilities[a] as number) || a - b);
  const largest = topK === 0 ? likeliestFirst : likeliestFirst.slice(0, topK);
  const mass = largest.reduce((sum, id) => sum + (probabilities[id] as number), 0);
  for (let count = 1; count <= largest.length; count++) {
    const reached = largest.slice(0, count).reduce((sum, id) => sum + (probabilities[id] as number), 0);
    if (reached >= topP * mass) return largest.slice(0, count);
  }
  return largest;
}

describe("drawToken", () => {
  test("inverts the cumulative distribution", () => {
    fc.assert(
      fc.property(distribution, uniform, (probabilities, u) => {
        const { id, logProbability } = drawToken(probabilities, u, all);
        const total = probabilities.reduce((sum, each) => sum + each, 0);
        const below = probabilities.slice(0, id).reduce((sum, each) => sum + each, 0);
        expect(probabilities[id]).toBeGreaterThan(0);
        expect(below / total).toBeLessThanOrEqual(u + 1e-9);
        expect((below + (probabilities[id] as number)) / total).toBeGreaterThan(u - 1e-9);
        expect(logProbability).toBeCloseTo(Math.log((probabilities[id] as number) / total), 9);
      }),
      { numRuns: 3_000 },
    );
  });

  test("keeps to the tokens that top-k and top-p leave, each with its share among them", () => {
    fc.assert(
      fc.property(
        distribution,
        fc.integer({ min: 0, max: 6 }),
        fc.constantFrom(0.1, 0.37, 0.5, 0.81, 0.95, 1),
        (probabilities, topK, topP) => {
          // a share that lies on the border to within rounding may fall to either side
          const kept = survivors(probabilities, topK, topP);
          fc.pre([topP - 1e-6, topP + 1e-6].every((nearby) => survivors(probabilities, topK, nearby).length === kept.length));
          const mass = kept.reduce((sum, id) => sum + (probabilities[id] as number), 0);
          const drawn = new Map<number, number>();
          for (let step = 0; step < 500; step++) {
            const { id, logProbability } = drawToken(probabilities, (step + 0.5) / 500, { greedy: false, topK, topP });
            drawn.set(id, (drawn.get(id) ?? 0) + 1);
            if (drawn.get(id) === 1) expect(logProbability).toBeCloseTo(Math.log((probabilities[id] as number) / mass), 6);
          }
          for (const id of drawn.keys()) expect(kept).toContain(id);
          for (const id of kept) expect((drawn.get(id) ?? 0) / 500).toBeCloseTo((probabilities[id] as number) / mass, 2);
        },
      ),
      { numRuns: 150 },
    );
  });

  test("takes the likeliest token greedily, of equals the lowest id", () => {
    const probabilities = Float32Array.of(0.1, 0.35, 0.2, 0.35);
    expect(drawToken(probabilities, 0.99, { greedy: true, topK: 0, topP: 1 })).toEqual({
      id: 1,
      logProbability: expect.closeTo(Math.log(0.35), 6),
    });
    expect(drawToken(Float32Array.of(0.35, 0.3, 0.35), 0.99, { greedy: false, topK: 1, topP: 1 })).toEqual({ id: 0, logProbability: 0 });
  });

  test("never draws a token without probability", () => {
    for (const u of [0, 0.5, 1 - 2 ** -32]) expect(drawToken(Float32Array.of(0, 0, 1, 0), u, all).id).toBe(2);
  });

  test.each([[[Number.NaN, 1]], [[0, 0]], [[Number.POSITIVE_INFINITY, 0]]])("refuses %j", (values) => {
    const draw = (): unknown => drawToken(Float32Array.from(values), 0.5, all);
    expect(draw).toThrow(BridgeError);
    expect(draw).toThrow(/not finite/);
  });
});
