import type { PromptbenchTask } from "@bridge-rl/promptbench";
import { BridgeError } from "@bridge-rl/spec";
import type { TextTask } from "./text-task.js";

/** The tasks of `bridge solve` and `bridge check`: one entry each, loaded when it is asked for. */
const tasks: Readonly<Record<string, () => Promise<TextTask>>> = {
  igsm: async () => (await import("./igsm-task.js")).igsmTask,
  promptbench: promptbench(undefined),
  "promptbench/arithmetic": promptbench("arithmetic"),
  "promptbench/linear_equation": promptbench("linear_equation"),
  "promptbench/bool_logic": promptbench("bool_logic"),
  "promptbench/deductive_logic": promptbench("deductive_logic"),
  "promptbench/abductive_logic": promptbench("abductive_logic"),
  "promptbench/reachability": promptbench("reachability"),
  "promptbench/max_sum_path": promptbench("max_sum_path"),
};

function promptbench(task: PromptbenchTask | undefined): () => Promise<TextTask> {
  return async () => (await import("./promptbench-task.js")).promptbenchTask(task);
}

/** What `--task` takes. */
export const textTaskNames: readonly string[] = Object.keys(tasks);

/** @throws BridgeError `invalid-plugin` where there is no such task */
export async function loadTextTask(name: string): Promise<TextTask> {
  const load = tasks[name];
  if (load === undefined) throw new BridgeError("invalid-plugin", `there is no task ${name}; there is ${textTaskNames.join(", ")}`);
  return load();
}
