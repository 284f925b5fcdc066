import type { BehaviorMark } from "@bridge-rl/spec";
import fc from "fast-check";
import { parseHTML } from "linkedom";
import { expect, test } from "vitest";
import { markedText } from "../src/internal/marked-text.js";

const kinds = ["attempt", "restate", "stepwise"] as const;
const anyMark = fc.record({ start: fc.nat(60), length: fc.nat(30), kind: fc.constantFrom(...kinds) });

test("marks exactly the characters of each mark and changes none, however marks overlap", () => {
  fc.assert(
    fc.property(fc.string({ maxLength: 60 }), fc.array(anyMark, { maxLength: 8 }), (raw, drawn) => {
      const text = raw.replaceAll("\r", " ").replaceAll("\0", " ");
      const marks: BehaviorMark[] = drawn.map(({ start, length, kind }) => ({ start, end: start + length, kind }));
      const { document } = parseHTML(`<!doctype html><html><body><pre>${markedText(text, marks).markup}</pre></body></html>`);
      for (const unseen of [...document.querySelectorAll(".unseen")]) unseen.remove();
      expect(document.querySelector("pre")?.textContent).toBe(text);
      for (const kind of kinds) {
        const marked = [...document.querySelectorAll(`mark.${kind}`)].map((element) => element.textContent).join("");
        const expected = [...Array(text.length).keys()].filter((at) =>
          marks.some((mark) => mark.kind === kind && mark.start <= at && at < mark.end),
        );
        expect(marked).toBe(expected.map((at) => text[at]).join(""));
      }
    }),
    { numRuns: 1000 },
  );
});

test("says in words what the colours say", () => {
  const { markup } = markedText("try b, back", [
    { start: 0, end: 5, kind: "attempt" },
    { start: 4, end: 5, kind: "restate" },
  ]);
  expect(markup.replace(/<[^>]*>/g, "")).toBe("[attempt: try ][attempt and restate: b], back");
});
