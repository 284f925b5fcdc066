import { createRandom, type Phrasebook, type ReasoningGraph, type Trace } from "@bridge-rl/spec";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { defaultVocabulary, type IgsmOptions, igsm, prosePhrasebook, tersePhrasebook } from "../src/index.js";
import { busyTrace, plainTrace } from "./support/graphs.js";
import { compute, solveProse, solveTerse } from "./support/readers.js";

const layerOf = new Map<string, string>();
for (const { layers } of defaultVocabulary.ecosystems) {
  for (const { category, kinds } of layers) for (const { names } of kinds) for (const name of names) layerOf.set(name, category);
}
const categoryOf = (name: string) => layerOf.get(name) ?? "";

const books: readonly [string, Phrasebook, RegExp][] = [
  [
    "prose",
    prosePhrasebook(),
    /^<think>\nLet's compute the answer step by step\.\n([\s\S]*)Thus, the answer is -?\d+\.\n<\/think>\n<answer>\n[\s\S]*<\/answer>$/,
  ],
  ["terse", tersePhrasebook(), /^<think>([\s\S]*)<\/think>\\boxed\{-?\d+\}$/],
  ["terse without symbols", tersePhrasebook({ symbols: false }), /^<think>([\s\S]*)<\/think>\\boxed\{-?\d+\}$/],
  ["terse with spaces", tersePhrasebook({ spaces: true }), /^<think>([\s\S]*)<\/think>\\boxed\{-?\d+\}$/],
];

const kinds: readonly IgsmOptions[] = [
  { operations: [1, 20] },
  { operations: [1, 20], modulus: 23 },
  { operations: 40, maximumEdges: 60, items: [4, 6], modulus: 7 },
];

/** Graphs and traces of all kinds. */
const cases = fc.record({ options: fc.constantFrom(...kinds), seed: fc.nat() });

function render(
  book: Phrasebook,
  options: IgsmOptions,
  seed: number,
  makeTrace: (graph: ReasoningGraph, seed: number) => Trace = busyTrace,
) {
  const problem = igsm({ ...options, phrasebook: book, seed }).problem(seed % 1000);
  const trace = makeTrace(problem.graph, seed);
  return { problem, trace, ...book.renderTrace(problem.graph, trace, createRandom(seed, "render")) };
}

describe("a prompt", () => {
  test("in prose has one solution: the answer", () => {
    fc.assert(
      fc.property(cases, ({ options, seed }) => {
        const { prompt, answer, graph } = igsm({ ...options, seed }).problem(seed % 1000);
        expect(solveProse(prompt, categoryOf)).toBe(answer);
        expect(prompt.split("\n")).toHaveLength(graph.nodes.filter(({ stated }) => stated).length + 1);
      }),
      { numRuns: 300 },
    );
  });

  test("in the terse format has one solution: the answer", () => {
    for (const phrasebook of [tersePhrasebook(), tersePhrasebook({ spaces: true })]) {
      fc.assert(
        fc.property(cases, ({ options, seed }) => {
          const { prompt, answer } = igsm({ ...options, phrasebook, seed }).problem(seed % 1000);
          expect(solveTerse(prompt, options.modulus)).toBe(answer);
          expect(prompt.endsWith("\n")).toBe(true);
        }),
        { numRuns: 300 },
      );
    }
  });

  test("depends on the random stream in nothing but order and wording", () => {
    const { graph } = igsm({ operations: 10 }).problem(1);
    const lines = (book: Phrasebook, seed: number) =>
      book
        .renderPrompt(graph, createRandom(seed))
        .replace(/ is equal to /g, " equals ")
        .split(/[\n;]/);
    for (const book of [prosePhrasebook(), tersePhrasebook()]) {
      const premises = (seed: number) =>
        lines(book, seed)
          .filter((line) => !/^(\?|How)/.test(line))
          .sort();
      expect(lines(book, 1)).not.toEqual(lines(book, 2));
      expect(premises(1)).toEqual(premises(2));
    }
  });
});

describe.each(books)("a solution in %s", (_name, book, frame) => {
  test("is its spans in a fixed frame, and gives the answer", () => {
    fc.assert(
      fc.property(cases, ({ options, seed }) => {
        const { text, spans, trace, problem } = render(book, options, seed);
        const body = frame.exec(text)?.[1];
        expect(spans.map(({ start, end }) => text.slice(start, end)).join("")).toBe(body);
        expect(book.parseAnswer(text)).toBe(book.formatAnswer(problem.answer));
        let end = text.indexOf(body as string);
        for (const span of spans) {
          const step = trace.steps[span.step];
          expect(span.start).toBe(end);
          end = span.end;
          expect([span.kind, span.behavior]).toEqual([step?.kind, step?.behavior]);
          expect(span.node).toBe(step?.kind === "remark" ? undefined : step?.node);
        }
        expect(new Set(spans.map(({ step }) => step)).size).toBe(trace.steps.length);
      }),
      { numRuns: 300 },
    );
  });

  test("writes equations that are all true", () => {
    fc.assert(
      fc.property(cases, ({ options, seed }) => {
        const { text, spans, trace, problem } = render(book, options, seed);
        for (const { start, end, step, node } of spans) {
          if (trace.steps[step]?.kind !== "derive") continue;
          for (const part of text.slice(start, end).split("=").slice(1)) {
            const formula = part.replace(/[.;]\s*$/, "").trim();
            if (!/^[-+*() \d]+$/.test(formula)) continue;
            const value = compute(formula) + 0;
            const modulus = options.modulus ?? Number.POSITIVE_INFINITY;
            expect(options.modulus === undefined ? value : ((value % modulus) + modulus) % modulus).toBe(
              problem.graph.nodes[node as number]?.value,
            );
            if (options.modulus !== undefined)
              for (const number of formula.match(/\d+/g) ?? []) expect(Number(number)).toBeLessThan(Math.max(modulus, 10));
          }
        }
      }),
      { numRuns: 300 },
    );
  });

  test("shows its behaviours to the detector", () => {
    fc.assert(
      fc.property(cases, ({ options, seed }) => {
        const { text, trace, problem } = render(book, options, seed);
        const marks = book.detectBehaviors(text);
        const count = (kind: string) => marks.filter((mark) => mark.kind === kind).length;
        expect(count("attempt")).toBe(trace.steps.filter(({ kind }) => kind === "attempt").length);
        // A terse premise that only gives a number reads like its derivation.
        const told = (node: number) => !book.name.startsWith("terse") || (problem.graph.nodes[node]?.dependencies.length ?? 0) > 0;
        expect(count("restate")).toBe(trace.steps.filter((step) => step.kind === "restate" && told(step.node)).length);
        const chained = trace.steps.filter((step) => {
          if (step.kind !== "derive" || step.detail !== "stepwise") return false;
          const { expression } = problem.graph.nodes[step.node] as ReasoningGraph["nodes"][number];
          return (JSON.stringify(expression).match(/"reference"|"constant"/g) ?? []).length > 2;
        });
        expect(count("stepwise")).toBe(chained.length);
        for (const { start, end } of marks) expect(text.slice(start, end).length).toBeGreaterThan(1);
      }),
      { numRuns: 300 },
    );
  });

  test("shows none where there are none", () => {
    for (let seed = 0; seed < 100; seed++) {
      const { text } = render(book, { operations: [1, 20] }, seed, (graph) => plainTrace(graph));
      expect(book.detectBehaviors(text)).toEqual([]);
    }
  });

  test("survives any text a model may write", () => {
    fc.assert(
      fc.property(fc.string({ unit: "binary" }), fc.string(), (left, right) => {
        const text = `${left}<think>${right}</think>${left}\\boxed{${right}`;
        book.detectBehaviors(text);
        book.parseAnswer(text);
      }),
      { numRuns: 300 },
    );
  });

  test("refuses steps outside of the graph", () => {
    const { graph } = igsm({ operations: 3 }).problem(0);
    const outside: Trace = { steps: [{ kind: "derive", node: 99, detail: "direct" }] };
    expect(() => book.renderTrace(graph, outside, createRandom(1))).toThrow(expect.objectContaining({ code: "invalid-trace" }));
  });
});

describe("the wording", () => {
  /** m = 7; T = 3·m; K = m + T + 2; q = 2·(m − T), with a distractor d. Made by hand. */
  const graph: ReasoningGraph = {
    nodes: [
      node(0, "m", { kind: "constant", value: 7 }, 7),
      node(1, "T", { kind: "operation", operator: "*", operands: [{ kind: "constant", value: 3 }, reference(0)] }, 21),
      node(
        2,
        "K",
        {
          kind: "operation",
          operator: "+",
          operands: [
            { kind: "constant", value: 2 },
            { kind: "operation", operator: "+", operands: [reference(0), reference(1)] },
          ],
        },
        30,
      ),
      node(
        3,
        "q",
        {
          kind: "operation",
          operator: "*",
          operands: [
            { kind: "constant", value: 2 },
            { kind: "operation", operator: "-", operands: [reference(0), reference(2)] },
          ],
        },
        -46,
      ),
      { ...node(4, "d", reference(1), 21), necessary: false },
    ],
    target: 3,
  };

  test("of the terse format is what the documentation says", () => {
    const steps: Trace["steps"] = [
      { kind: "derive", node: 0, detail: "direct" },
      { kind: "restate", node: 1 },
      { kind: "derive", node: 1, detail: "stepwise" },
      { kind: "attempt", node: 3, missing: [2] },
      { kind: "derive", node: 2, detail: "stepwise" },
      { kind: "derive", node: 4, detail: "direct" },
      { kind: "derive", node: 3, detail: "stepwise" },
    ];
    const text = (book: Phrasebook) => book.renderTrace(graph, { steps }, createRandom(1)).text;
    expect(text(tersePhrasebook())).toBe(
      "<think>m=7;T=3*m;T=3*m=3*7=21;q?K;K=2+m+T=2+7+21=9+21=30;d=T=21;q=2*(m-K)=2*(7-30)=2*-23=-46;</think>\\boxed{-46}",
    );
    expect(text(tersePhrasebook({ symbols: false }))).toBe(
      "<think>m=7;T=3*m;T=3*7=21;q?K;K=2+7+21=9+21=30;d=21;q=2*(7-30)=2*-23=-46;</think>\\boxed{-46}",
    );
    expect(text(tersePhrasebook({ spaces: true, symbols: false }))).toMatch(/^<think>m = 7 ; T = 3 \* m ; T = 3 \* 7 = 21 ; q \? K ; /);
  });

  test("of prose names a quantity once and remembers it", () => {
    const steps: Trace["steps"] = [
      { kind: "restate", node: 3, behavior: "@test/restate" },
      { kind: "attempt", node: 3, missing: [0, 2] },
      { kind: "restate", node: 0 },
      { kind: "derive", node: 2, detail: "stepwise" },
      { kind: "derive", node: 3, detail: "stepwise" },
    ];
    const { text, spans } = prosePhrasebook().renderTrace(graph, { steps }, createRandom(1));
    const lines = text.split("\n");
    expect(lines[2]).toMatch(/^- .*\bq\b.* We know that it equals 2 times the difference of node m and node K\. .*node m and node K.*$/);
    expect(lines[3]).toBe("- Recall that the number of node m equals 7.");
    expect(lines[4]).toMatch(/^- .*node K.* Then K = 2 \+ \(m \+ T\) = 2 \+ \(7 \+ 21\) = 2 \+ 28 = 30\.$/);
    expect(lines[5]).toMatch(
      /^- .*node q\. Remember that it has been denoted as q\. Then q = 2 \* \(m - K\) = 2 \* \(7 - 30\) = 2 \* -23 = -46\.$/,
    );
    expect(spans.map(({ step }) => step)).toEqual([1, 0, 1, 2, 3, 4]);
    expect(text.slice(spans[1]?.start, spans[1]?.end)).toBe(" We know that it equals 2 times the difference of node m and node K.");
  });

  test("says that other operators and values are another source's", () => {
    const root: ReasoningGraph = {
      nodes: [node(0, "m", { kind: "operation", operator: "sqrt", operands: [{ kind: "constant", value: 4 }] }, 2)],
      target: 0,
    };
    for (const book of [prosePhrasebook(), tersePhrasebook()]) {
      expect(() => book.renderTrace(root, plainTrace(root), createRandom(1))).toThrow(expect.objectContaining({ code: "unsupported" }));
    }
  });

  test("names nodes by letters where the graph has none, and goes on behind the alphabet", () => {
    const nodes = Array.from({ length: 110 }, (_, id) => {
      const { label: _label, ...bare } = node(id, "", { kind: "constant", value: id }, id);
      return { ...bare, name: `node ${id}` };
    });
    const many: ReasoningGraph = { nodes, target: 109 };
    const { text } = tersePhrasebook().renderTrace(many, plainTrace(many), createRandom(1));
    const symbols = [...text.matchAll(/([A-Za-z]+)=/g)].map(([, symbol]) => symbol);
    expect(new Set(symbols).size).toBe(110);
    expect(symbols.slice(0, 2)).toEqual(["a", "b"]);
  });

  function node(
    id: number,
    symbol: string,
    expression: ReasoningGraph["nodes"][number]["expression"],
    value: number,
  ): ReasoningGraph["nodes"][number] {
    return { id, name: `node ${symbol}`, label: { symbol }, dependencies: [], expression, value, necessary: true, stated: true };
  }

  function reference(id: number) {
    return { kind: "reference", node: id } as const;
  }
});
