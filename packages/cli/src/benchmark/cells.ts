import { complexityLevels, type PromptbenchTask, promptbench, promptbenchTasks } from "@bridge-rl/promptbench";
import { BridgeError, type ProblemSource } from "@bridge-rl/spec";

/** One task at one of its levels of complexity. */
export interface Cell {
  /** `promptbench/arithmetic` */
  readonly task: string;
  /** From 1, as DyVal counts. */
  readonly level: number;
  readonly source: ProblemSource;
}

export interface CellOptions {
  /** `promptbench` for all of them, or tasks such as `promptbench/arithmetic`. */
  readonly tasks: readonly string[];
  readonly levels: readonly [lowest: number, highest: number];
  readonly seed: number;
  readonly phrasebook: string;
}

/**
 * Makes the problem sources of a dynamic evaluation: tasks × DyVal's levels of complexity.
 *
 * @throws BridgeError `unknown-option` for a task or a level that does not exist
 */
export function makeCells({ tasks, levels: [lowest, highest], seed, phrasebook }: CellOptions): Cell[] {
  if (phrasebook !== "prose" && phrasebook !== "brief" && phrasebook !== "terse")
    throw new BridgeError("unknown-option", `there is no phrasebook ${phrasebook}; there are prose, brief and terse`);
  return taskNames(tasks).flatMap((task) =>
    complexityLevels(task).flatMap((options, index): Cell[] => {
      const level = index + 1;
      if (level < lowest || level > highest) return [];
      return [{ task: `promptbench/${task}`, level, source: promptbench({ ...options, phrasebook, seed }) }];
    }),
  );
}

function taskNames(tasks: readonly string[]): PromptbenchTask[] {
  const names = tasks.flatMap((given) => {
    if (given === "promptbench") return [...promptbenchTasks];
    const task = promptbenchTasks.find((one) => given === one || given === `promptbench/${one}`);
    if (task !== undefined) return [task];
    throw new BridgeError("unknown-option", `there is no task ${given}; there is promptbench for all, or ${promptbenchTasks.join(", ")}`);
  });
  return [...new Set(names)];
}
