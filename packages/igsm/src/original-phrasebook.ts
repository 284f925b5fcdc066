import {
  BridgeError,
  type GraphNode,
  type Phrasebook,
  parseOptions,
  type Random,
  type ReasoningGraph,
  type Span,
  type Step,
  type Trace,
} from "@bridge-rl/spec";
import * as z from "zod";
import { originalModulus } from "./internal/arithmetic.js";
import { type BinaryEquation, binaryEquations } from "./internal/original/equations.js";
import { detectOriginal } from "./internal/original/marks.js";
import { orderSentences, type SentenceOrder } from "./internal/original/sentence-order.js";
import { wordOriginalFormula, wordOriginalQuestion } from "./internal/original/wording.js";
import { spanOf } from "./internal/span-of.js";
import { namesOf, nodeOf, symbolsOf } from "./internal/symbols.js";

/** What can be changed about the original's wording. */
export interface OriginalPhrasebookOptions {
  /** Where the question stands: behind the premises ("pq") or before them ("qp"). @defaultValue "last" */
  readonly question?: "last" | "first";
  /**
   * The order of the premises, the original's `perm_level`: 6 as they were made, 5 random, 0–4 a random topological order disturbed by as
   * many places, "random" one of these for each problem. @defaultValue 5
   */
  readonly order?: SentenceOrder | "random";
  /** How a step opens, the original's `case0`: `Define P as v`, `Define v`, or `P`, which is its own symbol. @defaultValue "name and symbol" */
  readonly define?: "name and symbol" | "symbol" | "name";
  /** Writes operands as symbols, the original's `case1` = 0. @defaultValue true */
  readonly symbols?: boolean;
  /** Writes operands as numbers, the original's `case2` = 0. @defaultValue true */
  readonly numbers?: boolean;
}

const defaults = { question: "last", order: 5, define: "name and symbol", symbols: true, numbers: true } as const;

const schema = z.strictObject({
  question: z.enum(["last", "first"]).default(defaults.question),
  order: z
    .union([z.literal(0), z.literal(1), z.literal(2), z.literal(3), z.literal(4), z.literal(5), z.literal(6), z.literal("random")])
    .default(defaults.order),
  define: z.enum(["name and symbol", "symbol", "name"]).default(defaults.define),
  symbols: z.boolean().default(defaults.symbols),
  numbers: z.boolean().default(defaults.numbers),
});

type Resolved = Required<OriginalPhrasebookOptions>;

const letters = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ";

/**
 * The wording of the original iGSM (arXiv 2407.20311): premises in a row, `How many B does A have?`, and a solution of `Define P as v; …` with
 * one binary step an equation. An attempt is a wrong start, `Define P as BACK`. The last number is the answer; generation ends at the
 * end-of-sequence token.
 *
 * It implies arithmetic modulo 23; another modulus is named in the question.
 *
 * @throws BridgeError `invalid-option`; its methods throw `unsupported` for a graph without a modulus
 */
export function originalPhrasebook(options: OriginalPhrasebookOptions = {}): Phrasebook {
  const resolved: Resolved = parseOptions(schema, options, "the original's phrasebook");
  const names = ["question", "order", "define", "symbols", "numbers"] as const;
  const changes = names.filter((name) => resolved[name] !== defaults[name]).map((name) => `${name}=${resolved[name]}`);
  return {
    name: changes.length === 0 ? "original" : `original(${changes.join(",")})`,
    specVersion: 1,
    stop: [],
    renderPrompt: (graph, random) => renderPrompt(resolved, graph, random),
    renderTrace: (graph, trace, random) => renderTrace(resolved, graph, trace, random),
    parseAnswer: (completion) => /= (-?\d+)\.\s*$/.exec(completion)?.[1],
    formatAnswer: String,
    detectBehaviors: detectOriginal,
  };
}

function renderPrompt({ question, order }: Resolved, graph: ReasoningGraph, random: Random): string {
  const names = namesOf(graph);
  const level = order === "random" ? (random.integer(0, 6) as SentenceOrder) : order;
  const sentences = orderSentences(graph, level, random).map(
    ({ name, expression }) => `The number of ${name} equals ${wordOriginalFormula(expression, names)}.`,
  );
  const asked = wordOriginalQuestion(nodeOf(graph, graph.target), modulusOf(graph));
  const parts = question === "first" ? [asked, ...sentences] : [...sentences, asked];
  return `${parts.join(" ")}\n`;
}

function modulusOf({ modulus }: ReasoningGraph): number {
  if (modulus !== undefined) return modulus;
  const message = `the original's wording implies arithmetic modulo ${originalModulus}, and this graph has no modulus; use prose or terse`;
  throw new BridgeError("unsupported", message);
}

function renderTrace(options: Resolved, graph: ReasoningGraph, trace: Trace, random: Random): { text: string; spans: Span[] } {
  modulusOf(graph);
  const bare = graph.nodes.map(({ name }) => name.replace(/^each /, ""));
  const symbols = options.define === "name" ? bare : symbolsOf(graph);
  const taken = new Set(trace.steps.flatMap((step) => (step.kind === "derive" ? [symbols[step.node]] : [])));
  const free = random.shuffle(Array.from(letters).filter((letter) => !taken.has(letter)));
  const names = namesOf(graph);
  const spans: Span[] = [];
  let text = "";
  for (const [index, step] of trace.steps.entries()) {
    if (index > 0) text += ". ";
    const start = text.length;
    text += wordStep(step);
    spans.push(spanOf(step, index, start, text.length));
  }
  return { text: `${text}.`, spans };

  function wordStep(step: Step): string {
    if (step.kind === "remark") return step.text.replace(/\.$/, "");
    const { id, name, expression } = nodeOf(graph, step.node);
    if (step.kind === "attempt") return `Define ${bare[id]} as BACK`;
    if (step.kind === "restate") return `Recall that the number of ${name} equals ${wordOriginalFormula(expression, names)}`;
    if (step.kind === "derive") return derivation(nodeOf(graph, id));
    throw new BridgeError("unsupported", `the original's phrasebook has no words for "${step.kind}"; use prose or terse`);
  }

  function derivation({ id, expression }: GraphNode): string {
    const symbol = symbols[id] as string;
    const heads = { "name and symbol": `Define ${bare[id]} as ${symbol}`, symbol: `Define ${symbol}`, name: symbol };
    const equations = binaryEquations(expression, graph, symbols, () => free.pop() ?? "...");
    return [heads[options.define], ...equations.map((equation) => wordEquation(equation, `so ${symbol}`))].join("; ");
  }

  function wordEquation({ target, symbols: operands, numbers, value }: BinaryEquation, whole: string): string {
    const between = [...(options.symbols ? [operands] : []), ...(options.numbers ? [numbers] : [])];
    return [target ?? whole, ...between.filter((part) => part !== undefined), value].join(" = ");
  }
}
