import {
  type GraphNode,
  type Phrasebook,
  parseOptions,
  type ReasoningGraph,
  type Span,
  type Step,
  stepKinds,
  type Trace,
} from "@bridge-rl/spec";
import * as z from "zod";
import { parseBoxed } from "./internal/boxed.js";
import { createTokens, type InfixStyle, infix, refersToNodes, type Tokens, writeInfix, writeSteps } from "./internal/infix.js";
import { spanOf } from "./internal/span-of.js";
import { nodeOf, numbersOf, symbolsOf } from "./internal/symbols.js";
import { detectTerse } from "./internal/terse-marks.js";
import { spaceOut, spaceOutSteps, type TersePhrasebookOptions, terseClosing, terseName, terseOpening } from "./internal/terse-wording.js";
import { TextWriter } from "./internal/text-writer.js";

export type { TersePhrasebookOptions } from "./internal/terse-wording.js";

const schema = z.strictObject({ symbols: z.boolean().default(true), spaces: z.boolean().default(false) });

const style: InfixStyle = { space: "", groupSums: false };

const equals = 61;
const semicolon = 59;

/**
 * Few tokens, for small models: every quantity is one letter, premises look like `K=m+T;`, solutions like `K=m+T=7+21=28;`.
 *
 * Quantities that have to be inferred are spelled out as premises too, because letters leave nothing to infer them from.
 * A modulus is not stated: it is the same in all problems of a source. Generation ends at the end-of-sequence token.
 *
 * @throws BridgeError `invalid-option`
 */
export function tersePhrasebook(options: TersePhrasebookOptions = {}): Phrasebook {
  const resolved = parseOptions(schema, options, "the terse phrasebook");
  const writer = new TextWriter();
  const solution = new Solution(writer, resolved.symbols);
  return {
    name: terseName(resolved),
    specVersion: 1,
    stop: [],
    stepKinds,
    renderPrompt(graph, random) {
      const symbols = symbolsOf(graph);
      const target = nodeOf(graph, graph.target).id;
      writer.clear();
      for (const { id, expression } of random.shuffle(graph.nodes)) {
        writer.write(symbols[id] as string);
        writer.writeCode(equals);
        writeInfix(writer, expression, symbols, style);
        writer.writeCode(semicolon);
      }
      writer.write("?");
      writer.write(symbols[target] as string);
      const prompt = writer.toString();
      return `${resolved.spaces ? spaceOut(prompt) : prompt}\n`;
    },
    renderTrace(graph, trace) {
      const rendered = solution.render(graph, trace);
      return resolved.spaces ? spaceOutSteps(rendered.text, rendered.spans) : rendered;
    },
    parseAnswer: parseBoxed,
    formatAnswer: String,
    detectBehaviors: detectTerse,
  };
}

type StepOf<Kind extends Step["kind"]> = Extract<Step, { kind: Kind }>;

/** Words one solution after the other. */
class Solution {
  readonly #writer: TextWriter;
  readonly #showsSymbols: boolean;
  readonly #tokens: Tokens = createTokens();
  #graph: ReasoningGraph = { nodes: [], target: 0 };
  #symbols: readonly string[] = [];
  #numbers: readonly string[] = [];

  constructor(writer: TextWriter, showsSymbols: boolean) {
    this.#writer = writer;
    this.#showsSymbols = showsSymbols;
  }

  render(graph: ReasoningGraph, { steps }: Trace): { text: string; spans: Span[] } {
    this.#graph = graph;
    this.#symbols = symbolsOf(graph);
    this.#numbers = numbersOf(graph);
    const writer = this.#writer;
    const spans: Span[] = [];
    writer.clear();
    writer.write(terseOpening);
    for (let index = 0; index < steps.length; index++) {
      const step = steps[index] as Step;
      const start = writer.length;
      this.#step(step);
      writer.writeCode(semicolon);
      spans.push(spanOf(step, index, start, writer.length));
    }
    writer.write(terseClosing(String(nodeOf(graph, graph.target).value)));
    return { text: writer.toString(), spans };
  }

  #step(step: Step): void {
    const writer = this.#writer;
    if (step.kind === "remark") {
      writer.write(step.text);
      return;
    }
    const node = nodeOf(this.#graph, step.node);
    writer.write(this.#symbols[node.id] as string);
    switch (step.kind) {
      case "derive":
      case "mistake":
        this.#derivation(node, step);
        return;
      case "restate":
        writer.writeCode(equals);
        writeInfix(writer, node.expression, this.#symbols, style);
        return;
      case "attempt":
        this.#list("?", step.missing);
        return;
      case "plan":
        this.#list("<", step.nodes);
        return;
      case "check":
        writer.write("!");
        writeInfix(writer, node.expression, this.#numbers, style);
        if (node.expression.kind === "operation") writer.write(`=${node.value}`);
        return;
      case "estimate":
        writer.write(`~${step.low},${step.high}`);
        return;
      case "retract":
        writer.write(`#${step.value}`);
        return;
    }
  }

  /** The formula in symbols, in numbers, its intermediate results where wanted, and its value; what would be said twice is said once. */
  #derivation({ id, expression }: GraphNode, step: StepOf<"derive" | "mistake">): void {
    const writer = this.#writer;
    const mistake = step.kind === "mistake" ? String(step.value) : undefined;
    if (expression.kind !== "operation") {
      const formula = infix(expression, this.#symbols, style);
      const value = mistake ?? infix(expression, this.#numbers, style);
      writer.write(this.#showsSymbols && formula !== value ? `=${formula}=${value}` : `=${value}`);
      return;
    }
    if (this.#showsSymbols && refersToNodes(expression)) {
      writer.writeCode(equals);
      writeInfix(writer, expression, this.#symbols, style);
    }
    writer.writeCode(equals);
    writeInfix(writer, expression, this.#numbers, style);
    writer.writeCode(equals);
    if (step.kind === "derive" && step.detail !== "direct") writeSteps(writer, expression, this.#graph, style, this.#tokens);
    else writer.write(mistake ?? (this.#numbers[id] as string));
  }

  #list(sign: string, nodes: readonly number[]): void {
    const writer = this.#writer;
    for (let place = 0; place < nodes.length; place++) {
      writer.write(place === 0 ? sign : ",");
      writer.write(this.#symbols[nodeOf(this.#graph, nodes[place] as number).id] as string);
    }
    if (nodes.length === 0) writer.write(sign);
  }
}
