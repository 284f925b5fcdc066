import { BridgeError, type GraphNode, type Problem, type Random } from "@bridge-rl/spec";
import { operationsOf } from "./internal/arithmetic.js";
import { askFor } from "./internal/ask-for.js";
import { countNodes } from "./internal/count-nodes.js";
import { isTerseProblem } from "./internal/parse/read-terse-problem.js";
import { replaceQuestion } from "./internal/question.js";
import { structureHash } from "./structure-hash.js";

/**
 * Asks the premises of a problem for another of their quantities: the same text but for the question (arXiv 2407.20311, `re_ask`). A model
 * that plans answers both; one that computes along the premises does not.
 *
 * Its operations, its solution template and so its split are those of the new question, and its answer may exceed `answerLimit`. Its id is that
 * of the problem with `+ask=<node>`.
 *
 * @param choice  the node to ask for, or a stream that draws any but the target
 * @throws BridgeError `invalid-option` for a node that is not in the graph; `unsupported` for a prompt in other words than ours, or a problem
 *   of one quantity where one is to be drawn
 */
export function reAsk(problem: Problem, choice: number | Random): Problem {
  const { graph, id, prompt } = problem;
  const node = typeof choice === "number" ? graph.nodes[choice] : choice.pick(graph.nodes.filter((each) => each.id !== graph.target));
  if (node === undefined) {
    if (typeof choice !== "number") throw new BridgeError("unsupported", `problem ${id} has one quantity, which it asks for already`);
    throw new BridgeError("invalid-option", `problem ${id} has nodes 0 to ${graph.nodes.length - 1}, and not ${choice}`);
  }
  const asked = askFor(graph, node.id, isTerseProblem(prompt));
  const target = asked.nodes[asked.target] as GraphNode;
  const operations = asked.nodes.reduce((sum, { necessary, expression }) => (necessary ? sum + operationsOf(expression) : sum), 0);
  return {
    ...problem,
    id: `${id}+ask=${node.id}`,
    prompt: replaceQuestion(prompt, target, String(target.label?.symbol)),
    graph: asked,
    answer: target.value,
    difficulty: countNodes(asked, operations),
    structureHash: structureHash(asked),
  };
}
