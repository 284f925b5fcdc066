import { type Phrasebook, parseOptions, type ReasoningGraph, type Span, type Step, stepKinds, type Trace } from "@bridge-rl/spec";
import * as z from "zod";
import { parseBoxed } from "./internal/boxed.js";
import { createTokens, type InfixStyle, infix, steps } from "./internal/infix.js";
import { spanOf } from "./internal/span-of.js";
import { nodeOf, numbersOf, symbolsOf } from "./internal/symbols.js";
import { detectTerse } from "./internal/terse-marks.js";
import { type TersePhrasebookOptions, type TerseWording, terseWording } from "./internal/terse-wording.js";

export type { TersePhrasebookOptions } from "./internal/terse-wording.js";

const schema = z.strictObject({ symbols: z.boolean().default(true), spaces: z.boolean().default(false) });

const style: InfixStyle = { space: "", groupSums: false };

/**
 * Few tokens, for small models: every quantity is one letter, premises look like `K=m+T;`, solutions like `K=m+T=7+21=28;`.
 *
 * Quantities that have to be inferred are spelled out as premises too, because letters leave nothing to infer them from.
 * A modulus is not stated: it is the same in all problems of a source. Generation ends at the end-of-sequence token.
 *
 * @throws BridgeError `invalid-option`
 */
export function tersePhrasebook(options: TersePhrasebookOptions = {}): Phrasebook {
  const wording = terseWording(parseOptions(schema, options, "the terse phrasebook"));
  return {
    name: wording.name,
    specVersion: 1,
    stop: [],
    stepKinds,
    renderPrompt(graph, random) {
      const symbols = symbolsOf(graph);
      const premises: string[] = [];
      for (const { id, expression } of graph.nodes)
        premises.push(wording.premise(symbols[id] as string, infix(expression, symbols, style)));
      return random.shuffle(premises).join("") + wording.question(symbols[nodeOf(graph, graph.target).id] as string);
    },
    renderTrace: (graph, trace) => renderTrace(wording, graph, trace),
    parseAnswer: parseBoxed,
    formatAnswer: String,
    detectBehaviors: detectTerse,
  };
}

function renderTrace(wording: TerseWording, graph: ReasoningGraph, trace: Trace): { text: string; spans: Span[] } {
  const symbols = symbolsOf(graph);
  const numbers = numbersOf(graph);
  const tokens = createTokens();
  const spans: Span[] = [];
  let text = wording.opening;
  for (let index = 0; index < trace.steps.length; index++) {
    const step = trace.steps[index] as Step;
    const start = text.length;
    text += wordStep(step);
    spans.push(spanOf(step, index, start, text.length));
  }
  return { text: text + wording.closing(String(nodeOf(graph, graph.target).value)), spans };

  function wordStep(step: Step): string {
    if (step.kind === "remark") return wording.remark(step.text);
    const { id, expression, value } = nodeOf(graph, step.node);
    const symbol = symbols[id] as string;
    if (step.kind === "plan") return wording.plan(symbol, signsOf(step.nodes));
    if (step.kind === "estimate") return wording.estimate(symbol, String(step.low), String(step.high));
    if (step.kind === "retract") return wording.retract(symbol, String(step.value));
    if (step.kind === "attempt") return wording.attempt(symbol, signsOf(step.missing));
    const formula = infix(expression, symbols, style);
    if (step.kind === "restate") return wording.restate(symbol, formula);
    const computed = infix(expression, numbers, style);
    if (step.kind === "check") return wording.check(symbol, expression.kind === "operation" ? [computed, String(value)] : [computed]);
    if (step.kind === "mistake") {
      return wording.derive(symbol, formula, expression.kind === "operation" ? [computed, String(step.value)] : [String(step.value)]);
    }
    if (expression.kind !== "operation") return wording.derive(symbol, formula, [computed]);
    return wording.derive(symbol, formula, [
      computed,
      step.detail === "direct" ? String(value) : steps(expression, graph, style, "=", tokens),
    ]);
  }

  function signsOf(nodes: readonly number[]): string[] {
    const signs: string[] = [];
    for (const node of nodes) signs.push(symbols[nodeOf(graph, node).id] as string);
    return signs;
  }
}
