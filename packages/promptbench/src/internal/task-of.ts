import { BridgeError, type ReasoningGraph } from "@bridge-rl/spec";
import { type PromptbenchTask, promptbenchTasks } from "../tasks.js";

/** The task that a graph is a problem of, as its target's label says. @throws BridgeError `unsupported` for graphs of other sources */
export function taskOf(graph: ReasoningGraph): PromptbenchTask {
  const label = graph.nodes[graph.target]?.label?.task;
  const task = promptbenchTasks.find((one) => one === label);
  if (task === undefined) {
    throw new BridgeError(
      "unsupported",
      "the graph is no PromptBench problem: its target names no task; use the phrasebook of its own source",
    );
  }
  return task;
}
