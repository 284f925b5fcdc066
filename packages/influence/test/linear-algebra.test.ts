import { createRandom } from "@bridge-rl/spec";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import {
  adamUpdate,
  averageRanks,
  coInfluence,
  contractPositions,
  countSketch,
  frozenAdamUpdate,
  gainDot,
  gramMatrix,
  linearDatamodelingScore,
  rademacherSketch,
  rankCorrelation,
  sketchVariance,
  smallestEigenvalue,
  tiedEmbeddingDot,
} from "../src/index.js";
import { dot, mean, sum } from "../src/internal/vector.js";

const random = createRandom(4, "linear algebra");
const normals = (rows: number, columns: number): number[][] =>
  Array.from({ length: rows }, () => Array.from({ length: columns }, () => random.normal()));

describe("gramMatrix", () => {
  test("is symmetric, positive semidefinite and obeys Cauchy–Schwarz", () => {
    for (const [count, width] of [
      [4, 9],
      [7, 3],
      [12, 12],
    ] as const) {
      const vectors = normals(count, width);
      const matrix = gramMatrix(vectors);
      const largest = Math.max(...matrix.map((row, i) => row[i] as number));
      expect(matrix).toEqual(coInfluence(vectors, vectors));
      expect(smallestEigenvalue(matrix)).toBeGreaterThan(-1e-12 * largest);
      for (const [i, row] of matrix.entries()) {
        for (const [j, value] of row.entries()) {
          expect(value).toBe(matrix[j]?.[i]);
          expect(value ** 2).toBeLessThanOrEqual((row[i] as number) * (matrix[j]?.[j] as number) * (1 + 1e-12));
        }
      }
    }
  });

  test("is known by its smallest eigenvalue where it is not one", () => {
    expect(
      smallestEigenvalue([
        [2, 1],
        [1, 2],
      ]),
    ).toBeCloseTo(1, 12);
    expect(
      smallestEigenvalue([
        [1, 2, 0],
        [2, 1, 0],
        [0, 0, 5],
      ]),
    ).toBeCloseTo(-1, 12);
  });
});

describe("layer contractions", () => {
  test("of tied embeddings equal the product of formed gradients, cross terms and all", () => {
    const [vocabulary, width] = [6, 4];
    const make = (positions: number) => ({
      embedding: {
        tokens: Array.from({ length: positions }, () => random.integer(0, vocabulary - 1)),
        gradients: normals(positions, width),
      },
      head: { inputs: normals(positions, width), outputGradients: normals(positions, vocabulary) },
    });
    const formed = ({ embedding, head }: ReturnType<typeof make>): number[] =>
      Array.from({ length: vocabulary * width }, (_, index) => {
        const [token, j] = [Math.floor(index / width), index % width];
        const looked = embedding.gradients.map((row, t) => (embedding.tokens[t] === token ? (row[j] as number) : 0));
        const produced = head.inputs.map((row, t) => (row[j] as number) * (head.outputGradients[t]?.[token] as number));
        return sum(looked) + sum(produced);
      });
    const [a, b] = [make(5), make(7)];
    expect(tiedEmbeddingDot(a, b)).toBeCloseTo(dot(formed(a), formed(b)), 10);
    expect(tiedEmbeddingDot(a, a)).toBeCloseTo(dot(formed(a), formed(a)), 10);
  });

  test("of a norm's gain equal the product of formed gradients", () => {
    const make = (positions: number) => ({ inputs: normals(positions, 3), outputGradients: normals(positions, 3) });
    const [a, b] = [make(4), make(6)];
    const formed = (trace: typeof a): number[] =>
      [0, 1, 2].map((j) => sum(trace.inputs.map((row, t) => (row[j] as number) * (trace.outputGradients[t]?.[j] as number))));
    expect(gainDot(a, b)).toBeCloseTo(dot(formed(a), formed(b)), 12);
  });

  test("against a direction add up to the inner product with the formed gradient", () => {
    const trace = { inputs: normals(5, 3), outputGradients: normals(5, 2) };
    const direction = normals(2, 3);
    const formed = direction.map((row, i) =>
      row.map((_, j) => sum(trace.inputs.map((input, t) => (input[j] as number) * (trace.outputGradients[t]?.[i] as number)))),
    );
    expect(sum(contractPositions(trace, direction))).toBeCloseTo(dot(formed.flat(), direction.flat()), 12);
  });
});

describe.each([
  ["rademacherSketch", rademacherSketch],
  ["countSketch", countSketch],
])("%s", (_, sketch) => {
  const [u, v] = normals(2, 20) as [number[], number[]];

  test("keeps inner products on average, with the variance it should have", () => {
    const dimensions = 16;
    const values = Array.from({ length: 6000 }, (_, seed) => {
      const project = sketch(dimensions, seed * 104_729);
      return dot(project(u), project(v));
    });
    const variance = sketchVariance(u, v, dimensions);
    const centre = mean(values);
    expect(Math.abs(centre - dot(u, v))).toBeLessThan(4.5 * Math.sqrt(variance / values.length));
    expect(mean(values.map((value) => (value - centre) ** 2)) / variance).toBeGreaterThan(0.9);
    expect(mean(values.map((value) => (value - centre) ** 2)) / variance).toBeLessThan(1.1);
  });

  test("is linear, the same for the same seed, another for another", () => {
    const [one, two] = [sketch(8, 1), sketch(8, 2)];
    expect(one(u)).toEqual(sketch(8, 1)(u));
    expect(one(u)).not.toEqual(two(u));
    const both = one(u.map((value, j) => value + 3 * (v[j] as number)));
    expect(Array.from(both)).toEqual(Array.from(one(u), (value, i) => expect.closeTo(value + 3 * (one(v)[i] as number), 10)));
  });

  test("refuses a number of dimensions that cannot be", () => {
    expect(() => sketch(0, 1)).toThrow(/0 dimensions/);
  });
});

describe("Adam's direction", () => {
  test("is the sign of the gradient in the first step", () => {
    const fresh = { firstMoment: [0, 0, 0], secondMoment: [0, 0, 0], step: 1 };
    expect(Array.from(adamUpdate([3, -0.002, 0], fresh))).toEqual([1, -1, 0].map((sign) => expect.closeTo(sign, 5)));
  });

  test("is additive in the gradient with the second moment frozen, and close to exact for small gradients", () => {
    const state = { firstMoment: [0.1, -0.2], secondMoment: [0.04, 0.09], step: 100 };
    const [a, b] = [
      [0.3, 0.1],
      [-0.1, 0.5],
    ] as const;
    const together = frozenAdamUpdate([a[0] + b[0], a[1] + b[1]], state);
    const apart = [frozenAdamUpdate(a, state), frozenAdamUpdate(b, state)];
    expect(Array.from(together)).toEqual([0, 1].map((j) => expect.closeTo(sum(apart.map((update) => update[j] as number)), 12)));
    const small = [1e-5, -1e-5];
    const exact = adamUpdate(small, state).map((value, j) => value - (adamUpdate([0, 0], state)[j] as number));
    expect(Array.from(frozenAdamUpdate(small, state), (value, j) => value / (exact[j] as number))).toEqual([
      expect.closeTo(1, 4),
      expect.closeTo(1, 4),
    ]);
  });
});

describe("rankCorrelation", () => {
  test("gives tied values their mean rank", () => {
    expect(averageRanks([10, 20, 20, 5, 20])).toEqual([2, 4, 4, 1, 4]);
  });

  test("is 1 under every increasing map and −1 under every decreasing one", () => {
    fc.assert(
      fc.property(fc.uniqueArray(fc.integer({ min: -1000, max: 1000 }), { minLength: 2, maxLength: 30 }), (values) => {
        expect(
          rankCorrelation(
            values,
            values.map((value) => Math.exp(value / 300)),
          ),
        ).toBeCloseTo(1, 12);
        expect(
          rankCorrelation(
            values,
            values.map((value) => -(value ** 3)),
          ),
        ).toBeCloseTo(-1, 12);
      }),
    );
  });

  test("has its closed form without ties: 1 − 6 Σ d² / (n(n² − 1))", () => {
    expect(rankCorrelation([1, 2, 3, 4, 5], [2, 1, 4, 3, 5])).toBeCloseTo(1 - (6 * 4) / (5 * 24), 12);
  });

  test("scores subsets by their sums", () => {
    const subsets = [[0], [1], [0, 1], [2]];
    expect(linearDatamodelingScore([1, 2, -1], subsets, [0.1, 0.2, 0.3, -0.1])).toBeCloseTo(1, 12);
    expect(() => linearDatamodelingScore([1], [[0], [0]], [1])).toThrow(/2 and 1/);
  });
});
