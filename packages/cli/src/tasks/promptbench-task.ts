import { answerMatches, type ParsedPrompt, type PromptbenchTask, parsePrompt, verifySolution } from "@bridge-rl/promptbench";
import { BridgeError, type Value } from "@bridge-rl/spec";
import type { TextTask } from "./text-task.js";

/**
 * A task of PromptBench, in its own wording and in our prose.
 *
 * @param name  undefined where the text is to tell which of the seven it is
 */
export function promptbenchTask(name: PromptbenchTask | undefined): TextTask {
  const parse = (problem: string, query: string | undefined): ParsedPrompt => {
    const parsed = parsePrompt(problem, { ...(query === undefined ? {} : { query }), ...(name === undefined ? {} : { task: name }) });
    if (name === undefined || parsed.task === name) return parsed;
    throw new BridgeError("invalid-input", `the text is a problem of ${parsed.task}; pass --task promptbench/${parsed.task}`);
  };
  return {
    problemFields: ["prompt_random"],
    queryField: "var",
    solve(problem, { query }) {
      const { task, answer, graph } = parse(problem, query);
      return { task, answer, graph };
    },
    check(problem, solution, { query }) {
      const { graph } = parse(problem, query);
      const { valid, findings, behaviors, answer, progress, steps } = verifySolution(graph, solution);
      return { valid, findings, behaviors, ...(answer === undefined ? {} : { answer }), progress, steps };
    },
    agrees: (answer, label) => answerMatches(answer, Array.isArray(label) ? label.join(" ") : String(label as Value)),
  };
}
