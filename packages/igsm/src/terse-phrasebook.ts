import { type Phrasebook, parseOptions, type ReasoningGraph, type Span, type Trace } from "@bridge-rl/spec";
import { z } from "zod";
import { parseBoxed } from "./internal/boxed.js";
import { type InfixStyle, infix, steps } from "./internal/infix.js";
import { nodeOf, symbolsOf } from "./internal/symbols.js";
import { detectTerse } from "./internal/terse-marks.js";
import { type TersePhrasebookOptions, type TerseWording, terseWording } from "./internal/terse-wording.js";

export type { TersePhrasebookOptions } from "./internal/terse-wording.js";

const schema = z.strictObject({ symbols: z.boolean().default(true), spaces: z.boolean().default(false) });

const style: InfixStyle = { space: "", groupSums: false };

/**
 * Few tokens, for small models: every quantity is one letter, premises look like `K:m+T;`, solutions like `K=m+T=7+21=28;`.
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
    renderPrompt(graph, random) {
      const symbols = symbolsOf(graph);
      const refer = (node: number) => symbols[node] as string;
      const premises = graph.nodes.map(({ id, expression }) => wording.premise(refer(id), infix(expression, refer, style)));
      return random.shuffle(premises).join("") + wording.question(refer(graph.target));
    },
    renderTrace: (graph, trace) => renderTrace(wording, graph, trace),
    parseAnswer: parseBoxed,
    formatAnswer: String,
    detectBehaviors: detectTerse,
  };
}

function renderTrace(wording: TerseWording, graph: ReasoningGraph, trace: Trace): { text: string; spans: Span[] } {
  const symbols = symbolsOf(graph);
  const refer = (node: number) => symbols[node] as string;
  const valueOf = (node: number) => nodeOf(graph, node).value;
  const numberOf = (node: number) => String(valueOf(node));
  const spans: Span[] = [];
  let text = wording.opening;
  for (const [index, step] of trace.steps.entries()) {
    const start = text.length;
    const behavior = step.behavior === undefined ? {} : { behavior: step.behavior };
    if (step.kind === "remark") {
      text += wording.remark(step.text);
      spans.push({ start, end: text.length, step: index, kind: step.kind, ...behavior });
      continue;
    }
    const { id, expression, value } = nodeOf(graph, step.node);
    const symbol = refer(id);
    if (step.kind === "attempt") {
      text += wording.attempt(symbol, step.missing.map(refer));
    } else {
      const formula = infix(expression, refer, style);
      if (step.kind === "restate") {
        text += wording.restate(symbol, formula);
      } else {
        const numbers = infix(expression, numberOf, style);
        const results = step.detail === "stepwise" ? steps(expression, valueOf, style, graph.modulus) : [String(value)];
        text += wording.derive(
          symbol,
          formula,
          results.length === 0 || expression.kind !== "operation" ? [numbers] : [numbers, ...results],
        );
      }
    }
    spans.push({ start, end: text.length, step: index, kind: step.kind, node: step.node, ...behavior });
  }
  const target = nodeOf(graph, graph.target);
  return { text: text + wording.closing(String(target.value)), spans };
}
