import fc from "fast-check";
import { expect, test } from "vitest";
import { dividePrompts } from "../src/internal/sampler/divide-prompts.js";

/** Tokens that parts run, with what each run costs beside them. */
function costOf(parts: readonly { readonly prompts: number; readonly tokens: number }[]): number {
  return parts.reduce((total, { prompts, tokens }) => total + prompts * tokens + 32, 0);
}

/** Every way to cut a list. */
function cuts(lengths: readonly number[]): number[][][] {
  if (lengths.length === 0) return [[]];
  return lengths.flatMap((_, index) => cuts(lengths.slice(index + 1)).map((rest) => [lengths.slice(0, index + 1), ...rest]));
}

const sorted = (most: number, longest: number): fc.Arbitrary<number[]> =>
  fc.array(fc.integer({ min: 1, max: longest }), { maxLength: most }).map((lengths) => lengths.sort((one, other) => one - other));

test("every prompt is in one part that has room for it, and no part is larger than one run may be", () => {
  fc.assert(
    fc.property(sorted(100, 3000), (lengths) => {
      const parts = dividePrompts(lengths);
      let start = 0;
      for (const { count, prompts, tokens } of parts) {
        const own = lengths.slice(start, start + count);
        start += count;
        expect(own).toHaveLength(count);
        expect(count).toBeGreaterThan(0);
        expect(prompts).toBeGreaterThanOrEqual(count);
        expect(tokens).toBeGreaterThanOrEqual(Math.max(...own));
        if (count > 1) expect(prompts * tokens).toBeLessThanOrEqual(4096);
      }
      expect(start).toBe(lengths.length);
    }),
    { numRuns: 300 },
  );
});

test("no other division of few prompts costs less", () => {
  const shapes = (part: readonly number[]): { prompts: number; tokens: number } => ({
    prompts: part.length < 5 ? part.length : 8,
    tokens: Math.ceil((part.at(-1) as number) / 32) * 32,
  });
  fc.assert(
    fc.property(sorted(8, 400), (lengths) => {
      const least = Math.min(...cuts(lengths).map((parts) => costOf(parts.map(shapes))));
      expect(costOf(dividePrompts(lengths))).toBe(least);
    }),
    { numRuns: 300 },
  );
});

test("one long prompt does not make room for others, and does not lengthen the short ones", () => {
  expect(dividePrompts([5000])).toEqual([{ prompts: 1, tokens: 5024, count: 1 }]);
  expect(dividePrompts([10, 20, 30, 500])).toEqual([
    { prompts: 3, tokens: 32, count: 3 },
    { prompts: 1, tokens: 512, count: 1 },
  ]);
  expect(dividePrompts([])).toEqual([]);
});
