import { createRandom, type GraphNode, type Phrasebook, type ReasoningGraph, type Span, type Trace } from "@bridge-rl/spec";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { type Finding, igsm, igsmMed, prosePhrasebook, tersePhrasebook, verifySolution } from "../src/index.js";
import { busyTrace, plainTrace } from "./support/graphs.js";

const books: Readonly<Record<string, Phrasebook>> = {
  prose: prosePhrasebook(),
  terse: tersePhrasebook(),
  "terse with spaces": tersePhrasebook({ spaces: true }),
};

const sources = {
  plain: igsm({ operations: [4, 20], phrasebook: "terse", seed: 11 }),
  modular: igsm({ ...igsmMed, operations: [4, 15], phrasebook: "terse", seed: 12 }),
};

interface Gold {
  readonly graph: ReasoningGraph;
  readonly text: string;
  readonly spans: readonly Span[];
}

function gold(book: Phrasebook, index: number, trace: (graph: ReasoningGraph) => Trace = plainTrace): Gold {
  const { graph } = (index % 2 === 0 ? sources.plain : sources.modular).problem(index);
  return { graph, ...book.renderTrace(graph, trace(graph), createRandom(index)) };
}

function errors(graph: ReasoningGraph, text: string): Finding[] {
  return verifySolution(graph, text).findings.filter(({ severity }) => severity === "error");
}

/** A place in a step: where its chain of equations begins, what it says, and the members behind the symbol with their places. */
function chainOf({ text }: Gold, { start, end }: Span) {
  const step = text.slice(start, end).replace(/[.;\s]+$/, "");
  const from = step.search(/[A-Za-z]{1,2} ?= ?[^=]*(?:=[^=]*)*$/);
  const members: { text: string; start: number; end: number }[] = [];
  for (const match of step.slice(from).matchAll(/[^=]+/g)) {
    const word = match[0].trim();
    const at = start + from + match.index + match[0].indexOf(word);
    members.push({ text: word, start: at, end: at + word.length });
  }
  return members.slice(1);
}

const derivations = (one: Gold) => one.spans.filter(({ kind }) => kind === "derive");
const nodeOf = ({ graph }: Gold, { node }: Span) => graph.nodes[node as number] as GraphNode;
const splice = (text: string, start: number, end: number, by: string) => text.slice(0, start) + by + text.slice(end);

const runs = { numRuns: 100 };
const index = fc.nat(20_000);
const place = fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true });
const at = <Item>(items: readonly Item[], share: number): Item | undefined => items[Math.floor(share * items.length)];

describe.each(Object.entries(books))("solutions in %s", (_name, book) => {
  test("as they are made are right, with every behaviour found", () => {
    fc.assert(
      fc.property(index, (number) => {
        const one = gold(book, number, (graph) => busyTrace(graph, number));
        const { findings, behaviors, progress, answer } = verifySolution(one.graph, one.text);
        expect(findings.filter(({ severity }) => severity === "error")).toEqual([]);
        expect({ progress, answer }).toEqual({ progress: 1, answer: one.graph.nodes[one.graph.target]?.value });
        const steps = (kind: string) => new Set(one.spans.filter((span) => span.kind === kind).map(({ step }) => step)).size;
        expect(behaviors.attempts).toBe(steps("attempt"));
        expect(behaviors.successfulAttempts).toBe(steps("attempt"));
        // Where a premise is a bare number, repeating it looks like deriving it in terse text.
        if (book.name === "prose") expect(behaviors.restatements).toBe(steps("restate"));
        expect(behaviors.correctRestatements).toBe(behaviors.restatements);
      }),
      runs,
    );
  });

  test("a wrong result is found at its number", () => {
    fc.assert(
      fc.property(index, place, (number, share) => {
        const one = gold(book, number);
        const span = at(derivations(one), share) as Span;
        const result = chainOf(one, span).at(-1) as { text: string; start: number; end: number };
        const text = splice(one.text, result.start, result.end, String(Number(result.text.replace(" ", "")) + 1));
        const [first] = errors(one.graph, text);
        const { kind } = nodeOf(one, span).expression;
        expect(first).toMatchObject({
          kind: kind === "constant" ? "wrong-formula" : kind === "reference" ? "wrong-value" : "wrong-calculation",
          start: result.start,
        });
      }),
      runs,
    );
  });

  test("a wrong number put for a symbol is found at that number", () => {
    fc.assert(
      fc.property(index, place, (number, share) => {
        const one = gold(book, number);
        const span = at(
          derivations(one).filter((candidate) => nodeOf(one, candidate).expression.kind === "operation"),
          share,
        );
        fc.pre(span !== undefined);
        const numbers = chainOf(one, span)[1] as { text: string; start: number };
        const last = /(\d+)\)?$/.exec(numbers.text.replaceAll(" )", ")")) as RegExpExecArray;
        const where = numbers.start + numbers.text.lastIndexOf(last[1] as string);
        const text = splice(one.text, where, where + (last[1] as string).length, String(Number(last[1]) + 1));
        const found = errors(one.graph, text);
        expect(found.some(({ kind, start, end }) => kind === "wrong-value" && start <= where && where < end)).toBe(true);
        expect(found.every(({ start }) => start >= span.start)).toBe(true);
      }),
      runs,
    );
  });

  test("a dropped step is found where it is missed", () => {
    fc.assert(
      fc.property(index, place, (number, share) => {
        const one = gold(book, number);
        const steps = derivations(one);
        fc.pre(steps.length > 1);
        const span = at(steps.slice(0, -1), share) as Span;
        const text = splice(one.text, span.start, span.end, "");
        const found = errors(one.graph, text);
        const user = steps.find((other) => nodeOf(one, other).dependencies.includes(span.node as number)) as Span;
        const shift = span.end - span.start;
        expect(found[0]?.kind).toBe("undefined-symbol");
        expect(found[0]?.start).toBeGreaterThanOrEqual(user.start - shift);
        expect(found[0]?.end).toBeLessThanOrEqual(user.end - shift);
      }),
      runs,
    );
  });

  test("a step moved in front of what it needs is premature, and a step moved elsewhere is not wrong", () => {
    fc.assert(
      fc.property(index, place, (number, share) => {
        const one = gold(book, number);
        const steps = derivations(one);
        fc.pre(steps.length > 1);
        const place = Math.floor(share * (steps.length - 1));
        const [first, second] = [steps[place] as Span, steps[place + 1] as Span];
        const swapped = one.text.slice(second.start, second.end) + one.text.slice(first.start, first.end);
        const found = errors(one.graph, splice(one.text, first.start, second.end, swapped));
        if (nodeOf(one, second).dependencies.includes(first.node as number)) {
          expect(found[0]?.kind).toBe("premature-step");
          expect(found[0]?.start).toBeGreaterThanOrEqual(first.start);
          expect(found[0]?.end).toBeLessThanOrEqual(first.start + second.end - second.start);
        } else expect(found).toEqual([]);
      }),
      runs,
    );
  });

  test("a wrong parent is found in its formula", () => {
    fc.assert(
      fc.property(index, place, place, (number, share, choice) => {
        const one = gold(book, number);
        const steps = derivations(one);
        const span = at(
          steps.filter((candidate) => nodeOf(one, candidate).dependencies.length > 0),
          share,
        ) as Span;
        const { dependencies } = nodeOf(one, span);
        const others = steps.filter(({ node, start }) => start < span.start && !dependencies.includes(node as number));
        const other = at(others, choice);
        fc.pre(other !== undefined);
        const formula = chainOf(one, span)[0] as { text: string; start: number; end: number };
        const symbol = String(nodeOf(one, other).label?.symbol);
        const wrong = formula.text.replace(/[A-Za-z]{1,2}/, symbol);
        const found = errors(one.graph, splice(one.text, formula.start, formula.end, wrong));
        expect(found).toContainEqual(expect.objectContaining({ kind: "wrong-dependency", start: formula.start }));
        expect(found[0]?.start).toBe(formula.start);
      }),
      runs,
    );
  });

  test("a wrong operator or literal is found in its formula", () => {
    fc.assert(
      fc.property(index, place, (number, share) => {
        const one = gold(book, number);
        const span = at(
          derivations(one).filter((candidate) => /[-+*]/.test(chainOf(one, candidate)[0]?.text ?? "")),
          share,
        );
        fc.pre(span !== undefined);
        const formula = chainOf(one, span)[0] as { text: string; start: number; end: number };
        const wrong = formula.text.replace(/[-+*]/, (sign) => (sign === "+" ? "-" : "+"));
        const found = errors(one.graph, splice(one.text, formula.start, formula.end, wrong));
        expect(found).toContainEqual(expect.objectContaining({ kind: "wrong-formula", start: formula.start }));
      }),
      runs,
    );
  });

  test("answers are judged", () => {
    fc.assert(
      fc.property(index, (number) => {
        const one = gold(book, number);
        const { value } = one.graph.nodes[one.graph.target] as GraphNode;
        const box = `\\boxed{${value}}`;
        const other = errors(one.graph, one.text.replace(box, `\\boxed{${Number(value) + 1}}`));
        expect(other).toMatchObject([{ kind: "wrong-answer", start: one.text.lastIndexOf(box) + 7 }]);
        expect(errors(one.graph, one.text.replace(box, ""))).toMatchObject([{ kind: "missing-answer" }]);
        const last = derivations(one).at(-1) as Span;
        expect(errors(one.graph, splice(one.text, last.start, last.end, "")).map(({ kind }) => kind)).toEqual(["wrong-question"]);
      }),
      runs,
    );
  });

  test("a longer way is no wrong way", () => {
    fc.assert(
      fc.property(index, (number) => {
        const everything = (graph: ReasoningGraph): Trace => ({
          steps: graph.nodes.map(({ id }) => ({ kind: "derive", node: id, detail: "direct" })),
        });
        const one = gold(book, number, everything);
        const { valid, findings } = verifySolution(one.graph, one.text);
        expect(valid).toBe(true);
        expect(findings.map(({ kind }) => kind)).toEqual(
          one.graph.nodes.filter(({ necessary }) => !necessary).map(() => "unnecessary-step"),
        );
      }),
      runs,
    );
  });

  test("false claims of behaviours are found", () => {
    fc.assert(
      fc.property(index, (number) => {
        const node = (graph: ReasoningGraph) => graph.nodes.findLast(({ dependencies }) => dependencies.length > 1);
        const trace = (graph: ReasoningGraph): Trace => {
          const attempted = node(graph) ?? (graph.nodes[graph.target] as GraphNode);
          const missing = attempted.dependencies.slice(1);
          return { steps: [{ kind: "attempt", node: attempted.id, missing }, ...plainTrace(graph).steps] };
        };
        const one = gold(book, number, trace);
        fc.pre(node(one.graph) !== undefined);
        const span = one.spans[0] as Span;
        expect(errors(one.graph, one.text)).toMatchObject([{ kind: "false-attempt", start: span.start }]);
      }),
      runs,
    );
  });
});

describe("prose", () => {
  const book = prosePhrasebook();

  test("a symbol given twice is found where it is given again", () => {
    fc.assert(
      fc.property(index, (number) => {
        const one = gold(book, number);
        const [first, second] = derivations(one);
        fc.pre(first !== undefined && second !== undefined);
        const [old, wrong] = [nodeOf(one, second), nodeOf(one, first)].map(({ label }) => String(label?.symbol)) as [string, string];
        const step = one.text.slice(second.start, second.end);
        // Symbols stand alone; the names around them have no words of one letter.
        const changed = step.replace(new RegExp(`(?<![A-Za-z'])${old}(?![A-Za-z'])`, "g"), wrong);
        expect(errors(one.graph, splice(one.text, second.start, second.end, changed))[0]).toMatchObject({ kind: "duplicate-symbol" });
      }),
      runs,
    );
  });

  test("a quantity that the problem does not have is found by name", () => {
    fc.assert(
      fc.property(index, (number) => {
        const one = gold(book, number);
        const span = derivations(one)[0] as Span;
        const { name } = nodeOf(one, span);
        const start = one.text.indexOf(name, span.start) + "each ".length;
        const [first] = errors(one.graph, splice(one.text, start, start + name.length - 5, "Moon's Cheese"));
        expect(first).toMatchObject({ kind: "unknown-parameter", start, end: start + 13 });
      }),
      runs,
    );
  });

  test("a premise that is repeated wrongly is found", () => {
    const one = gold(
      book,
      4,
      (graph) => ({ steps: plainTrace(graph).steps.flatMap((step) => [{ ...step, kind: "restate" as const }, step]) }) as Trace,
    );
    const start = one.text.indexOf("We know that it equals ");
    const end = one.text.indexOf(".", start);
    expect(errors(one.graph, one.text)).toEqual([]);
    expect(errors(one.graph, splice(one.text, start, end, "We know that it equals 999"))).toMatchObject([
      { kind: "false-restatement", start },
    ]);
  });

  test.each(["", "nonsense", "<think>", "</think>", "<think>\n- Then x = .\n</think>", "Define ; so = ."])(
    "%j is judged, not thrown at",
    (text) => {
      expect(verifySolution(sources.plain.problem(0), text)).toMatchObject({ valid: false, progress: 0 });
    },
  );
});
