/** DyVal's tasks (arXiv 2309.17167), by PromptBench's names. */
export const promptbenchTasks = [
  "arithmetic",
  "linear_equation",
  "bool_logic",
  "deductive_logic",
  "abductive_logic",
  "reachability",
  "max_sum_path",
] as const;

/** One of DyVal's tasks. */
export type PromptbenchTask = (typeof promptbenchTasks)[number];

/** What a value is that cannot be known. */
export const notAvailable = "N/A";
