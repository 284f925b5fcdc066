import type { GraphNode, Random, ReasoningGraph, Span } from "@bridge-rl/spec";
import type { FindingKind } from "../../src/index.js";

/** A right solution. */
export interface GoldSolution {
  readonly graph: ReasoningGraph;
  readonly text: string;
  readonly spans: readonly Span[];
  readonly wording: "prose" | "terse" | "original";
}

/** A wrong one, and what a verifier has to say of it: a finding of the kind that touches the place, and no error before it. */
export interface Mutation {
  readonly kind: FindingKind;
  readonly text: string;
  readonly start: number;
  readonly end: number;
}

interface Piece {
  readonly text: string;
  readonly start: number;
  readonly end: number;
}

/** One mutation of each kind that the solution leaves room for. */
export function mutationsOf(gold: GoldSolution, random: Random): Mutation[] {
  const makers = [
    wrongCalculation,
    wrongValue,
    droppedStep,
    swappedSteps,
    wrongDependency,
    missingDependency,
    duplicateSymbol,
    unknownParameter,
    wrongQuestion,
    wrongAnswer,
    missingAnswer,
  ];
  return makers.flatMap((make) => make(gold, random) ?? []);
}

type Maker = (gold: GoldSolution, random: Random) => Mutation | undefined;

const derivations = ({ spans }: GoldSolution) => spans.filter(({ kind }) => kind === "derive");
const nodeOf = ({ graph }: GoldSolution, { node }: Span) => graph.nodes[node as number] as GraphNode;
const symbolOf = (gold: GoldSolution, span: Span) => String(nodeOf(gold, span).label?.symbol);
const splice = (text: string, start: number, end: number, by: string) => text.slice(0, start) + by + text.slice(end);

/** The members of a step's last equation behind its symbol. */
function chainOf({ text }: GoldSolution, { start, end }: Span): Piece[] {
  const step = text.slice(start, end).replace(/[.;\s]+$/, "");
  const from = Math.max(0, step.lastIndexOf("; so "), step.lastIndexOf(". "));
  const members: Piece[] = [];
  for (const match of step.slice(from).matchAll(/[^=]+/g)) {
    const word = match[0].trim();
    const at = start + from + match.index + match[0].indexOf(word);
    members.push({ text: word, start: at, end: at + word.length });
  }
  return members.slice(1);
}

/** Steps of one equation that computes something from symbols: symbols, numbers, result. */
function computing(gold: GoldSolution): Span[] {
  return derivations(gold).filter((span) => {
    const [symbols, numbers] = chainOf(gold, span);
    const single = gold.wording !== "original" || !/;.*; so /.test(gold.text.slice(span.start, span.end));
    return single && /[A-Za-z]/.test(symbols?.text ?? "") && /\d\)? ?[-+*]/.test(numbers?.text ?? "");
  });
}

const wrongCalculation: Maker = (gold, random) => {
  const span = random.pick(computing(gold));
  const result = span && (chainOf(gold, span).at(-1) as Piece);
  if (result === undefined) return undefined;
  const { modulus } = gold.graph;
  const other = Number(result.text) + 1;
  const text = splice(gold.text, result.start, result.end, String(modulus === undefined ? other : other % modulus));
  return { kind: "wrong-calculation", text, start: result.start, end: result.end };
};

const wrongValue: Maker = (gold, random) => {
  const span = random.pick(computing(gold));
  const numbers = span && chainOf(gold, span)[1];
  const last = numbers && /(\d+)\)*$/.exec(numbers.text);
  if (!numbers || !last) return undefined;
  const at = numbers.start + last.index;
  const digits = last[1] as string;
  const text = splice(gold.text, at, at + digits.length, String(Number(digits) + 1));
  // A sign before the number may belong to it.
  return { kind: "wrong-value", text, start: gold.text.charAt(at - 1) === "-" ? at - 1 : at, end: at + digits.length };
};

/** A step with what parts it from the next. */
function endOf({ text, wording }: GoldSolution, { end }: Span): number {
  return wording === "original" && text.startsWith(". ", end) ? end + 2 : end;
}

const droppedStep: Maker = (gold, random) => {
  const span = random.pick(derivations(gold).slice(0, -1));
  if (span === undefined) return undefined;
  return { kind: "undefined-symbol", text: splice(gold.text, span.start, endOf(gold, span), ""), start: span.start, end: gold.text.length };
};

const swappedSteps: Maker = (gold, random) => {
  const steps = derivations(gold);
  const places = steps.flatMap((step, place) => {
    const next = steps[place + 1];
    return next !== undefined && nodeOf(gold, next).dependencies.includes(step.node as number) ? [place] : [];
  });
  const place = random.pick(places);
  if (place === undefined) return undefined;
  const [first, second] = [steps[place] as Span, steps[place + 1] as Span];
  const between = gold.text.slice(first.end, second.start);
  const swapped = gold.text.slice(second.start, second.end) + between + gold.text.slice(first.start, first.end);
  return { kind: "premature-step", text: splice(gold.text, first.start, second.end, swapped), start: first.start, end: second.end };
};

const wrongDependency: Maker = (gold, random) => {
  const span = random.pick(computing(gold));
  if (span === undefined) return undefined;
  const { dependencies } = nodeOf(gold, span);
  const other = random.pick(derivations(gold).filter(({ node, start }) => start < span.start && !dependencies.includes(node as number)));
  const formula = chainOf(gold, span)[0] as Piece;
  if (other === undefined) return undefined;
  const text = splice(gold.text, formula.start, formula.end, formula.text.replace(/[A-Za-z]{1,2}/, symbolOf(gold, other)));
  return { kind: "wrong-dependency", text, start: formula.start, end: formula.end };
};

const missingDependency: Maker = (gold, random) => {
  const formulas = computing(gold).map((span) => chainOf(gold, span)[0] as Piece);
  const formula = random.pick(formulas.filter(({ text }) => /^([A-Za-z]) ?[-+*] ?(?!\1)[A-Za-z]$/.test(text)));
  if (formula === undefined) return undefined;
  return {
    kind: "missing-dependency",
    text: splice(gold.text, formula.start, formula.end, formula.text.charAt(0)),
    start: formula.start,
    end: formula.start + 1,
  };
};

const duplicateSymbol: Maker = (gold, random) => {
  const steps = derivations(gold);
  if (gold.wording === "terse") {
    const span = random.pick(computing(gold));
    if (span === undefined) return undefined;
    const again = gold.text.slice(span.start, span.end);
    return { kind: "duplicate-symbol", text: splice(gold.text, span.end, span.end, again), start: span.end, end: span.end + again.length };
  }
  const place = random.integer(1, steps.length - 1);
  const [first, second] = [steps[0], steps[place]];
  if (first === undefined || second === undefined || first === second) return undefined;
  const [used, old] = [symbolOf(gold, first), symbolOf(gold, second)];
  const step = gold.text.slice(second.start, second.end);
  const wrong = step.replace(new RegExp(`(?<![A-Za-z'])${old}(?![A-Za-z'])`, "g"), used);
  return { kind: "duplicate-symbol", text: splice(gold.text, second.start, second.end, wrong), start: second.start, end: second.end };
};

const unknownParameter: Maker = (gold, random) => {
  const span = gold.wording === "terse" ? undefined : random.pick(derivations(gold));
  if (span === undefined) return undefined;
  const name = nodeOf(gold, span).name.slice(5);
  const start = gold.text.indexOf(name, span.start);
  return { kind: "unknown-parameter", text: splice(gold.text, start, start + name.length, "Moon's Cheese"), start, end: start + 13 };
};

const wrongQuestion: Maker = (gold) => {
  const steps = derivations(gold);
  const [before, last] = steps.slice(-2) as [Span, Span | undefined];
  if (last === undefined) return undefined;
  const start = gold.wording === "original" ? before.end : last.start;
  return { kind: "wrong-question", text: splice(gold.text, start, last.end, ""), start: 0, end: gold.text.length };
};

const box = /\\boxed\{(-?\d+)\}/;

const wrongAnswer: Maker = ({ text, wording }) => {
  const found = wording === "original" ? null : box.exec(text);
  if (found === null) return undefined;
  const wrong = String(Number(found[1]) + 1);
  const start = found.index + 7;
  return { kind: "wrong-answer", text: splice(text, start, start + (found[1] as string).length, wrong), start, end: start + wrong.length };
};

const missingAnswer: Maker = ({ text, wording }) => {
  if (wording === "original") return undefined;
  const without = text.replace(box, "");
  return { kind: "missing-answer", text: without, start: 0, end: without.length };
};
