import type { Span } from "@bridge-rl/spec";
import { tokenizer } from "@bridge-rl/test-support";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { encodeExample, encodePrompt, spanOfTokens } from "../src/index.js";

const span = (start: number, end: number): Span => ({ start, end, step: 0, kind: "remark" });

test("prompts of examples and of rollouts end at the same token", () => {
  const { promptIds, completionIds, completionOffsets } = encodeExample(tokenizer, "give:a", "ab.");

  expect(promptIds).toEqual(encodePrompt(tokenizer, "give:a"));
  expect(Array.from(completionIds)).toEqual([...tokenizer.encode("ab."), tokenizer.endOfSequenceId]);
  expect(completionOffsets).toHaveLength(completionIds.length + 1);
  expect(Array.from(completionOffsets.slice(-2))).toEqual([3, 3]);
});

test("a completion that was sampled to its end is not ended twice", () => {
  const plain = encodeExample(tokenizer, "give:a", "ab.");
  const end = tokenizer.decode([tokenizer.endOfSequenceId]);
  const sampled = encodeExample(tokenizer, "give:a", `ab.${end}`);

  expect(end).not.toBe("");
  expect(sampled.completionIds).toEqual(plain.completionIds);
  expect(Array.from(sampled.completionOffsets.slice(0, 3))).toEqual(Array.from(plain.completionOffsets.slice(0, 3)));
  expect(sampled.completionOffsets).toHaveLength(sampled.completionIds.length + 1);
});

describe("spanOfTokens", () => {
  test("by hand: the larger share wins, the earlier of equal ones, and none is −1", () => {
    const offsets = Int32Array.of(0, 2, 5, 9, 10, 10);

    expect(Array.from(spanOfTokens(offsets, [span(1, 3), span(3, 6), span(9, 10)]))).toEqual([0, 1, 1, 2, -1]);
  });

  test("agrees with looking at every span of every token", () => {
    const cuts = fc
      .array(fc.integer({ min: 0, max: 12 }), { minLength: 1, maxLength: 8 })
      .map((values) => values.sort((one, other) => one - other));
    fc.assert(
      fc.property(cuts, cuts, fc.integer({ min: 0, max: 255 }), (tokens, borders, kept) => {
        const offsets = Int32Array.from([0, ...tokens]);
        const spans = borders.slice(1).flatMap((end, index) => ((kept >> index) & 1 ? [span(borders[index] as number, end)] : []));
        const expected = Array.from({ length: offsets.length - 1 }, (_, token) => {
          const shared = spans.map(
            ({ start, end }) => Math.min(end, offsets[token + 1] as number) - Math.max(start, offsets[token] as number),
          );
          const most = Math.max(0, ...shared);
          return most === 0 ? -1 : shared.indexOf(most);
        });

        expect(Array.from(spanOfTokens(offsets, spans))).toEqual(expected);
      }),
      { numRuns: 3000 },
    );
  });
});
