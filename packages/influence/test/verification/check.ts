/** One thing looked at, and how it came out. */
export interface Check {
  readonly name: string;
  readonly passed: boolean;
  readonly detail: string;
}

/** Numbers, nested to any depth; null stands for "does not exist". */
export type Numbers = number | null | readonly Numbers[] | { readonly [index: number]: number; readonly length: number };

/** Collects checks of one key. */
export class Checks {
  readonly results: Check[] = [];
  readonly #key: string;
  readonly #tolerance: number;

  constructor(key: string, tolerance: number) {
    this.#key = key;
    this.#tolerance = tolerance;
  }

  /** |actual − expected| ≤ tolerance · max(1, |expected|), everywhere. Nothing is compared where the file has no such number. */
  close(name: string, actual: Numbers, expected: Numbers | undefined, tolerance: number = this.#tolerance): void {
    if (expected === undefined) return;
    const problem = difference(actual, expected, tolerance, "");
    this.results.push({ name: `${this.#key}: ${name}`, passed: problem === undefined, detail: problem ?? "" });
  }

  /** A statement that must hold. */
  holds(name: string, passed: boolean, detail: string): void {
    this.results.push({ name: `${this.#key}: ${name}`, passed, detail: passed ? "" : detail });
  }
}

function difference(actual: Numbers, expected: Numbers, tolerance: number, path: string): string | undefined {
  if (actual === null || expected === null || typeof actual === "number" || typeof expected === "number") {
    // What does not exist is null in a file and NaN in arithmetic.
    if (expected === null && Number.isNaN(actual)) return undefined;
    if (actual === null || expected === null || typeof actual !== "number" || typeof expected !== "number") {
      return actual === expected ? undefined : `${path || "value"} is ${JSON.stringify(actual)}, expected ${JSON.stringify(expected)}`;
    }
    const error = Math.abs(actual - expected);
    if (error <= tolerance * Math.max(1, Math.abs(expected))) return undefined;
    return `${path || "value"} is ${actual}, expected ${expected} (off by ${error.toExponential(1)}, allowed ${tolerance})`;
  }
  if (actual.length !== expected.length) return `${path || "value"} has ${actual.length} entries, expected ${expected.length}`;
  for (let index = 0; index < expected.length; index++) {
    const problem = difference(actual[index] as Numbers, expected[index] as Numbers, tolerance, `${path}[${index}]`);
    if (problem !== undefined) return problem;
  }
  return undefined;
}
