import type { RunArm } from "@bridge-rl/report";
import type { PipelineConfig } from "./pipeline-config.js";

/** Every arm with every seed: seed by seed, so that the first comparison is complete early. */
export function armJobs({ arms, seeds = [1] }: PipelineConfig): RunArm[] {
  return seeds.flatMap((seed) => Object.keys(arms).map((name) => ({ name, seed, directory: `arms/${name}-seed${seed}` })));
}

/** What people call a job. */
export function jobTitle({ name, seed }: Pick<RunArm, "name" | "seed">): string {
  return `${name}, seed ${seed}`;
}
