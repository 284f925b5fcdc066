import { type Phrasebook, parseOptions, stepKinds } from "@bridge-rl/spec";
import * as z from "zod";
import { parseAnswer } from "./internal/parse-answer.js";
import { renderSteps } from "./internal/render-steps.js";
import { detectTerse } from "./internal/terse-marks.js";
import { TerseWords, terseValue } from "./internal/terse-words.js";

/** What can be changed about the terse format. */
export interface TersePhrasebookOptions {
  /** Order of the premises: what rests on nothing first, last, or anywhere. @defaultValue "random" */
  readonly order?: "random" | "topological" | "reversed";
}

const schema = z.strictObject({ order: z.enum(["random", "topological", "reversed"]).default("random") });

/**
 * Few tokens, for small models, in the format of iGSM's terse phrasebook: premises look like `K=m+T;`, solutions like `K=m+T=7+21=28;`.
 *
 * True, false and N/A are `1`, `0` and `!`. Nodes go by their names, which a terse source draws as letters. Generation ends at the
 * end-of-sequence token.
 *
 * @throws BridgeError `invalid-option`
 */
export function tersePhrasebook(options: TersePhrasebookOptions = {}): Phrasebook {
  const { order } = parseOptions(schema, options, "the terse phrasebook");
  return {
    name: order === "random" ? "terse" : `terse(${order})`,
    specVersion: 1,
    stop: [],
    stepKinds,
    renderPrompt: (graph, random) => new TerseWords(graph).prompt(order, random),
    renderTrace(graph, trace) {
      const words = new TerseWords(graph);
      const answer = terseValue((graph.nodes[graph.target] as (typeof graph.nodes)[number]).value);
      return renderSteps(trace, "<think>", `</think>\\boxed{${answer}}`, (step) => words.word(step));
    },
    parseAnswer,
    formatAnswer: terseValue,
    detectBehaviors: detectTerse,
  };
}
