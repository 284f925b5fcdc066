import { BridgeError } from "@bridge-rl/spec";
import type { Run } from "./read-run.js";

/**
 * Puts several runs side by side as one: their arms keep their seeds and are named `run: arm`. A run counts for itself where two have one
 * name.
 *
 * The first arm of the first run is what the others are compared with. Comparisons mean what the runs have in common: whether they ask
 * the same problems, only their configs tell.
 *
 * @throws BridgeError `invalid-input` without runs
 */
export function mergeRuns(runs: readonly Run[]): Run {
  const [first, ...others] = runs;
  if (first === undefined) throw new BridgeError("invalid-input", "there is no run to show; pass at least one directory");
  if (others.length === 0) return first;
  const given = runs.map(({ file }) => file.name);
  const names = given.map((name, index) =>
    given.indexOf(name) === index ? name : `${name} (${given.slice(0, index + 1).filter((other) => other === name).length})`,
  );
  const nameOf = (index: number, arm: string): string => `${names[index]}: ${arm}`;
  const tasks = [...new Set(runs.map(({ file }) => file.task.name))];
  return {
    file: {
      formatVersion: 1,
      name: names.join(" and "),
      task: { name: tasks.join(" and "), options: Object.fromEntries(runs.map(({ file }, index) => [names[index], file.task.options])) },
      versions: Object.fromEntries(runs.flatMap(({ file }) => Object.entries(file.versions))),
      config: Object.fromEntries(runs.map(({ file }, index) => [names[index], file.config])),
      arms: runs.flatMap(({ file }, index) => file.arms.map((arm) => ({ ...arm, name: nameOf(index, arm.name) }))),
      seeds: [...new Set(runs.flatMap(({ file }) => file.seeds))],
    },
    summary: undefined,
    arms: runs.flatMap((run, index) => run.arms.map((arm) => ({ ...arm, name: nameOf(index, arm.name) }))),
    notes: runs.flatMap(({ notes }, index) => notes.map((note) => `${names[index]}: ${note}`)),
  };
}
