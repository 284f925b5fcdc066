import { createRandom, type ReasoningGraph } from "@bridge-rl/spec";
import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import { tersePhrasebook } from "../src/index.js";
import { TextWriter } from "../src/internal/text-writer.js";

describe("TextWriter", () => {
  test("is the sum of what was written, whatever its characters", () => {
    const writer = new TextWriter();
    const piece = fc.oneof(fc.string(), fc.string({ unit: "grapheme", maxLength: 40 }), fc.constant("long ".repeat(1000)));
    fc.assert(
      fc.property(fc.array(piece), (pieces) => {
        writer.clear();
        let length = 0;
        for (const text of pieces) {
          writer.write(text);
          length += text.length;
          expect(writer.length).toBe(length);
        }
        expect(writer.toString()).toBe(pieces.join(""));
      }),
    );
  });

  test("writes characters by their codes beyond its first room", () => {
    const writer = new TextWriter();
    for (let count = 0; count < 5000; count++) writer.writeCode(97 + (count % 26));
    expect(writer.toString()).toBe("abcdefghijklmnopqrstuvwxyz".repeat(193).slice(0, 5000));
  });
});

describe("terse texts", () => {
  const graph: ReasoningGraph = {
    nodes: [
      {
        id: 0,
        name: "each Bag's Pen",
        label: { symbol: "α" },
        dependencies: [],
        expression: { kind: "constant", value: 3 },
        value: 3,
        necessary: true,
        stated: true,
      },
      {
        id: 1,
        name: "each Desk's Pen",
        label: { symbol: "b" },
        dependencies: [0],
        expression: {
          kind: "operation",
          operator: "+",
          operands: [
            { kind: "constant", value: 2 },
            { kind: "reference", node: 0 },
          ],
        },
        value: 5,
        necessary: true,
        stated: true,
      },
    ],
    target: 1,
  };

  test("take symbols of any alphabet, with spans that fit", () => {
    const steps = [0, 1].map((node) => ({ kind: "derive", node, detail: "direct" }) as const);
    const { text, spans } = tersePhrasebook().renderTrace(graph, { steps }, createRandom(1));

    expect(text).toBe("<think>α=3;b=2+α=2+3=5;</think>\\boxed{5}");
    expect(spans.map(({ start, end }) => text.slice(start, end))).toEqual(["α=3;", "b=2+α=2+3=5;"]);
  });

  test("space out all but a remark's own words", () => {
    const steps = [
      { kind: "derive", node: 0, detail: "direct" },
      { kind: "remark", text: "so it's 3", nodes: [0] },
      { kind: "derive", node: 1, detail: "stepwise" },
    ] as const;
    const { text, spans } = tersePhrasebook({ spaces: true, symbols: false }).renderTrace(graph, { steps }, createRandom(1));

    expect(text).toBe("<think>α = 3 ; so it's 3; b = 2 + 3 = 5 ; </think>\\boxed{5}");
    expect(spans.map(({ start, end }) => text.slice(start, end))).toEqual(["α = 3 ; ", "so it's 3; ", "b = 2 + 3 = 5 ; "]);
  });
});
