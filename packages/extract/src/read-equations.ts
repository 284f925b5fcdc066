import { BridgeError, type ReasoningGraph } from "@bridge-rl/spec";
import type { GraphDraft } from "./graph-draft.js";
import { graphFromDraft } from "./graph-from-draft.js";
import type { QuestionReader } from "./string-matching-extractor.js";

const premise = /^(?:[Tt]he value of )?([A-Za-z_]\w*) (?:=|is|equals|is equal to) (.+)$/;
const bare = /^([A-Za-z_]\w*)=(.+)$/;
const asked =
  /^(?:What is|[Hh]ow much is|[Ff]ind|[Cc]ompute)(?: the value of)? ([A-Za-z_]\w*)\??$|^\??([A-Za-z_]\w*)\?$|^\?([A-Za-z_]\w*)$/;

/**
 * Reads texts in which every quantity has a letter or a word for a name: "x is 5. y = x * 2 + 1; What is y?", a statement to a sentence, a
 * line or a semicolon, in any order.
 */
export const readEquations: QuestionReader = {
  name: "equations",
  read(question: string): ReasoningGraph {
    const nodes: { id: string; name: string; formula: string; value: number; stated: boolean }[] = [];
    const targets: string[] = [];
    for (const sentence of question.split(/[;\n]|\.(?:\s|$)|(?<=\?)\s/).map((part) => part.trim())) {
      if (sentence === "") continue;
      const target = asked.exec(sentence);
      const statement = premise.exec(sentence) ?? bare.exec(sentence);
      if (target !== null) targets.push((target[1] ?? target[2] ?? target[3]) as string);
      else if (statement !== null) {
        const [, id = "", formula = ""] = statement;
        nodes.push({ id, name: id, formula, value: Number.NaN, stated: true });
      } else throw new BridgeError("invalid-input", `"${sentence}" is neither an equation nor a question`);
    }
    const [target, ...more] = targets;
    if (target === undefined || more.length > 0)
      throw new BridgeError("invalid-input", `it asks ${targets.length} questions; expected one`);
    return solved({ nodes, target });
  },
};

/** The graph of a draft whose values nobody has computed. */
function solved(draft: GraphDraft): ReasoningGraph {
  const result = graphFromDraft(draft, undefined);
  if ("graph" in result) return result.graph;
  throw new BridgeError("invalid-graph", result.problems.join("; "));
}
