import { type Phrasebook, parseOptions, stepKinds } from "@bridge-rl/spec";
import * as z from "zod";
import { parseAnswer } from "./internal/parse-answer.js";
import { detectProse } from "./internal/prose-marks.js";
import { prosePrompt } from "./internal/prose-prompt.js";
import { ProseSteps } from "./internal/prose-steps.js";
import { proseValue } from "./internal/prose-words.js";
import { renderSteps } from "./internal/render-steps.js";

/** What can be changed about prose. */
export interface ProsePhrasebookOptions {
  /** Whether prompts say what the signs mean and how to answer; otherwise they end with the question. @defaultValue true */
  readonly instructions?: boolean;
  /** Order of the premises: what rests on nothing first, last, or anywhere. @defaultValue "random" */
  readonly order?: "random" | "topological" | "reversed";
}

const schema = z.strictObject({
  instructions: z.boolean().default(true),
  order: z.enum(["random", "topological", "reversed"]).default("random"),
});

/**
 * English in the manner of DyVal (arXiv 2309.17167): a line for each node, and a solution in the manner of BRIDGE's
 * (arXiv 2505.18917, App. B), "Let's solve aac, aac = aaa * aab = 1 * 8 = 8." The answer stands between `<<<` and `>>>`.
 *
 * @throws BridgeError `invalid-option`
 */
export function prosePhrasebook(options: ProsePhrasebookOptions = {}): Phrasebook {
  const { instructions, order } = parseOptions(schema, options, "the prose phrasebook");
  const name = instructions ? "prose" : "brief";
  return {
    name: order === "random" ? name : `${name}(${order})`,
    specVersion: 1,
    stop: [">>>"],
    stepKinds,
    renderPrompt: (graph, random) => prosePrompt(graph, order, instructions, random),
    renderTrace(graph, trace) {
      const steps = new ProseSteps(graph);
      const answer = proseValue((graph.nodes[graph.target] as (typeof graph.nodes)[number]).value);
      const closing = `Thus, the answer is ${answer}.\n</think>\n<<<${answer}>>>`;
      return renderSteps(trace, `<think>\n${steps.opening()}`, closing, (step) => steps.word(step));
    },
    parseAnswer,
    formatAnswer: proseValue,
    detectBehaviors: detectProse,
  };
}
