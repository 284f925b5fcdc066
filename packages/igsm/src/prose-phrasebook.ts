import {
  type GraphNode,
  type Phrasebook,
  type Random,
  type ReasoningGraph,
  type Span,
  type Step,
  stepKinds,
  type Trace,
} from "@bridge-rl/spec";
import { parseBoxed } from "./internal/boxed.js";
import { createTokens, infix, type Tokens, writeInfix, writeSteps } from "./internal/infix.js";
import { detectProse } from "./internal/prose-marks.js";
import {
  proseStyle,
  wordCheck,
  wordDefinition,
  wordEstimate,
  wordFormula,
  wordGiven,
  wordPlan,
  wordPremise,
  wordQuestion,
  wordReminder,
  wordRestatement,
  wordRetraction,
  wordReturn,
  wordSetback,
} from "./internal/prose-wording.js";
import { spanOf } from "./internal/span-of.js";
import { namesOf, nodeOf, numbersOf, symbolsOf } from "./internal/symbols.js";
import { TextWriter } from "./internal/text-writer.js";

const opening = "<think>\nLet's compute the answer step by step.\n";

function closing(answer: string): string {
  return `Thus, the answer is ${answer}.\n</think>\n<answer>\nThe final answer is \\boxed{${answer}}.\n</answer>`;
}

/**
 * Natural English in the manner of BRIDGE's iGSM (arXiv 2505.18917, App. B): one premise a line, the question last, and a solution of
 * one bullet per quantity. Quantities that have to be inferred are not stated. A modulus is named in the question.
 */
export function prosePhrasebook(): Phrasebook {
  const writer = new TextWriter();
  return {
    name: "prose",
    specVersion: 1,
    stop: ["</answer>"],
    stepKinds,
    renderPrompt,
    renderTrace: (graph, trace, random) => new Solution(graph, trace, random, writer).render(),
    parseAnswer: parseBoxed,
    formatAnswer: String,
    detectBehaviors: detectProse,
  };
}

function renderPrompt(graph: ReasoningGraph, random: Random): string {
  const names = namesOf(graph);
  const lines: string[] = [];
  for (const { name, expression, stated } of graph.nodes) {
    if (stated) lines.push(wordPremise(name, wordFormula(expression, names), random));
  }
  const question = wordQuestion(nodeOf(graph, graph.target), graph.modulus, random);
  const shuffled = random.shuffle(lines);
  shuffled.push(question);
  return shuffled.join("\n");
}

type StepOf<Kind extends Step["kind"]> = Extract<Step, { kind: Kind }>;

/** One worded solution: knows which quantities have been named so far. */
class Solution {
  readonly #graph: ReasoningGraph;
  readonly #steps: readonly Step[];
  readonly #random: Random;
  readonly #symbols: readonly string[];
  readonly #named: boolean[];
  readonly #spans: Span[] = [];
  readonly #names: readonly string[];
  readonly #numbers: readonly string[];
  /** The equations of the steps that derive, one behind the other, and where each step's ends. */
  readonly #equations: string;
  readonly #equationEnds: number[] = [];
  #text: string = opening;

  constructor(graph: ReasoningGraph, trace: Trace, random: Random, writer: TextWriter) {
    this.#graph = graph;
    this.#steps = trace.steps;
    this.#random = random;
    this.#symbols = symbolsOf(graph);
    this.#named = new Array<boolean>(graph.nodes.length).fill(false);
    this.#names = namesOf(graph);
    this.#numbers = numbersOf(graph);
    this.#equations = this.#writeEquations(writer);
  }

  render(): { text: string; spans: Span[] } {
    for (let index = 0; index < this.#steps.length; ) index = this.#bullet(index);
    const { value } = nodeOf(this.#graph, this.#graph.target);
    return { text: this.#text + closing(String(value)), spans: this.#spans };
  }

  /** Words the steps from `first` that share a bullet. Returns the step behind them. */
  #bullet(first: number): number {
    const step = this.#steps[first] as Step;
    if (step.kind === "remark") {
      this.#write(first, `- ${step.text}\n`);
      return first + 1;
    }
    const node = nodeOf(this.#graph, step.node);
    if (step.kind === "derive" || step.kind === "attempt" || step.kind === "mistake") {
      this.#write(first, this.#introduce(node) + this.#conclude(node, first));
      return first + 1;
    }
    if (step.kind !== "restate") {
      this.#write(first, `- ${this.#aside(step, node)}\n`);
      return first + 1;
    }
    let last = first;
    while (this.#steps[last]?.kind === "restate" && this.#isAbout(last + 1, step.node)) last++;
    const formula = wordFormula(node.expression, this.#names);
    if (this.#steps[last]?.kind === "restate") {
      for (let index = first; index <= last; index++) this.#write(index, `- ${wordReminder(node.name, formula)}\n`);
      return last + 1;
    }
    this.#write(last, this.#introduce(node));
    for (let index = first; index < last; index++) this.#write(index, ` ${wordRestatement(formula)}`);
    this.#write(last, this.#conclude(node, last));
    return last + 1;
  }

  #isAbout(index: number, node: number): boolean {
    const step = this.#steps[index];
    return (
      (step?.kind === "restate" || step?.kind === "derive" || step?.kind === "attempt" || step?.kind === "mistake") && step.node === node
    );
  }

  /** The steps that are a bullet of their own. */
  #aside(step: StepOf<"check" | "plan" | "estimate" | "retract">, { id, name, expression, value }: GraphNode): string {
    const symbol = this.#symbols[id] as string;
    switch (step.kind) {
      case "check":
        return wordCheck(symbol, infix(expression, this.#numbers, proseStyle), String(value), expression.kind === "operation");
      case "plan":
        return wordPlan(
          name,
          step.nodes.map((needed) => nodeOf(this.#graph, needed).name),
        );
      case "estimate":
        return wordEstimate(name, String(step.low), String(step.high));
      case "retract":
        return wordRetraction(symbol, String(step.value));
    }
  }

  #introduce({ id, name, expression }: GraphNode): string {
    const symbol = this.#symbols[id] as string;
    if (this.#named[id]) return wordReturn(name, symbol, this.#random);
    this.#named[id] = true;
    if (expression.kind === "constant") return wordGiven(name, String(expression.value), symbol, this.#random);
    return wordDefinition(name, symbol, this.#random);
  }

  /** What the step at an index says of the quantity that it has turned to. */
  #conclude(node: GraphNode, index: number): string {
    const step = this.#steps[index] as Step;
    if (step.kind === "attempt") return this.#setback(node, step);
    return this.#equations.slice(index === 0 ? 0 : this.#equationEnds[index - 1], this.#equationEnds[index]);
  }

  #setback({ id }: GraphNode, { missing }: StepOf<"attempt">): string {
    return ` ${wordSetback(
      missing.map((node) => nodeOf(this.#graph, node).name),
      this.#symbols[id] as string,
      this.#random,
    )}\n`;
  }

  /** Writes all equations at once: their pieces are so short that adding strings to each other takes several times as long. */
  #writeEquations(writer: TextWriter): string {
    const tokens = createTokens();
    writer.clear();
    for (let index = 0; index < this.#steps.length; index++) {
      const step = this.#steps[index] as Step;
      if (step.kind === "derive" || step.kind === "mistake") this.#writeEquation(writer, step, tokens);
      this.#equationEnds.push(writer.length);
    }
    return writer.toString();
  }

  #writeEquation(writer: TextWriter, step: StepOf<"derive" | "mistake">, tokens: Tokens): void {
    const { id, expression } = nodeOf(this.#graph, step.node);
    const value = step.kind === "mistake" ? String(step.value) : (this.#numbers[id] as string);
    writer.write(expression.kind === "constant" ? " So " : " Then ");
    writer.write(this.#symbols[id] as string);
    writer.write(" = ");
    if (expression.kind !== "constant") {
      writeInfix(writer, expression, this.#symbols, proseStyle);
      writer.write(" = ");
    }
    if (expression.kind === "operation") {
      writeInfix(writer, expression, this.#numbers, proseStyle);
      writer.write(" = ");
    }
    const isStepwise = expression.kind === "operation" && step.kind === "derive" && step.detail !== "direct";
    if (isStepwise) writeSteps(writer, expression, this.#graph, proseStyle, tokens);
    else writer.write(value);
    writer.write(".\n");
  }

  #write(index: number, text: string): void {
    const start = this.#text.length;
    this.#text += text;
    this.#spans.push(spanOf(this.#steps[index] as Step, index, start, this.#text.length));
  }
}
