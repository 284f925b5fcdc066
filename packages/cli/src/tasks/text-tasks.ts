import { BridgeError } from "@bridge-rl/spec";
import type { TextTask } from "./text-task.js";

/** The tasks of `bridge solve` and `bridge check`: one entry each, loaded when it is asked for. */
const tasks: Readonly<Record<string, () => Promise<TextTask>>> = {
  igsm: async () => (await import("./igsm-task.js")).igsmTask,
};

/** What `--task` takes. */
export const textTaskNames: readonly string[] = Object.keys(tasks);

/** @throws BridgeError `invalid-plugin` where there is no such task */
export async function loadTextTask(name: string): Promise<TextTask> {
  const load = tasks[name];
  if (load === undefined) throw new BridgeError("invalid-plugin", `there is no task ${name}; there is ${textTaskNames.join(", ")}`);
  return load();
}
