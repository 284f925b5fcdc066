import { createRandom, type ProblemSource } from "@bridge-rl/spec";
import { mergeDeep } from "../internal/parse-flags.js";
import type { ProblemPurpose, Task, TaskConfig } from "../pipeline/pipeline-config.js";
import { assertSource, resolveSourceFactory } from "./resolve-source.js";

/** Whether a task was written by hand, rather than described by the options of a source. */
function isTask(task: TaskConfig | Task): task is Task {
  return "problems" in task && typeof task.problems === "function";
}

/**
 * Makes a task of a source: what is trained on comes from its split `train`, what is asked from its split `test`.
 *
 * @param directory  where a source given by its module's name is looked for
 */
export async function resolveTask(task: TaskConfig | Task, directory: string): Promise<Task> {
  if (isTask(task)) return task;
  const { source = "igsm", options = {}, training = {}, outOfDistribution } = task;
  const make =
    typeof source === "function"
      ? (all: Readonly<Record<string, unknown>>) => assertSource(source(all), "task.source")
      : await resolveSourceFactory(source, directory);
  const name = typeof source === "function" ? make({ ...options, seed: 0 }).name : source;
  const makeFor = (
    purpose: ProblemPurpose,
    seed: number,
    split: "train" | "test",
    over: Readonly<Record<string, unknown>>,
  ): ProblemSource => make({ ...mergeDeep(options, over), split, seed: sourceSeed(purpose, seed) });
  return {
    name,
    options: { options, training, ...(outOfDistribution !== undefined && { outOfDistribution }) },
    problems(purpose, seed, over = {}) {
      if (purpose === "out-of-distribution") return outOfDistribution && makeFor(purpose, seed, "test", mergeDeep(outOfDistribution, over));
      if (purpose === "in-distribution" || purpose === "influence") return makeFor(purpose, seed, "test", over);
      return makeFor(purpose, seed, "train", mergeDeep(training, over));
    },
  };
}

/** The seed of a source, by purpose: no two purposes share problems, even where their options are equal. */
function sourceSeed(purpose: ProblemPurpose, seed: number): number {
  return createRandom(seed, `problems for ${purpose}`).integer(0, 0x7fff_ffff);
}
