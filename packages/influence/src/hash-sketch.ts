import { BridgeError, mix32 } from "@bridge-rl/spec";

/**
 * A counter-based hash: three 32-bit words in, one out, the same in every language and in any order of calls.
 *
 *     mix32(mix32(seed + i · 0x9E3779B1) + j · 0x85EBCA77), all modulo 2³²
 */
export function hash3(seed: number, i: number, j: number): number {
  const first = mix32((seed + Math.imul(i, 0x9e3779b1)) >>> 0);
  return mix32((first + Math.imul(j, 0x85ebca77)) >>> 0);
}

/** A random linear map to `dimensions` coordinates that keeps inner products on average: E⟨Su, Sv⟩ = ⟨u, v⟩. */
export type Sketch = (vector: ArrayLike<number>) => Float64Array;

/**
 * Dense ±1/√k projection, as LESS and TRAK use (they leave out the scale). Row i, column j takes the sign of bit 0 of hash3(seed, i, j).
 *
 * Var⟨Su, Sv⟩ = (|u|²|v|² + ⟨u,v⟩² − 2 Σ u_i² v_i²) / k. Costs k operations per coordinate.
 *
 * @param dimensions  k
 * @throws BridgeError `invalid-option` for a k that is not a positive whole number
 */
export function rademacherSketch(dimensions: number, seed: number): Sketch {
  requireDimensions(dimensions);
  const scale = 1 / Math.sqrt(dimensions);
  return (vector) => {
    const result = new Float64Array(dimensions);
    for (let i = 0; i < dimensions; i++) {
      let total = 0;
      for (let j = 0; j < vector.length; j++) total += rademacherSign(seed, i, j) * (vector[j] as number);
      result[i] = total * scale;
    }
    return result;
  };
}

/** The sign of row i, column j of `rademacherSketch`, before the scale 1/√k. */
export function rademacherSign(seed: number, i: number, j: number): 1 | -1 {
  return (hash3(seed, i, j) & 1) === 1 ? 1 : -1;
}

/** Where `countSketch` puts coordinate j, and with which sign. */
export function countSketchEntry(dimensions: number, seed: number, j: number): { bucket: number; sign: 1 | -1 } {
  return { bucket: hash3(seed + 1, 0, j) % dimensions, sign: (hash3(seed + 2, 0, j) & 1) === 1 ? 1 : -1 };
}

/**
 * CountSketch, the sparse Johnson–Lindenstrauss transform with one entry per column: each coordinate is added to one bucket with a sign.
 *
 * As unbiased and as precise as the dense projection, at one operation per coordinate.
 *
 * @param dimensions  k
 * @throws BridgeError `invalid-option` for a k that is not a positive whole number
 */
export function countSketch(dimensions: number, seed: number): Sketch {
  requireDimensions(dimensions);
  // Where each coordinate goes, kept for the next vector: bucket b as b, or as −1 − b where the sign is negative.
  let places = new Int32Array(0);
  return (vector) => {
    if (places.length < vector.length) {
      places = Int32Array.from({ length: vector.length }, (_, j) => {
        const { bucket, sign } = countSketchEntry(dimensions, seed, j);
        return sign > 0 ? bucket : -1 - bucket;
      });
    }
    const result = new Float64Array(dimensions);
    for (let j = 0; j < vector.length; j++) {
      const place = places[j] as number;
      if (place >= 0) result[place] = (result[place] as number) + (vector[j] as number);
      else result[-1 - place] = (result[-1 - place] as number) - (vector[j] as number);
    }
    return result;
  };
}

/**
 * Var⟨Su, Sv⟩ of the dense Rademacher projection and of CountSketch.
 *
 * @throws BridgeError `shape-mismatch` where the vectors differ in length
 */
export function sketchVariance(u: ArrayLike<number>, v: ArrayLike<number>, dimensions: number): number {
  if (u.length !== v.length)
    throw new BridgeError("shape-mismatch", `vectors of ${u.length} and ${v.length} entries have no inner product`);
  let uu = 0;
  let vv = 0;
  let uv = 0;
  let squares = 0;
  for (let j = 0; j < u.length; j++) {
    const product = (u[j] as number) * (v[j] as number);
    uu += (u[j] as number) ** 2;
    vv += (v[j] as number) ** 2;
    uv += product;
    squares += product ** 2;
  }
  return (uu * vv + uv ** 2 - 2 * squares) / dimensions;
}

/** Dimensions that resolve a cosine to a relative standard deviation: k = (1 + c²) / (r c)². */
export function sketchDimensionsFor(cosine: number, relativeDeviation: number): number {
  return (1 + cosine ** 2) / (relativeDeviation * cosine) ** 2;
}

function requireDimensions(dimensions: number): void {
  if (!Number.isInteger(dimensions) || dimensions < 1) {
    throw new BridgeError("invalid-option", `a sketch of ${dimensions} dimensions does not exist; pass a positive whole number`);
  }
}
